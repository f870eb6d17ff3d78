/**
 * The sessions in the loaded bars: where each begins and ends, where the contract changes, and what is known of its
 * minutes. Must not know how they are painted.
 */

import { get } from "../api.js";
import { CLASSES, OPEN } from "./classes.js";

/** Minutes of each class where there are none. */
export const NOTHING = Object.fromEntries(CLASSES.map((name) => [name, 0]));

/**
 * @typedef {object} Span one session of one contract among the bars
 * @property {string} date
 * @property {string} contract
 * @property {number} first index of its first bar
 * @property {number} last index of its last bar; before `first` where the session has none
 */

/** @param {import("./bars.js").Bar[]} bars @returns {Span[]} ascending */
export function spans(bars) {
  const found = [];
  for (let i = 0; i < bars.length; i += 1) {
    const current = found[found.length - 1];
    if (current && current.date === bars[i].date && current.contract === bars[i].contract) current.last = i;
    else found.push({ date: bars[i].date, contract: bars[i].contract, first: i, last: i });
  }
  return found;
}

/** Coverage of one instrument by session, loaded a year at a time. */
export class Quality {
  constructor(symbol) {
    this.symbol = symbol;
    /** @type {Map<string, Promise<void>>} */
    this.years = new Map();
    /** @type {Map<string, Record<string, number>>} counts by `date contract` */
    this.counts = new Map();
  }

  /** Loads what the years from one trade date to another lack; true when something came. */
  async need(first, last) {
    const asked = [];
    for (let year = Number(first.slice(0, 4)); year <= Number(last.slice(0, 4)); year += 1) {
      if (!this.years.has(String(year))) {
        const loading = this.#load(String(year));
        this.years.set(String(year), loading);
        loading.catch(() => this.years.delete(String(year)));
        asked.push(loading);
      }
    }
    await Promise.all(asked);
    return asked.length > 0;
  }

  /** Minutes of a session by class; nothing where the quality of the session was never judged. */
  of(span) {
    return this.counts.get(`${span.date} ${span.contract}`);
  }

  /** Sessions of the contracts that have no bar at all among the spans although some were due, each before the span that follows. */
  absent(spans) {
    const seen = new Set(spans.map((span) => span.date));
    const found = [];
    const dates = [...this.counts.keys()].filter((name) => {
      const counts = this.counts.get(name);
      return counts.traded === 0 && OPEN.some((open) => counts[open] > 0);
    });
    for (const name of dates) {
      const [date, contract] = name.split(" ");
      if (seen.has(date)) continue;
      const next = spans.findIndex((span) => span.date > date);
      if (next > 0 && (spans[next].contract === contract || spans[next - 1].contract === contract)) {
        found.push({ date, contract, first: spans[next].first, last: spans[next].first - 1 });
      }
    }
    return found;
  }

  async #load(year) {
    const answer = await get(`/coverage/${encodeURIComponent(this.symbol)}`, { first: `${year}-01-01`, last: `${year}-12-31` });
    for (const row of answer.sessions) this.counts.set(`${row.trade_date} ${row.contract}`, { ...NOTHING, ...row.classes });
  }
}
