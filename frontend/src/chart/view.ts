/**
 * What a chart shows, as its address says it: a link that is opened elsewhere shows the same. Must not know how it is
 * drawn.
 */

import { TIMEFRAMES, type Timeframe } from "./ladder";

export const ADJUSTMENTS = ["none", "additive", "ratio", "additive_forward", "ratio_forward"] as const;
export type Adjustment = (typeof ADJUSTMENTS)[number];

export const ZONES = ["utc", "exchange"] as const;

/** What a chart shows. */
export interface View {
  symbol: string;
  /** The finest one that is shown. */
  timeframe: Timeframe;
  /** Contract month; empty: the series of the contract in front. */
  contract: string;
  /** Adjustment of that series. */
  adjustment: Adjustment;
  /** Rule that joins its contracts; empty: the instrument's own. */
  rule: string;
  /** Whose clock is shown. */
  zone: (typeof ZONES)[number];
  /** Id of the result whose trades and indicators are drawn; empty: none. */
  backtest: string;
  /** First and last instant on the screen, seconds; 0: the newest bars. */
  from: number;
  to: number;
}

/** A view as an address says it. */
export interface ReadView extends View {
  /** Parts of the address that mean nothing, like `adjustment=none2`. */
  wrong: string[];
}

const NAMES = ["symbol", "timeframe", "contract", "adjustment", "rule", "zone", "backtest"] as const;

/** Return the view of an address; a malformed value takes its default and is named in `wrong`. */
export function readView(query: URLSearchParams): ReadView {
  const text = (name: string) => query.get(name) ?? "";
  const [from, to] = [instantOf(text("from")), instantOf(text("to"))];
  const view: View = {
    symbol: text("symbol").toUpperCase().slice(0, 12),
    timeframe: among(TIMEFRAMES, text("timeframe"), "1h"),
    contract: /^(\d{6}|spot)$/.test(text("contract")) ? text("contract") : "",
    adjustment: among(ADJUSTMENTS, text("adjustment"), "none"),
    rule: text("rule").slice(0, 400),
    zone: among(ZONES, text("zone"), "utc"),
    backtest: text("backtest").slice(0, 80),
    ...(from && to > from ? { from, to } : { from: 0, to: 0 }),
  };
  const wrong = [...query].filter(([name, said]) => said && !isMeant(view, name, said));
  return { ...view, wrong: wrong.map(([name, said]) => `${name}=${said}`) };
}

function isMeant(view: View, name: string, said: string): boolean {
  if (name === "from" || name === "to") return view.from !== 0;
  const known = NAMES.find((one) => one === name);
  return known === "symbol" || (known !== undefined && view[known] === said);
}

/** Return the query of a view's address. */
export function writeView(view: View): URLSearchParams {
  const said = new URLSearchParams();
  for (const name of NAMES) {
    if (view[name]) said.set(name, view[name]);
  }
  if (view.from) {
    // Outwards, so that a view of less than a minute has two instants.
    said.set("from", minute(Math.floor(view.from / 60)));
    said.set("to", minute(Math.ceil(view.to / 60)));
  }
  return said;
}

function among<T extends string>(known: readonly T[], said: string, otherwise: T): T {
  return known.find((one) => one === said) ?? otherwise;
}

function instantOf(text: string): number {
  return Math.max(0, Math.floor((Date.parse(text) || 0) / 1000));
}

function minute(minutes: number): string {
  return `${new Date(minutes * 60_000).toISOString().slice(0, 16)}Z`;
}
