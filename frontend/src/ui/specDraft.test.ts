import schemas from "../api/spec_schemas.json";
import { chooseLanguage } from "../lang/words";
import { readAddress, writeAddress } from "./specAddress";
import { blamed, changed, chosenOf, complaints, draftOf, membersOf, valueOf } from "./specDraft";
import { type Schemas, type Shape, shapeOf } from "./specShape";

const ALL = schemas as Schemas;
const MONTE_CARLO = shapeOf("MonteCarloSpec", ALL);
const PORTFOLIO = shapeOf("PortfolioSpec", ALL, { "parts.backtest": "BacktestSpec" });
const WALK_FORWARD = shapeOf("WalkForwardSpec", ALL, { search: "SearchSpec", "search.backtest": "BacktestSpec" });

function kindOf(shape: typeof MONTE_CARLO, name: string): Shape["kind"] | undefined {
  return shape.members.find((one) => one.name === name)?.shape.kind;
}

/** A spec with every kind of value. */
const FULL = {
  name: "mine",
  cash: "500000.50",
  from: "2026-09-01",
  parts: [
    { backtest: "sma_cross-ES-1h", weight: 2 },
    { backtest: { strategy: "sma_cross", instrument: "ES", timeframe: "1h" } },
  ],
  weights: { ES: 0.5, EC: 0.5 },
  scaled: false,
  window: 60,
  rounding: "search",
  rates: { EUR: "EC", GBP: 1.25 },
};

describe("the shape of a spec", () => {
  it("has a control for every field, by its type", () => {
    expect(kindOf(MONTE_CARLO, "paths")).toBe("integer");
    expect(kindOf(MONTE_CARLO, "horizon")).toBe("integer");
    expect(kindOf(MONTE_CARLO, "goal")).toBe("decimal");
    expect(kindOf(MONTE_CARLO, "growth")).toBe("choice");
    expect(kindOf(MONTE_CARLO, "quantiles")).toBe("list");
    expect(kindOf(MONTE_CARLO, "simulations")).toBe("list");
    expect(kindOf(MONTE_CARLO, "result")).toBe("either");
    expect(kindOf(PORTFOLIO, "from")).toBe("date");
    expect(kindOf(PORTFOLIO, "scaled")).toBe("check");
    expect(kindOf(PORTFOLIO, "parts")).toBe("rows");
    expect(kindOf(PORTFOLIO, "rates")).toBe("dictionary");
    expect(kindOf(PORTFOLIO, "cash")).toBe("decimal");
  });

  it("keeps the bounds of a value that may be missing", () => {
    const horizon = MONTE_CARLO.members.find((one) => one.name === "horizon")?.shape;
    expect(horizon).toMatchObject({ min: 1, max: 100000 });
    const goal = MONTE_CARLO.members.find((one) => one.name === "goal")?.shape;
    expect(goal).toMatchObject({ above: 0 });
  });

  it("nests the specs that the API takes as free objects", () => {
    const search = WALK_FORWARD.members.find((one) => one.name === "search")?.shape;
    expect(search).toMatchObject({
      kind: "either",
      options: [{ kind: "text" }, { kind: "object", name: "SearchSpec" }],
    });
  });
});

describe("the value of a form", () => {
  it("is the spec that was put in", () => {
    expect(valueOf(PORTFOLIO, draftOf(PORTFOLIO, FULL))).toEqual(FULL);
  });

  it("leaves out what stands at its default", () => {
    expect(
      valueOf(MONTE_CARLO, draftOf(MONTE_CARLO, { result: "mine", paths: 10000, quantiles: [5, 25, 50, 75, 95] })),
    ).toEqual({
      result: "mine",
    });
  });

  it("says an emptied list where there is a default", () => {
    const search = shapeOf("SearchSpec", ALL);
    expect(valueOf(search, draftOf(search, { backtest: "x", constraints: [] }))).toEqual({
      backtest: "x",
      constraints: [],
    });
  });

  it("reads lists of numbers as the language writes them", async () => {
    const typed = (text: string) =>
      valueOf(MONTE_CARLO, changed(draftOf(MONTE_CARLO, { result: "x" }), ["risks"], text));
    expect(typed("2.5, 5")).toEqual({ result: "x", risks: [2.5, 5] });
    await chooseLanguage("es");
    expect(typed("2,5; 5")).toEqual({ result: "x", risks: [2.5, 5] });
    await chooseLanguage("en");
  });

  it("keeps what was typed for the other option", () => {
    const before = draftOf(MONTE_CARLO, { result: "mine" });
    const typed = changed(before, ["result"], "other");
    expect(valueOf(MONTE_CARLO, typed)).toEqual({ result: "other" });
    const option = (draft: typeof before, at: number) =>
      changed(draft, ["result"], { ...chosenOf(membersOf(draft).result), option: at });
    const fields = option(typed, 1);
    expect(valueOf(MONTE_CARLO, fields)).toEqual({});
    const back = option(fields, 0);
    expect(valueOf(MONTE_CARLO, back)).toEqual({ result: "other" });
  });
});

describe("what is wrong", () => {
  it("is said by the path of the control", () => {
    const draft = draftOf(PORTFOLIO, {
      cash: "-1",
      parts: [{ backtest: "x", weight: 0 }],
      cap: 30,
      weights: { ES: "a" },
    });
    expect(Object.keys(complaints(PORTFOLIO, draft)).sort()).toEqual(["cap", "cash", "parts.0.weight", "weights.0"]);
  });

  it("is also what is needed and missing", () => {
    expect(Object.keys(complaints(PORTFOLIO, draftOf(PORTFOLIO, {})))).toEqual(["cash", "parts"]);
    expect(Object.keys(complaints(MONTE_CARLO, draftOf(MONTE_CARLO, {})))).toEqual(["result"]);
  });

  it("finds the control that a sentence of the server is about", () => {
    const draft = draftOf(PORTFOLIO, FULL);
    expect(blamed(PORTFOLIO, draft, "cash: Input should be a valid decimal.")).toBe("cash");
    expect(blamed(PORTFOLIO, draft, "parts: weight: must be above 0, given -1.")).toBe("parts.0.weight");
    expect(blamed(PORTFOLIO, draft, "rates.GBP: there is no such instrument.")).toBe("rates.1");
    expect(blamed(PORTFOLIO, draft, "The portfolio mine never holds a contract.")).toBeUndefined();
    const nested = draftOf(WALK_FORWARD, { search: { backtest: "x" } });
    expect(blamed(WALK_FORWARD, nested, "search: method: Unknown method 'q'.")).toBe("search.method");
  });
});

describe("a spec in an address", () => {
  it("is read back unchanged", () => {
    const { value, wrong } = readAddress(new URLSearchParams(writeAddress(FULL).toString()), PORTFOLIO);
    expect(value).toEqual(FULL);
    expect(wrong).toEqual([]);
  });

  it("names what it does not know, and keeps what it cannot read for the form to say", () => {
    const said = new URLSearchParams("speed=1&new=1&window=many");
    expect(readAddress(said, PORTFOLIO, ["new"])).toEqual({ value: { window: "many" }, wrong: ["speed"] });
  });
});
