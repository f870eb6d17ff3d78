/** What wants a person: bars to decide about, sessions that were not asked for, jobs that failed. */

import type { Schemas } from "../../api/client";
import type { Job } from "../../ui/JobView";

const DAY = 86_400_000;

/** Bars of one instrument that wait for a decision. */
export interface Waiting {
  symbol: string;
  bars: number;
  /** The gravest reason first. */
  reasons: { reason: string; bars: number }[];
}

/** Return what waits for a decision, by instrument, in the order of gravity that the groups have. */
export function waitingOf(groups: readonly Schemas["QuarantineGroup"][]): Waiting[] {
  const found = new Map<string, Map<string, number>>();
  for (const { symbol, reason, bars } of groups) {
    const reasons = found.get(symbol) ?? new Map<string, number>();
    found.set(symbol, reasons.set(reason, (reasons.get(reason) ?? 0) + bars));
  }
  return [...found].map(([symbol, reasons]) => ({
    symbol,
    bars: [...reasons.values()].reduce((sum, bars) => sum + bars, 0),
    reasons: [...reasons].map(([reason, bars]) => ({ reason, bars })),
  }));
}

/** Return the jobs that failed within a day and were not done again since with success. */
export function failedLately(jobs: readonly Job[], now = Date.now()): Job[] {
  return jobs.filter((job, place) => {
    if (job.state !== "failed" || now - Date.parse(job.created_at) > DAY) return false;
    // The list is the newest first.
    return !jobs.slice(0, place).some((later) => later.state === "succeeded" && later.about === job.about);
  });
}
