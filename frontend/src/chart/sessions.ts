/**
 * The sessions in the loaded bars: where each begins and ends, where the contract changes, and what is known of its
 * minutes. Must not know how they are painted.
 */

import { api, got, type Schemas } from "../api/client";
import { CLASSES, type ClassName, type Counts, OPEN } from "./classes";
import { type Columns, textAt } from "./columns";

/** Minutes of each class where there are none. */
export const NOTHING = Object.fromEntries(CLASSES.map((name) => [name, 0])) as Record<(typeof CLASSES)[number], number>;

/** One session of one contract among the bars. */
export interface Span {
  date: string;
  contract: string;
  /** Index of its first bar. */
  first: number;
  /** Index of its last bar; before `first` where the session has none. */
  last: number;
}

/** Return the sessions among the bars, ascending. */
export function spans({ rows, date, contract }: Columns): Span[] {
  const found: Span[] = [];
  let current: Span | undefined;
  for (let i = 0; i < rows; i += 1) {
    if (current && date.at[i] === date.at[i - 1] && contract.at[i] === contract.at[i - 1]) current.last = i;
    else found.push((current = { date: textAt(date, i), contract: textAt(contract, i), first: i, last: i }));
  }
  return found;
}

/** Minutes of one class without a good bar, of one session of one contract; seconds since 1970. */
export interface Gap {
  start: number;
  end: number;
  contract: string;
  class: ClassName;
}

/** Coverage of one instrument: by session, loaded a year at a time, and by interval a month at a time where one is wanted. */
export class Quality {
  readonly symbol: string;
  /** Ascending, those of the months that are whole. */
  gaps: Gap[] = [];
  readonly #years = new Map<string, Promise<void>>();
  readonly #months = new Map<string, Promise<void>>();
  /** Counts by `date contract`. */
  readonly #counts = new Map<string, Counts>();
  readonly #whole = new Set<string>();
  readonly #stopped = new AbortController();

  constructor(symbol: string) {
    this.symbol = symbol;
  }

  /** Give up what is on its way. */
  stop(): void {
    this.#stopped.abort();
  }

  /** Load where in the spans the gaps lie, for the months that are not whole; true when something came. */
  async needGaps(spans: readonly Span[]): Promise<boolean> {
    const open = (span: Span) => OPEN.some((name) => (this.of(span)?.[name] ?? 0) > 0);
    const months = new Set(spans.filter(open).map((span) => span.date.slice(0, 7)));
    return this.#once(this.#months, [...months], (month) => this.#loadGaps(month));
  }

  /** Load what the years from one trade date to another lack; true when something came. */
  async need(first: string, last: string): Promise<boolean> {
    const years: string[] = [];
    for (let year = Number(first.slice(0, 4)); year <= Number(last.slice(0, 4)); year += 1) years.push(String(year));
    return this.#once(this.#years, years, (year) => this.#load(year));
  }

  /** Load what was not asked for before; what failed is asked for again the next time. */
  async #once(known: Map<string, Promise<void>>, names: string[], load: (name: string) => Promise<void>) {
    const asked = names.filter((name) => !known.has(name));
    for (const name of asked) {
      const loading = load(name);
      known.set(name, loading);
      loading.catch(() => known.delete(name));
    }
    await Promise.all(asked.map((name) => known.get(name) ?? Promise.resolve()));
    return asked.length > 0;
  }

  /** Return the minutes of a session by class; undefined where the quality of the session was never judged. */
  of({ date, contract }: Span): Counts | undefined {
    return this.#counts.get(`${date} ${contract}`);
  }

  /** Return sessions of the contracts that have no bar at all although some were due, each before the span that follows. */
  absent(spans: readonly Span[]): Span[] {
    const seen = new Set(spans.map((span) => span.date));
    const found: Span[] = [];
    for (const [name, counts] of this.#counts) {
      if (counts.traded !== 0 || !OPEN.some((open) => (counts[open] ?? 0) > 0)) continue;
      const [date = "", contract = ""] = name.split(" ");
      if (seen.has(date)) continue;
      const at = spans.findIndex((span) => span.date > date);
      const [before, next] = [spans[at - 1], spans[at]];
      if (before && next && (next.contract === contract || before.contract === contract)) {
        found.push({ date, contract, first: next.first, last: next.first - 1 });
      }
    }
    return found;
  }

  /** True where the gaps of a session are known by interval. */
  located({ date }: Span): boolean {
    return this.#whole.has(date.slice(0, 7));
  }

  async #loadGaps(month: string): Promise<void> {
    const { gaps } = await got(
      api.GET("/api/v1/gaps/{symbol}", {
        params: { path: { symbol: this.symbol }, query: { first: `${month}-01`, last: lastOf(month) } },
        signal: this.#stopped.signal,
      }),
    );
    const found = (gaps as Schemas["MinuteGap"][]).map((gap) => ({
      contract: gap.contract,
      class: gap.class as ClassName,
      start: Date.parse(gap.start) / 1000,
      end: Date.parse(gap.end) / 1000,
    }));
    this.#whole.add(month);
    this.gaps = this.gaps.concat(found).sort((one, other) => one.start - other.start);
  }

  async #load(year: string): Promise<void> {
    const answer = await got(
      api.GET("/api/v1/coverage/{symbol}", {
        params: { path: { symbol: this.symbol }, query: { first: `${year}-01-01`, last: `${year}-12-31` } },
        signal: this.#stopped.signal,
      }),
    );
    for (const row of answer.sessions) {
      this.#counts.set(`${row.trade_date} ${row.contract}`, { ...NOTHING, ...row.classes });
    }
  }
}

/** Return the last day of a month, `2026-10`. */
export function lastOf(month: string): string {
  const [year, of] = month.split("-").map(Number);
  return new Date(Date.UTC(year ?? 0, of ?? 1, 0)).toISOString().slice(0, 10);
}
