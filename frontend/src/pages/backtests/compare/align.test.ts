import { bestOf } from "../figures";
import { align, growth } from "./align";

describe("curves of several results", () => {
  it("stand on one axis, stay what they were between their instants, and are nothing outside", () => {
    const found = align([
      { x: [1, 3], values: [10, 30] },
      { x: [2, 4], values: [200, 400] },
    ]);
    expect(found.x).toEqual([1, 2, 3, 4]);
    expect(found.values).toEqual([
      [10, 10, 30, null],
      [null, 200, 200, 400],
    ]);
  });

  it("begin at no growth", () => {
    expect(growth([100, 110, 90])[0]).toBe(0);
    expect(growth([100, 150])[1]).toBeCloseTo(0.5);
  });
});

describe("the best of a figure", () => {
  it("is the largest or the smallest by what the figure is, and none where all are alike or none is better", () => {
    expect(bestOf("sharpe", [0.5, 1.5, null])).toEqual([1]);
    expect(bestOf("max_drawdown", [-0.2, -0.1])).toEqual([1]);
    expect(bestOf("costs", [5, 9, 5])).toEqual([0, 2]);
    expect(bestOf("costs", [5, 5])).toEqual([]);
    expect(bestOf("skew", [1, 2])).toEqual([]);
    expect(bestOf("sharpe", [1, null])).toEqual([]);
  });
});
