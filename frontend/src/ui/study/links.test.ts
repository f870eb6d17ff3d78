import { monteCarloOf, portfolioOf, walkForwardOf } from "./links";

const SPEC = { name: "mine", strategy: "sma_cross", instrument: "ES", cash: "100000.5", fee: null };
const PLAIN = { strategy: "sma_cross", instrument: "ES", cash: "100000.5" };

const said = (address: string) => Object.fromEntries(new URL(address, "http://here").searchParams);

describe("links to the forms of studies", () => {
  it("say a backtest by its fields, without its name and what it leaves to the defaults", () => {
    expect(said(walkForwardOf(SPEC))).toEqual({ backtest: JSON.stringify(PLAIN) });
    expect(said(monteCarloOf(SPEC))).toEqual({ result: JSON.stringify(PLAIN) });
  });

  it("say a result by its id", () => {
    expect(monteCarloOf("0a1b")).toBe("/monte-carlo?result=0a1b");
  });

  it("give a portfolio the cash of its parts", () => {
    const parts = JSON.stringify([{ backtest: PLAIN }, { backtest: PLAIN }]);
    expect(said(portfolioOf([SPEC, SPEC]))).toEqual({ cash: "200001", parts });
  });
});
