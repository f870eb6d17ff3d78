/** The bars of timeframes that were shown before: a zoom back needs no request. */

import type { Bars } from "./bars";
import type { Timeframe } from "./ladder";
import type { Instants } from "./window";

const MOST = 3;

export class Levels {
  readonly #kept = new Map<Timeframe, Bars>();

  /** Keep the bars of a timeframe. */
  keep(bars: Bars): void {
    if (!bars.length) return;
    this.#kept.delete(bars.series.timeframe);
    this.#kept.set(bars.series.timeframe, bars);
    for (const oldest of this.#kept.keys()) if (this.#kept.size > MOST) this.#kept.delete(oldest);
  }

  /** Return bars of a timeframe among which a whole window is. */
  covering(timeframe: Timeframe, { from, to }: Instants): Bars | undefined {
    const bars = this.#kept.get(timeframe);
    if (!bars) return undefined;
    const whole = (bars.hasOldest || bars.t(0) <= from) && (bars.hasNewest || bars.t(bars.length - 1) >= to);
    return whole ? bars : undefined;
  }

  clear(): void {
    this.#kept.clear();
  }
}
