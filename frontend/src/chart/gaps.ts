/**
 * Gaps by interval among the bars: where each would stand, and which lie beside a bar. A gap has no bars and the axis leaves
 * it out, so that without a mark nothing would show it. Must not know how one is painted, nor what is done about it.
 */

import type { Bars } from "./bars";
import { textAt } from "./columns";
import type { Gap } from "./sessions";

/** The bars among which gaps are placed. */
export type Around = Pick<Bars, "columns" | "length" | "hasOldest" | "hasNewest" | "indexAt" | "t">;

/** A gap, and its place as indices of bars with fractions; equal where no bar is touched. */
export interface Placed {
  gap: Gap;
  from: number;
  to: number;
}

/** Return the places of the gaps of the contracts that are shown, ascending; `seconds` is the length of a full bar. */
export function placed(gaps: readonly Gap[], bars: Around, seconds: number): Placed[] {
  if (!bars.length) return [];
  const last = bars.length - 1;
  const found: Placed[] = [];
  for (const gap of gaps) {
    const at = bars.indexAt(gap.start);
    if (at < 0 && !(bars.hasOldest || gap.end > bars.t(0))) continue;
    // After the last bar that is loaded, where more are to come.
    if (at === last && !bars.hasNewest && gap.start >= bars.t(last) + seconds) continue;
    const { contract } = bars.columns;
    if (textAt(contract, at) !== gap.contract && textAt(contract, at + 1) !== gap.contract) continue;
    found.push({ gap, from: placeOf(gap.start, bars, seconds), to: placeOf(gap.end, bars, seconds) });
  }
  return found;
}

/** Return the gaps that lie in a bar, or between it and a neighbour. */
export function beside(places: readonly Placed[], index: number): Gap[] {
  return places.filter(({ from, to }) => to >= index - 0.5 && from <= index + 0.5).map(({ gap }) => gap);
}

function placeOf(t: number, bars: Around, seconds: number): number {
  const at = bars.indexAt(t);
  return at < 0 ? -0.5 : at - 0.5 + Math.min(1, (t - bars.t(at)) / seconds);
}
