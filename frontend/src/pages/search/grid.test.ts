import {
  axisOf,
  bestFirst,
  brushed,
  isGeometric,
  MOST_PLACES,
  type Over,
  pairCells,
  readRect,
  slicesOf,
  writeRect,
} from "./grid";
import { joined, rankedRows, setOf, type TrialPage, variedOf } from "./trials";

/** fast x slow x long_only, the objective of each set its own; slow 30 with fast 7 was not tried. */
function page(): TrialPage {
  const sets = [3, 5, 7].flatMap((fast) =>
    [20, 30].flatMap((slow) => [false, true].map((long) => ({ fast, slow, long }))),
  );
  const tried = sets.filter((one) => one.fast !== 7 || one.slow !== 30);
  return {
    id: "a",
    states: ["ranked", "unmet", "refused", "failed"],
    number: tried.map((_, at) => at),
    state: tried.map((_, at) => (at === 1 ? 1 : 0)),
    objective: tried.map((one) => one.fast + one.slow / 100 + (one.long ? 0.5 : 0)),
    parameters: {
      fast: tried.map((one) => one.fast),
      slow: tried.map((one) => one.slow),
      long_only: tried.map((one) => one.long),
      contracts: tried.map(() => 1),
    },
    figures: { sharpe: tried.map((one, at) => (at === 0 ? null : one.fast)) },
    next_after: null,
  };
}

const trials = joined([page()]);
const rows = rankedRows(trials);
const [fast, slow, long] = ["fast", "slow", "long_only"].map((name) => {
  const column = trials.parameters.get(name);
  if (!column) throw new Error(name);
  return axisOf(name, column, rows);
}) as [ReturnType<typeof axisOf>, ReturnType<typeof axisOf>, ReturnType<typeof axisOf>];

describe("trials by columns", () => {
  it("are the same in one page or in several", () => {
    const whole = page();
    const part = (from: number, to: number): TrialPage => ({
      ...whole,
      number: whole.number.slice(from, to),
      state: whole.state.slice(from, to),
      objective: whole.objective.slice(from, to),
      parameters: Object.fromEntries(
        Object.entries(whole.parameters).map(([name, all]) => [name, all.slice(from, to)]),
      ),
      figures: Object.fromEntries(Object.entries(whole.figures).map(([name, all]) => [name, all.slice(from, to)])),
    });
    expect(joined([part(0, 4), part(4, 99)])).toEqual(trials);
  });

  it("know what varies, what is ranked, and the set of a trial", () => {
    expect(variedOf(trials)).toEqual(["fast", "slow", "long_only"]);
    expect([...rows]).toEqual([0, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(setOf(trials, 3)).toEqual({ fast: 3, slow: 30, long_only: true, contracts: 1 });
    expect(trials.figures.get("sharpe")?.[0]).toBeNaN();
  });
});

describe("the cells of two parameters", () => {
  const at = (over: Over, larger = true) => {
    const { values, counts } = pairCells(fast, slow, bestFirst(rows, trials.objective, larger), trials.objective, over);
    return {
      values: [...values].map((one) => (Number.isNaN(one) ? null : Number(one.toFixed(4)))),
      counts: [...counts],
    };
  };

  it("show the best, median, mean or worst over the other parameters, and how many trials", () => {
    expect(at("best").values).toEqual([3.2, 5.7, 7.7, 3.8, 5.8, null]);
    expect(at("worst").values).toEqual([3.2, 5.2, 7.2, 3.3, 5.3, null]);
    expect(at("mean").values).toEqual([3.2, 5.45, 7.45, 3.55, 5.55, null]);
    expect(at("median").values).toEqual([3.2, 5.45, 7.45, 3.55, 5.55, null]);
    expect(at("best").counts).toEqual([1, 2, 2, 2, 2, 0]);
  });

  it("know that smaller can be better", () => {
    expect(at("best", false).values).toEqual(at("worst").values);
  });

  it("leave out trials without the figure", () => {
    const sharpe = trials.figures.get("sharpe") ?? new Float64Array();
    expect(pairCells(fast, slow, bestFirst(rows, sharpe, true), sharpe, "best").counts[0]).toBe(0);
  });

  it("give the trials of a rectangle", () => {
    expect([...brushed(fast, slow, { x0: 1, y0: 0, x1: 2, y1: 0 }, rows)]).toEqual([4, 5, 8, 9]);
    expect(readRect(writeRect({ x0: 1, y0: 0, x1: 2, y1: 3 }))).toEqual({ x0: 1, y0: 0, x1: 2, y1: 3 });
    for (const wrong of [null, "", "1,2", "3,0,1,1", "a,b,c,d"]) expect(readRect(wrong)).toBeNull();
  });
});

it("slices go through the best set, beside the best and the median of all", () => {
  const [along] = slicesOf([fast, slow, long], bestFirst(rows, trials.objective, true), trials.objective, 9);
  expect(along?.at).toBe(2);
  // Of sets with slow 20 and long_only; that with fast 3 broke a bound.
  expect([...(along?.through ?? [])]).toEqual([NaN, 5.7, 7.7]);
  expect([...(along?.best ?? [])].map((one) => Number(one.toFixed(2)))).toEqual([3.8, 5.8, 7.7]);
  expect(along?.median[2]).toBeCloseTo(7.45);
});

describe("an axis", () => {
  it("bins what has too many values, each trial in the bin that holds it", () => {
    const numbers = Float64Array.from({ length: 1000 }, (_, at) => at / 7);
    const all = Uint32Array.from({ length: 1000 }, (_, at) => at);
    const axis = axisOf("x", { numbers, labels: null, truth: false }, all);
    expect(axis.binned).toBe(true);
    expect(axis.labels.length).toBeLessThanOrEqual(MOST_PLACES);
    const sizes = new Map<number, number>();
    for (const place of axis.places) sizes.set(place, (sizes.get(place) ?? 0) + 1);
    expect([...sizes.values()].every((size) => size === 20)).toBe(true);
    expect(axis.places.every((place, at) => at === 0 || place >= (axis.places[at - 1] ?? 0))).toBe(true);
  });

  it("is logarithmic where neighbours have about the same ratio", () => {
    expect(isGeometric([3, 4, 6, 8, 11, 16, 23, 32])).toBe(true);
    expect(isGeometric([1, 10, 100, 1000])).toBe(true);
    expect(isGeometric([20, 30, 40, 50, 60])).toBe(false);
    expect(isGeometric([1, 2, 4])).toBe(false);
    expect(isGeometric([0, 1, 2, 4])).toBe(false);
  });
});
