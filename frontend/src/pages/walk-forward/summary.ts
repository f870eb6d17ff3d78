import type { Study } from "../../ui/study/studies";

/** What came out of an analysis, as far as the page reads it. */
export interface WalkForwardSummary {
  verdict: string;
  windows: { planned: number; run: number; traded: number; flat: number };
  gap: { purge: number; embargo: number; look_back: number };
  figures: Record<string, number | null> | null;
  efficiency: { return: number | null; sharpe: number | null };
  deflation: { trials: number; deflated_sharpe: number | null };
  overfitting: { probability: number | null; of: string };
  stability: { overall: number | null; parameters: Record<string, number | null> };
  paths?: {
    paths: number;
    splits: number;
    loss_share: number | null;
    sharpe_mean: number | null;
    sharpe_least: number | null;
    sharpe_largest: number | null;
  } | null;
  sessions_a_year: number;
  currency: string;
}

/** Return the summary of a study that is done. */
export function summaryOf(study: Study): WalkForwardSummary {
  return study.summary as unknown as WalkForwardSummary;
}

/** Return counts of values in bins of equal width: left edges and counts; both empty without values. */
export function histogram(values: readonly number[], most = 24): { left: number[]; count: number[]; width: number } {
  const [least, largest] = [Math.min(...values), Math.max(...values)];
  if (!values.length) return { left: [], count: [], width: 0 };
  const bins = Math.min(most, Math.max(4, values.length));
  const width = (largest - least) / bins || 1;
  const count = new Array<number>(bins).fill(0);
  for (const value of values) {
    const bin = Math.min(bins - 1, Math.floor((value - least) / width));
    count[bin] = (count[bin] ?? 0) + 1;
  }
  return { left: count.map((_, at) => least + at * width), count, width };
}
