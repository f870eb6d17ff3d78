/**
 * What is known of the bars that are shown: their sessions, the gaps between them, and the marks that say so. Must not know
 * how bars are loaded.
 */

import type { Bars } from "./bars";
import type { Range } from "./canvas";
import type { Counts } from "./classes";
import { beside, type Placed, placed } from "./gaps";
import { seconds } from "./ladder";
import { isNear, Marks, seenOf } from "./marks";
import { type Gap, Quality, type Span, spans } from "./sessions";

export class Coverage {
  readonly marks = new Marks();
  sessions: Span[] = [];
  #quality: Quality | null = null;
  #bars: Bars | null = null;
  #gaps: Placed[] = [];

  /** Tell of other bars. */
  show(bars: Bars): void {
    const { symbol } = bars.series;
    if (this.#quality?.symbol !== symbol) this.#learn(symbol);
    this.#bars = bars;
    this.sessions = spans(bars.columns);
    this.#mark();
  }

  /** Forget what was known: it may have changed. */
  forget(): void {
    if (this.#quality) this.#learn(this.#quality.symbol);
  }

  /** Know nothing yet of an instrument; what was asked before is no longer wanted. */
  #learn(symbol: string): void {
    this.#quality?.stop();
    this.#quality = new Quality(symbol);
  }

  /** Return the gaps in a bar, or between it and a neighbour. */
  gapsAt(index: number): Gap[] {
    return beside(this.#gaps, index);
  }

  /** Return the minutes by class of the session of a bar; undefined where it was never judged. */
  countsAt(index: number): Counts | undefined {
    const span = this.sessions.find((one) => one.last >= index);
    return span && this.#quality?.of(span);
  }

  /**
   * Ask what is known of the sessions, and where few are seen, where their gaps lie. Resolves to false where that is no
   * longer wanted; a failure is thrown.
   */
  async judge(range: Range | null): Promise<boolean> {
    const [quality, first, last] = [this.#quality, this.sessions[0], this.sessions.at(-1)];
    if (!quality || !first || !last) return false;
    try {
      let came = await quality.need(first.date, last.date);
      const [seen] = range ? seenOf(this.sessions, range.from, range.to) : [[]];
      if (isNear(seen.length)) came = (await quality.needGaps(seen)) || came;
      if (came && this.#quality === quality) this.#mark();
    } catch (error) {
      if (this.#quality === quality) throw error;
    }
    return this.#quality === quality;
  }

  #mark(): void {
    const [quality, bars] = [this.#quality, this.#bars];
    if (!quality || !bars) return;
    this.#gaps = placed(quality.gaps, bars, seconds(bars.series.timeframe));
    this.marks.set({
      spans: this.sessions,
      absent: quality.absent(this.sessions),
      countsOf: (span) => quality.of(span),
      located: (span) => quality.located(span),
      gaps: this.#gaps,
      breaks: bars.series.timeframe !== "1d",
    });
  }
}
