import { expect, it } from "vitest";
import { driftRows, slippageCurves } from "./drift";
import type { Drift } from "./queries";

function drift(spec: string, date: string, figures: Record<string, unknown>): Drift {
  return { account: "DU1", spec, trade_date: date, figures, rows: [], data_version: "v", made_at: `${date}T22:00:00Z` };
}

const DRIFTS = [
  drift("b", "2026-10-06", { missed: 1, extra: 0, different: 2, fills: 3, mean_slippage: -0.5, model_slippage: 1 }),
  drift("a", "2026-10-06", { fills: 0, mean_slippage: null }),
  drift("a", "2026-10-05", { fills: 1, mean_slippage: 2, live_bars: 1380, live_differing: 4 }),
];

it("makes rows of figures, and zero of what is missing", () => {
  const [first, second, third] = driftRows(DRIFTS);
  expect(first).toMatchObject({ spec: "b", missed: 1, extra: 0, different: 2, fills: 3, slippage: -0.5, model: 1 });
  expect(second).toMatchObject({ missed: 0, fills: 0, slippage: null, model: null });
  expect(third).toMatchObject({ bars: 1380, differing: 4 });
});

it("puts the slippage of each spec on all trade dates, ascending", () => {
  const { x, curves } = slippageCurves(driftRows(DRIFTS));
  expect(x.map((at) => new Date(at * 1000).toISOString().slice(0, 10))).toEqual(["2026-10-05", "2026-10-06"]);
  expect(curves).toEqual([
    { name: "a", values: [2, null] },
    { name: "b", values: [null, -0.5] },
  ]);
});

it("has no curves without drifts", () => {
  expect(slippageCurves([])).toEqual({ x: [], curves: [] });
});
