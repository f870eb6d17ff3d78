import { CROSS, field } from "./samples";
import { readSpec, writeSpec } from "./spec";

const FIELDS = [
  field("strategy", "text"),
  field("cash", "money", "100000"),
  field("seed", "integer", 0),
  field("parameters", "parameters", {}),
];

describe("a spec in an address", () => {
  it("comes back as it was written, without its defaults", () => {
    const spec = { strategy: "cross", cash: "250000.5001", seed: 7, parameters: { fast: 5, long_only: true } };
    expect(readSpec(writeSpec(spec, FIELDS), FIELDS, [CROSS])).toEqual({ spec, wrong: [] });
    expect(writeSpec({ strategy: "cross", cash: "100000", seed: 0 }, FIELDS).toString()).toBe("strategy=cross");
  });

  it("names what means nothing, and leaves what belongs to the page", () => {
    const said = new URLSearchParams("strategy=cross&bogus=1&again=abc&list.tag=keep&parameters.fats=3");
    const { spec, wrong } = readSpec(said, FIELDS, [CROSS]);
    expect(wrong).toEqual(["bogus"]);
    expect(spec.parameters).toEqual({ fats: "3" });
  });
});
