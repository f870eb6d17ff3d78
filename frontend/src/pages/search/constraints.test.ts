import { readBound, writeBound } from "./constraints";

const isShare = (metric: string) => metric === "max_drawdown";

describe("a bound", () => {
  it.each([
    ["trades >= 30", "trades >= 30"],
    ["max_drawdown >= -20%", "max_drawdown >= -20%"],
    ["max_drawdown >= -0.2", "max_drawdown >= -20%"],
    ["sharpe<=1.5", "sharpe <= 1.5"],
  ])("%s is read, and written as %s", (text, again) => {
    const bound = readBound(text, isShare);
    expect(bound && writeBound(bound, isShare)).toBe(again);
  });

  it("is none without its parts, and says nothing while its number is missing", () => {
    for (const text of ["none", "trades", "trades > 30", ""]) expect(readBound(text, isShare)).toBeNull();
    expect(writeBound({ metric: "trades", sign: ">=", value: "" }, isShare)).toBe("");
    expect(writeBound({ metric: "sharpe", sign: ">=", value: "1,5" }, isShare)).toBe("sharpe >= 1.5");
  });
});
