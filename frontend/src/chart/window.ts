/** Which bars are between the edges of a screen, and which instants that is. Must not know how it is drawn. */

import type { Bars } from "./bars";
import type { Range } from "./canvas";
import { seconds } from "./ladder";

/** First and last instant, seconds. */
export interface Instants {
  from: number;
  to: number;
}

type Placing = Pick<Bars, "length" | "t" | "indexAt" | "hasOldest" | "hasNewest"> & {
  series: Pick<Bars["series"], "timeframe">;
};

const SPACING = 7; // pixels a bar of a view that names no window
const WIDEST = 42; // pixels a bar, however few there are
const ROOM = 3; // bars of room after the newest

/** Return the newest bars of a screen of that width in pixels; where all fit, they stand in its middle. */
export function newest(bars: Pick<Bars, "length">, width: number): Range {
  const count = Math.max(20, Math.round(width / SPACING));
  if (bars.length > count) return { from: bars.length - count, to: bars.length + ROOM };
  return wideEnough({ from: -0.5, to: bars.length - 0.5 }, width);
}

/** Return the places of a window of instants. */
export function between(bars: Placing, { from, to }: Instants, width: number): Range {
  return wideEnough({ from: placeAt(bars, from), to: placeAt(bars, to) }, width);
}

/** Return the instants of places; beyond the bars they are those of full bars. */
export function instantsOf(bars: Placing, range: Range): Instants {
  return { from: timeAt(bars, range.from), to: timeAt(bars, range.to) };
}

/** True where nothing of a window is among the bars. */
export function isOutside(bars: Placing, { from, to }: Instants): boolean {
  return !bars.length || to < bars.t(0) || from > bars.t(bars.length - 1) + seconds(bars.series.timeframe);
}

/** Few bars are not drawn as wide as the screen. */
function wideEnough({ from, to }: Range, width: number): Range {
  const missing = width / WIDEST - (to - from);
  return missing > 0 ? { from: from - missing / 2, to: to + missing / 2 } : { from, to };
}

function timeAt(bars: Placing, index: number): number {
  const [at, last, length] = [Math.round(index), bars.length - 1, seconds(bars.series.timeframe)];
  if (at < 0) return bars.t(0) + at * length;
  return at > last ? bars.t(last) + (at - last) * length : bars.t(at);
}

/** The inverse of `timeAt`. */
function placeAt(bars: Placing, t: number): number {
  const [last, length] = [bars.length - 1, seconds(bars.series.timeframe)];
  if (t < bars.t(0)) return Math.round((t - bars.t(0)) / length);
  if (t > bars.t(last)) return last + Math.round((t - bars.t(last)) / length);
  return bars.indexAt(t);
}
