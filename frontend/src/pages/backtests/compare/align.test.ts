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
