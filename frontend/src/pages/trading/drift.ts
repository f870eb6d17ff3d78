/** Drifts as rows of a table and as curves. */

import type { Drift } from "./queries";

/** One spec on one trade date. */
export interface DriftRow {
  spec: string;
  date: string;
  missed: number;
  extra: number;
  different: number;
  fills: number;
  /** Mean slippage in ticks; null without a fill. */
  slippage: number | null;
  /** Ticks of slippage in the cost model. */
  model: number | null;
  /** Live bars that differ from the settled ones. */
  differing: number;
  /** Live bars that were compared. */
  bars: number;
}

/** Return drifts as rows, in their order. */
export function driftRows(drifts: readonly Drift[]): DriftRow[] {
  return drifts.map(({ spec, trade_date: date, figures }) => ({
    spec,
    date,
    missed: count(figures.missed),
    extra: count(figures.extra),
    different: count(figures.different),
    fills: count(figures.fills),
    slippage: numberOf(figures.mean_slippage),
    model: numberOf(figures.model_slippage),
    differing: count(figures.live_differing),
    bars: count(figures.live_bars),
  }));
}

/** Return the trade dates (seconds since 1970), ascending, and the slippage of each spec on them. */
export function slippageCurves(rows: readonly DriftRow[]): {
  x: number[];
  curves: { name: string; values: (number | null)[] }[];
} {
  const dates = [...new Set(rows.map((row) => row.date))].sort();
  const specs = [...new Set(rows.map((row) => row.spec))].sort();
  const found = new Map(rows.map((row) => [`${row.spec} ${row.date}`, row.slippage]));
  return {
    x: dates.map((date) => Date.parse(`${date}T00:00Z`) / 1000),
    curves: specs.map((spec) => ({ name: spec, values: dates.map((date) => found.get(`${spec} ${date}`) ?? null) })),
  };
}

function count(value: unknown): number {
  return numberOf(value) ?? 0;
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
