import type { SpecFieldInfo } from "../results";
import { changedOf, generalFields, groupOf, headingOf, parameterFields } from "./specForm";

function info(name: string, kind: SpecFieldInfo["kind"], otherwise: unknown = null): SpecFieldInfo {
  const bounds = { minimum: null, maximum: null, above: null, below: null };
  return { name, kind, default: otherwise, description: `about ${name}`, required: false, choices: [], ...bounds };
}

const FIELDS = [
  info("strategy", "text"),
  info("name", "text", "unnamed"),
  info("cash", "money", "100000"),
  info("fee", "money"),
  info("fee_rate", "money", "0"),
  info("invented", "integer", 3),
  info("parameters", "parameters"),
];

describe("the form of a spec", () => {
  it("has every field of the server, and one that it does not know among the rest", () => {
    expect(generalFields(FIELDS, {}, []).map((field) => field.name)).toEqual([
      "name",
      "cash",
      "fee",
      "fee_rate",
      "invented",
    ]);
    expect(groupOf("invented")).toBe("rest");
    expect(generalFields(FIELDS, {}, []).find((field) => field.name === "invented")?.hint).toBe("about invented");
  });

  it("counts in a folded group what is not the default", () => {
    expect(changedOf("costs", FIELDS, { fee_rate: "0" })).toEqual([]);
    expect(changedOf("costs", FIELDS, { fee_rate: "0.1", fee: "2" })).toEqual(["fee", "fee_rate"]);
    expect(changedOf("rest", FIELDS, { invented: 3, name: "unnamed" })).toEqual([]);
    expect(headingOf("costs", 0)).toBe("Costs");
    expect(headingOf("costs", 2)).toBe("Costs · 2 changed");
  });

  it("shows a parameter that the strategy does not have", () => {
    const bounds = { minimum: null, maximum: null, above: 0, below: null, description: "", search: null };
    const strategy = {
      name: "cross",
      summary: "",
      parameters: [{ name: "fast", type: "integer" as const, default: 5, ...bounds }],
    };
    const fields = parameterFields(strategy, { fats: 7 });
    expect(fields.map((field) => [field.name, field.value])).toEqual([
      ["fast", 5],
      ["fats", 7],
    ]);
    expect(fields[0]?.min).toBe(1);
  });
});
