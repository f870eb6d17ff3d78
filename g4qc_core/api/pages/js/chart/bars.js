/**
 * The bars of one series around the part that is seen: loaded in pieces as the view moves, kept for a while when it moves
 * on. Knows how the API pages. Must not know how bars are drawn.
 */

import { get } from "../api.js";

/**
 * @typedef {object} Bar
 * @property {number} t start, seconds since 1970, UTC
 * @property {number} open
 * @property {number} high
 * @property {number} low
 * @property {number} close
 * @property {number} volume
 * @property {string} contract
 * @property {string} date trade date
 * @property {number} factor
 * @property {number} adjustment
 */

/** @typedef {{symbol: string, timeframe: string, contract: string, adjustment: string, rule: string}} Series */

/** @typedef {{first: string, last: string, sessions: number, contract: string, reason: string}} Missing sessions without bars */

const PIECE = 2000;
const FIRST = 800; // enough for a screen, and sooner there
const LARGEST = 12_000;
const KEPT = 40;

/** Recent answers, so that going back needs no request. @type {Map<string, {bars: Bar[], missing: Missing[]}>} */
const kept = new Map();

export class Bars {
  /** @param {Series} series */
  constructor(series) {
    this.series = series;
    /** @type {Bar[]} ascending, none left out between the first and the last */
    this.list = [];
    /** Sessions that were asked for and have no bars, each once. @type {Map<string, Missing>} */
    this.missing = new Map();
    this.hasOldest = false;
    this.hasNewest = false;
    this.growing = false;
  }

  /** Loads the newest bars. */
  async loadNewest(count = FIRST) {
    this.list = await this.#ask({ order: "desc", limit: count });
    this.hasNewest = true;
    this.hasOldest = this.list.length < count;
  }

  /** Loads bars on both sides of an instant. @param {number} t @param {number} before @param {number} after */
  async loadAround(t, before = PIECE, after = PIECE) {
    const at = stamp(t);
    const [older, newer] = await Promise.all([
      this.#ask({ order: "desc", end_date: at, limit: before }),
      this.#ask({ order: "asc", start_date: at, limit: after }),
    ]);
    this.list = older.concat(newer);
    this.hasOldest = older.length < before;
    this.hasNewest = newer.length < after;
  }

  /** Index of the last bar that starts at or before an instant; -1 when all are later. */
  indexAt(t) {
    let [low, high] = [0, this.list.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.list[middle].t <= t) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** Loads the oldest bars. */
  async loadOldest(count = PIECE) {
    this.list = await this.#ask({ order: "asc", limit: count });
    this.hasOldest = true;
    this.hasNewest = this.list.length < count;
  }

  /** Adds a piece before what is there; gives how many bars it has, 0 where there was nothing to add. */
  async growOlder() {
    if (this.growing || this.hasOldest || !this.list.length) return 0;
    const piece = await this.#piece({ order: "desc", end_date: stamp(this.list[0].t), limit: PIECE });
    this.hasOldest = piece.length < PIECE;
    this.list = piece.concat(this.list);
    return piece.length;
  }

  /** Adds a piece after what is there, once `ready` lets it; gives how many bars it has. */
  async growNewer(ready) {
    if (this.growing || this.hasNewest || !this.list.length) return 0;
    const piece = await this.#piece({ order: "asc", start_date: stamp(this.list[this.list.length - 1].t + 1), limit: PIECE });
    await ready();
    this.hasNewest = piece.length < PIECE;
    this.list = this.list.concat(piece);
    return piece.length;
  }

  /** Lets go of bars far from what is seen; gives how many of them stood before it. */
  trim(first, last) {
    if (this.list.length <= LARGEST) return 0;
    const begin = Math.max(0, Math.floor(first) - LARGEST / 3);
    const end = Math.min(this.list.length, Math.ceil(last) + LARGEST / 3);
    this.hasOldest = this.hasOldest && begin === 0;
    this.hasNewest = this.hasNewest && end === this.list.length;
    this.list = this.list.slice(begin, end);
    return begin;
  }

  async #piece(window) {
    this.growing = true;
    try {
      return await this.#ask(window);
    } finally {
      this.growing = false;
    }
  }

  async #ask(window) {
    const { symbol, ...which } = this.series;
    const parameters = { ...which, ...window };
    const name = JSON.stringify([symbol, parameters]);
    const known = kept.get(name);
    // The newest bars may have grown since; everything before them is kept.
    if (known && window.limit === known.bars.length && (window.end_date || window.start_date)) return this.#told(known);
    const answer = await get(`/data/${encodeURIComponent(symbol)}`, parameters);
    const bars = answer.data.map(bar);
    if (window.order === "desc") bars.reverse();
    const found = { bars, missing: answer.missing };
    kept.set(name, found);
    if (kept.size > KEPT) kept.delete(kept.keys().next().value);
    return this.#told(found);
  }

  #told({ bars, missing }) {
    for (const run of missing) this.missing.set(JSON.stringify(run), run);
    return bars;
  }
}

/** Forgets what was kept: the bars may have changed. */
export function forgetBars() {
  kept.clear();
}

/** An instant as the API wants it. */
function stamp(t) {
  return new Date(t * 1000).toISOString().slice(0, 19) + "Z";
}

function bar(row) {
  return {
    t: Date.parse(row.timestamp) / 1000,
    open: row.open,
    high: row.high,
    low: row.low,
    close: row.close,
    volume: row.volume,
    contract: row.contract,
    date: row.trade_date,
    factor: row.factor ?? 1,
    adjustment: row.adjustment ?? 0,
  };
}
