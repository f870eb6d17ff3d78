import { readSpec, writeSpec } from "./spec";

const FIELDS = [
  { name: "strategy", kind: "text", default: null },
  { name: "cash", kind: "money", default: "100000" },
  { name: "seed", kind: "integer", default: 0 },
  { name: "parameters", kind: "parameters", default: {} },
];
const STRATEGIES = [
  {
    name: "cross",
    parameters: [
      { name: "fast", type: "integer" },
      { name: "long_only", type: "boolean" },
    ],
  },
];

describe("a spec in an address", () => {
  it("comes back as it was written, without its defaults", () => {
    const spec = { strategy: "cross", cash: "250000.5001", seed: 7, parameters: { fast: 5, long_only: true } };
    expect(readSpec(writeSpec(spec, FIELDS), FIELDS, STRATEGIES)).toEqual({ spec, wrong: [] });
    expect(writeSpec({ strategy: "cross", cash: "100000", seed: 0 }, FIELDS).toString()).toBe("strategy=cross");
  });

  it("names what means nothing, and leaves what belongs to the page", () => {
    const said = new URLSearchParams("strategy=cross&bogus=1&again=abc&list.tag=keep&parameters.fats=3");
    const { spec, wrong } = readSpec(said, FIELDS, STRATEGIES);
    expect(wrong).toEqual(["bogus"]);
    expect(spec.parameters).toEqual({ fats: "3" });
  });
});
