/** What is known of the bar under the crosshair. */

import type { Counts } from "./classes";
import type { Bar } from "./columns";
import type { Reading } from "./indicators";
import type { Gap } from "./sessions";
import type { Stage } from "./stage";
import type { Trade } from "./trades";

/** A bar, and what lies in it or beside it. */
export interface Pointed {
  at: number;
  bar: Bar | undefined;
  before: Bar | undefined;
  /** In the bar or beside it. */
  gaps: readonly Gap[];
  /** Minutes of its session by class. */
  counts: Counts | undefined;
  /** Open in some part of the bar. */
  trades: readonly Trade[];
  /** Values of the strategy's lines. */
  readings: readonly Reading[];
  /** The bar is a whole session. */
  session: boolean;
}

/** Return what is known of a bar by its place; without one, of the last that is seen. */
export function pointedAt(stage: Stage, place: number | undefined): Pointed {
  const { bars, canvas } = stage;
  const last = (bars?.length ?? 0) - 1;
  const at = place ?? Math.min(last, Math.floor(canvas.range?.to ?? 0));
  const bar = bars?.bar(at);
  return {
    at,
    bar,
    before: bars?.bar(at - 1),
    gaps: stage.coverage.gapsAt(at),
    counts: bar && stage.coverage.countsAt(at),
    trades: bar && bars ? stage.trades.within(bar.t, at < last ? bars.t(at + 1) : bar.t + 1) : [],
    readings: bar ? stage.indicators.at(at) : [],
    session: stage.timeframe === "1d",
  };
}

/** What is pointed at now, kept apart so that only who shows it is drawn anew while the candles move. */
export class PointedStore {
  value: Pointed | null = null;
  readonly #listeners = new Set<() => void>();

  set(value: Pointed): void {
    this.value = value;
    for (const listener of this.#listeners) listener();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}
