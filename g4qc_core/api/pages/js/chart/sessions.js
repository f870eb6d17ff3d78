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

/**
 * @typedef {object} Gap minutes of one class without a good bar, of one session of one contract
 * @property {number} start seconds since 1970
 * @property {number} end
 * @property {string} contract
 * @property {string} class
 */

/** Coverage of one instrument: by session, loaded a year at a time, and by interval a month at a time where one is wanted. */
export class Quality {
  constructor(symbol) {
    this.symbol = symbol;
    /** @type {Map<string, Promise<void>>} */
    this.years = new Map();
    /** @type {Map<string, Record<string, number>>} counts by `date contract` */
    this.counts = new Map();
    /** @type {Map<string, Promise<void>>} */
    this.months = new Map();
    /** @type {Gap[]} ascending, those of the months in `whole` */
    this.gaps = [];
    /** @type {Set<string>} */
    this.whole = new Set();
  }

  /** Loads where in the spans the gaps lie, for the months that are not whole; true when something came. */
  async needGaps(spans) {
    const open = (span) => OPEN.some((name) => (this.of(span)?.[name] ?? 0) > 0);
    const months = new Set(spans.filter(open).map((span) => span.date.slice(0, 7)));
    return this.#once(this.months, [...months], (month) => this.#loadGaps(month));
  }

  /** Loads what the years from one trade date to another lack; true when something came. */
  async need(first, last) {
    const years = [];
    for (let year = Number(first.slice(0, 4)); year <= Number(last.slice(0, 4)); year += 1) years.push(String(year));
    return this.#once(this.years, years, (year) => this.#load(year));
  }

  /** Loads what was not asked for before; what failed is asked for again the next time. */
  async #once(known, names, load) {
    const asked = names.filter((name) => !known.has(name));
    for (const name of asked) {
      const loading = load(name);
      known.set(name, loading);
      loading.catch(() => known.delete(name));
    }
    await Promise.all(asked.map((name) => known.get(name)));
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

  /** True where the gaps of a session are known by interval. */
  located({ date }) {
    return this.whole.has(date.slice(0, 7));
  }

  async #loadGaps(month) {
    const last = new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 0)).toISOString().slice(0, 10);
    const { gaps } = await get(`/gaps/${encodeURIComponent(this.symbol)}`, { first: `${month}-01`, last });
    const found = gaps.map((gap) => ({ ...gap, start: Date.parse(gap.start) / 1000, end: Date.parse(gap.end) / 1000 }));
    this.whole.add(month);
    this.gaps = this.gaps.concat(found).sort((one, other) => one.start - other.start);
  }

  async #load(year) {
    const answer = await get(`/coverage/${encodeURIComponent(this.symbol)}`, { first: `${year}-01-01`, last: `${year}-12-31` });
    for (const row of answer.sessions) this.counts.set(`${row.trade_date} ${row.contract}`, { ...NOTHING, ...row.classes });
  }
}
