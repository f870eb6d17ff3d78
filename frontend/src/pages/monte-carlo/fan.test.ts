import { t } from "../../lang/words";
import { fanOf } from "./fan";

const ROWS = [0, 1].map((step) => ({
  simulation: "bootstrap",
  step,
  q5: 90 - step,
  q50: 100,
  q95: 110 + step,
  real: 101,
}));

describe("a fan", () => {
  it("goes from the highest quantile down, with a band between those that belong together", () => {
    const { curves, bands, x } = fanOf([...ROWS, { simulation: "other", step: 9 }], [], "bootstrap", 10, t);
    expect(curves.map((one) => one.name)).toEqual(["95 %", "50 %", "5 %", "Real"]);
    expect(bands).toEqual([[0, 2]]);
    expect(x).toEqual([0, 1]);
  });

  it("has single paths below the real one, which no legend lists", () => {
    const paths = [0, 1, 30].flatMap((path) =>
      [0, 1].map((step) => ({ simulation: "bootstrap", path, step, equity: 100 + path + step })),
    );
    const { curves, singles } = fanOf(ROWS, paths, "bootstrap", 10, t);
    expect(singles).toBe(2);
    expect(curves.slice(3, 5).map((one) => one.values)).toEqual([
      [100, 101],
      [101, 102],
    ]);
    expect(curves.map((one) => "unlisted" in one)).toEqual([false, false, false, true, true, false]);
  });

  it("shows the level of ruin where the paths come near it", () => {
    expect(fanOf(ROWS, [], "bootstrap", 80, t).curves.at(-1)?.values).toEqual([80, 80]);
  });
});
