import { CROSS, field } from "../samples";
import { changedOf, generalFields, groupOf, headingOf, parameterFields } from "./specForm";

const FIELDS = [
  field("strategy", "text"),
  field("name", "text", "unnamed"),
  field("cash", "money", "100000"),
  field("fee", "money"),
  field("fee_rate", "money", "0"),
  field("invented", "integer", 3),
  field("parameters", "parameters"),
];

describe("the form of a spec", () => {
  it("has every field of the server, and one that it does not know among the rest", () => {
    expect(generalFields(FIELDS, {}, []).map((one) => one.name)).toEqual([
      "name",
      "cash",
      "fee",
      "fee_rate",
      "invented",
    ]);
    expect(groupOf("invented")).toBe("rest");
    expect(generalFields(FIELDS, {}, []).find((one) => one.name === "invented")?.hint).toBe("about invented");
  });

  it("counts in a folded group what is not the default", () => {
    expect(changedOf("costs", FIELDS, { fee_rate: "0" })).toEqual([]);
    expect(changedOf("costs", FIELDS, { fee_rate: "0.1", fee: "2" })).toEqual(["fee", "fee_rate"]);
    expect(changedOf("rest", FIELDS, { invented: 3, name: "unnamed" })).toEqual([]);
    expect(headingOf("costs", 0)).toBe("Costs");
    expect(headingOf("costs", 2)).toBe("Costs · 2 changed");
  });

  it("shows a parameter that the strategy does not have", () => {
    const fields = parameterFields(CROSS, { fats: 7 });
    expect(fields.map((one) => [one.name, one.value])).toEqual([
      ["fast", 5],
      ["long_only", false],
      ["fats", 7],
    ]);
    expect(fields[0]?.min).toBe(1);
  });
});
