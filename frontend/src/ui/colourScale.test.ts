import { colourAt, gradient, placeOn, scaleOf } from "./colourScale";

/** Relative luminance, as WCAG has it. */
function luminance(place: number): number {
  const parts = colourAt(place).map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (parts[0] ?? 0) + 0.7152 * (parts[1] ?? 0) + 0.0722 * (parts[2] ?? 0);
}

describe("a colour scale", () => {
  it("reaches from the smallest to the largest number", () => {
    const scale = scaleOf([3, NaN, -1, Infinity, 2]);
    expect(scale).toEqual({ low: -1, high: 3, flipped: false });
    expect([-1, 1, 3, 9].map((value) => placeOn(scale, value))).toEqual([0, 0.5, 1, 1]);
  });

  it("has its light end at the better numbers", () => {
    const scale = scaleOf([1, 2], true);
    expect([placeOn(scale, 1), placeOn(scale, 2)]).toEqual([1, 0]);
  });

  it("has room around a single number, and around none", () => {
    expect(placeOn(scaleOf([4]), 4)).toBe(0.5);
    expect(scaleOf([NaN])).toEqual({ low: 0, high: 1, flipped: false });
  });

  it("grows lighter all the way, so that it reads without colours too", () => {
    const lights = Array.from({ length: 51 }, (_, at) => luminance(at / 50));
    for (let at = 1; at < lights.length; at++) expect(lights[at]).toBeGreaterThan(lights[at - 1] ?? 0);
    expect(gradient("to right")).toContain("rgb(68 1 84)");
  });
});
