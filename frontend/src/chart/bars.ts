/**
 * The bars of one series around the part that is seen: loaded in pieces as the view moves, kept for a while when it moves
 * on. Knows how the API pages. Must not know how bars are drawn.
 */

import { type Bar, barAt, type Columns, joined, NO_BARS, reversed, sliced } from "./columns";
import type { Timeframe } from "./ladder";
import { type BarWindow, type Missing, readWindow } from "./reader";

/** Which bars: empty texts take the server's own. */
export interface Series {
  symbol: string;
  timeframe: Timeframe;
  contract: string;
  adjustment: string;
  rule: string;
}

const PIECE = 2000;
const FIRST = 800; // enough for a screen, and sooner there
const LARGEST = 9000;
const KEPT = 40;

/** Recent answers, so that going back needs no request. */
const kept = new Map<string, BarWindow>();

/** Forget what was kept: the bars may have changed. */
export function forgetBars(): void {
  kept.clear();
}

export class Bars {
  readonly series: Series;
  /** Ascending, none left out between the first and the last. */
  columns: Columns = NO_BARS;
  /** Sessions that were asked for and have no bars, each once. */
  readonly missing = new Map<string, Missing>();
  hasOldest = false;
  hasNewest = false;
  growing = false;
  readonly #signal: AbortSignal;

  constructor(series: Series, signal: AbortSignal) {
    this.series = series;
    this.#signal = signal;
  }

  get length(): number {
    return this.columns.rows;
  }

  /** Start of a bar in seconds; NaN outside. */
  t(at: number): number {
    return this.columns.t[at] ?? NaN;
  }

  bar(at: number): Bar | undefined {
    return barAt(this.columns, at);
  }

  /** Load the newest bars. */
  async loadNewest(count = FIRST): Promise<void> {
    this.columns = await this.#ask({ order: "desc", limit: count });
    this.hasNewest = true;
    this.hasOldest = this.length < count;
  }

  /** Load bars on both sides of an instant. */
  async loadAround(t: number, before = PIECE, after = PIECE): Promise<void> {
    const at = stamp(t);
    const [older, newer] = await Promise.all([
      this.#ask({ order: "desc", end_date: at, limit: before }),
      this.#ask({ order: "asc", start_date: at, limit: after }),
    ]);
    this.columns = joined(older, newer);
    this.hasOldest = older.rows < before;
    this.hasNewest = newer.rows < after;
  }

  /** Load the oldest bars. */
  async loadOldest(count = PIECE): Promise<void> {
    this.columns = await this.#ask({ order: "asc", limit: count });
    this.hasOldest = true;
    this.hasNewest = this.length < count;
  }

  /** Return the index of the last bar that starts at or before an instant; -1 when all are later. */
  indexAt(t: number): number {
    return lastAt(this.columns.t, t);
  }

  /** Add a piece before what is there; return how many bars it has, 0 where there was nothing to add. */
  async growOlder(): Promise<number> {
    if (this.growing || this.hasOldest || !this.length) return 0;
    const piece = await this.#piece({ order: "desc", end_date: stamp(this.t(0)), limit: PIECE });
    this.hasOldest = piece.rows < PIECE;
    this.columns = joined(piece, this.columns);
    return piece.rows;
  }

  /** Add a piece after what is there, once `ready` lets it; return how many bars it has. */
  async growNewer(ready: () => Promise<void>): Promise<number> {
    if (this.growing || this.hasNewest || !this.length) return 0;
    const after = stamp(this.t(this.length - 1) + 1);
    const piece = await this.#piece({ order: "asc", start_date: after, limit: PIECE });
    await ready();
    this.hasNewest = piece.rows < PIECE;
    this.columns = joined(this.columns, piece);
    return piece.rows;
  }

  /** Let go of bars far from what is seen; return how many of them stood before it. */
  trim(first: number, last: number): number {
    if (this.length <= LARGEST) return 0;
    const begin = Math.max(0, Math.floor(first) - LARGEST / 3);
    const end = Math.min(this.length, Math.ceil(last) + LARGEST / 3);
    this.hasOldest = this.hasOldest && begin === 0;
    this.hasNewest = this.hasNewest && end === this.length;
    this.columns = sliced(this.columns, begin, end);
    return begin;
  }

  async #piece(window: Record<string, string | number>): Promise<Columns> {
    this.growing = true;
    try {
      return await this.#ask(window);
    } finally {
      this.growing = false;
    }
  }

  async #ask(window: Record<string, string | number>): Promise<Columns> {
    const { symbol, ...which } = this.series;
    const asked = { ...which, ...window };
    const name = JSON.stringify([symbol, asked]);
    const known = kept.get(name);
    // The newest bars may have grown since; everything before them is kept.
    if (known && window.limit === known.columns.rows && (window.end_date || window.start_date))
      return this.#told(known);
    const answer = await readWindow(symbol, asked, this.#signal);
    const found = window.order === "desc" ? { ...answer, columns: reversed(answer.columns) } : answer;
    kept.set(name, found);
    for (const oldest of kept.keys()) {
      if (kept.size <= KEPT) break;
      kept.delete(oldest);
    }
    return this.#told(found);
  }

  #told({ columns, missing }: BarWindow): Columns {
    for (const run of missing) this.missing.set(JSON.stringify(run), run);
    return columns;
  }
}

/** Return the place of the last of ascending numbers that is not greater; -1 when all are. */
export function lastAt(sorted: ArrayLike<number>, value: number, length = sorted.length): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? Infinity) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** An instant as the API wants it. */
function stamp(t: number): string {
  return `${new Date(t * 1000).toISOString().slice(0, 19)}Z`;
}
