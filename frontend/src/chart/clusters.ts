/** Which trades of a chart are drawn one by one, and which together because many fall on few pixels. */

import { lastAt } from "./bars";

/** Trades that are drawn together: `[begin, end)` of the list, over bars `[bar, bar + bars)`. */
export interface Cluster {
  begin: number;
  end: number;
  bar: number;
  bars: number;
}

const WIDE = 30; // pixels at least of a place in which trades are counted together
const MOST = 3; // trades of such a place that are still drawn one by one

/** Return how many bars a place has in which trades are counted together: a power of two, so that panning moves no place. */
export function barsTogether(spacing: number): number {
  return 2 ** Math.max(0, Math.ceil(Math.log2(WIDE / spacing)));
}

/**
 * Divide the trades that begin between two bars into single ones and clusters.
 *
 * @param entries index of the bar at which each trade begins, ascending
 */
export function clustersOf(entries: Int32Array, first: number, last: number, spacing: number): Cluster[] {
  const bars = barsTogether(spacing);
  const found: Cluster[] = [];
  // Whole places, so that one at the edge counts the same while it moves out.
  let at = lastAt(entries, Math.floor(first / bars) * bars - 1) + 1;
  while (at < entries.length) {
    const place = Math.floor((entries[at] ?? 0) / bars);
    if (place * bars > last) break;
    const end = lastAt(entries, place * bars + bars - 1) + 1;
    if (end - at > MOST) found.push({ begin: at, end, bar: place * bars, bars });
    at = end;
  }
  return found;
}
