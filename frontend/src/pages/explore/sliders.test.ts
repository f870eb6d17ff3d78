import { type Parameter, rangeOf, withDefaults } from "./sliders";

const PARAMETER: Parameter = {
  name: "fast",
  type: "integer",
  default: 20,
  minimum: 1,
  maximum: 5000,
  above: null,
  below: null,
  description: "",
  search: { low: 5, high: 100, step: 5, choices: [] },
};

describe("the range of a slider", () => {
  it("is what a search tries, and reaches every whole number in it", () => {
    expect(rangeOf(PARAMETER, 20)).toEqual({ min: 5, max: 100, step: 1 });
  });

  it("grows to hold a value that was typed", () => {
    expect(rangeOf(PARAMETER, 250)).toMatchObject({ min: 5, max: 250 });
    expect(rangeOf(PARAMETER, 2)).toMatchObject({ min: 2, max: 100 });
  });

  it("follows from bounds and default where a search tries nothing", () => {
    expect(rangeOf({ ...PARAMETER, search: null }, 20)).toEqual({ min: 1, max: 80, step: 1 });
    const fraction = rangeOf({ ...PARAMETER, type: "number", default: 2, minimum: 0, search: null }, 2);
    expect(fraction).toEqual({ min: 0, max: 8, step: 0.05 });
  });

  it("is none for what is no number", () => {
    expect(rangeOf({ ...PARAMETER, type: "boolean" }, 0)).toBeNull();
  });
});

it("parameters have their defaults where nothing is given", () => {
  const slow = { ...PARAMETER, name: "slow", default: 60 };
  expect(withDefaults([PARAMETER, slow, { ...slow, name: "none", default: null }], { fast: 3 })).toEqual({
    fast: 3,
    slow: 60,
  });
});
