import { order } from "./sorting";

describe("order", () => {
  const rows = [3, null, 1, NaN, 2, undefined];

  it("puts missing values last in either order", () => {
    expect([...rows].sort(order((one) => one, false)).slice(0, 3)).toEqual([1, 2, 3]);
    expect([...rows].sort(order((one) => one, true)).slice(0, 3)).toEqual([3, 2, 1]);
  });
});
