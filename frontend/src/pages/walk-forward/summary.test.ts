import { histogram } from "./summary";

describe("a histogram", () => {
  it("has every value in a bin", () => {
    const { left, count } = histogram([-1, 0, 0, 1, 3]);
    expect(count.reduce((sum, one) => sum + one, 0)).toBe(5);
    expect(left[0]).toBe(-1);
  });

  it("is also one of equal values, and of none", () => {
    expect(histogram([2, 2]).count.reduce((sum, one) => sum + one, 0)).toBe(2);
    expect(histogram([])).toEqual({ left: [], count: [], width: 0 });
  });
});
