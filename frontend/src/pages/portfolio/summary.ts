import type { Row, Study } from "../../ui/study/studies";
import { namesIn, numberIn, secondsOf } from "../../ui/study/values";

/** What came out of a portfolio, as far as the page reads it. */
export interface PortfolioSummary {
  figures: Record<string, number | null>;
  portfolio: Record<string, number | null>;
  currency: string;
  instruments: string[];
  held: Record<string, number>;
}

/** Return the summary of a study that is done. */
export function summaryOf(study: Study): PortfolioSummary {
  return study.summary as unknown as PortfolioSummary;
}

/** Return falls below the highest value so far, as shares of it; the capital before the first session counts. */
export function fallsOf(equity: readonly (number | null)[], capital: number): number[] {
  let most = capital;
  return equity.map((value) => {
    most = Math.max(most, value ?? most);
    return most > 0 ? ((value ?? most) - most) / most : 0;
  });
}

/** Values by instrument at each session: of changes that hold until the next, or of every session. */
export function bySession(
  days: readonly number[],
  rows: readonly Row[],
  column: string,
): { names: string[]; values: (number | null)[][] } {
  const names = namesIn(rows, "instrument");
  const values = names.map((name) => {
    const own = rows
      .filter((one) => one.instrument === name)
      .map((one) => [secondsOf(one.trade_date), numberIn(one, column)] as const)
      .sort((one, other) => one[0] - other[0]);
    let at = -1;
    return days.map((day) => {
      while (at + 1 < own.length && (own[at + 1]?.[0] ?? Infinity) <= day) at += 1;
      return own[at]?.[1] ?? null;
    });
  });
  return { names, values };
}

/** Return parts one on the other: each with those below it. */
export function stacked(parts: readonly (readonly (number | null)[])[]): number[][] {
  const sums: number[][] = [];
  for (const part of parts) {
    const below = sums.at(-1);
    sums.push(part.map((value, at) => (value ?? 0) + (below?.[at] ?? 0)));
  }
  return sums;
}
