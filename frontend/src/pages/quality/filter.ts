/** Which bars in quarantine are shown: by instrument, reason, contract, session and time, all at once, as the address says. */

import type { Schemas } from "../../api/client";

type Reason = Schemas["Reason"];

/** The criteria; an empty one leaves nothing out. Instants are like `2026-10-05T13:30`, UTC. */
export interface BarFilter {
  symbol: string;
  reasons: readonly Reason[];
  contract: string;
  first: string;
  last: string;
  start: string;
  end: string;
  /** Bars about which somebody has decided are shown too. */
  decided: boolean;
}

/** Criteria that are one text. */
export const TEXTS = ["contract", "first", "last", "start", "end"] as const;

/** Return the criteria in an address. */
export function readFilter(query: URLSearchParams): BarFilter {
  const said = (name: string) => query.get(name) ?? "";
  const [contract, first, last, start, end] = TEXTS.map(said) as [string, string, string, string, string];
  const reasons = query.getAll("reason") as Reason[];
  return { symbol: said("symbol"), reasons, contract, first, last, start, end, decided: said("decided") === "1" };
}

/** Return the criteria as the query of an address. */
export function writeFilter(filter: BarFilter): URLSearchParams {
  const said = new URLSearchParams();
  if (filter.symbol) said.set("symbol", filter.symbol);
  for (const reason of filter.reasons) said.append("reason", reason);
  for (const name of TEXTS) if (filter[name]) said.set(name, filter[name]);
  if (filter.decided) said.set("decided", "1");
  return said;
}

/** True where a filter leaves out some bars of its instrument. */
export function narrows(filter: BarFilter): boolean {
  return filter.reasons.length > 0 || TEXTS.some((name) => filter[name] !== "");
}

/** Return a filter of the same instrument that leaves nothing out. */
export function widened({ symbol, decided }: BarFilter): BarFilter {
  return { symbol, decided, reasons: [], contract: "", first: "", last: "", start: "", end: "" };
}

/** Return a filter with one reason more, or less. */
export function toggled(filter: BarFilter, reason: Reason): BarFilter {
  const without = filter.reasons.filter((one) => one !== reason);
  return { ...filter, reasons: without.length < filter.reasons.length ? without : [...filter.reasons, reason] };
}

/** Return a filter of the bars of a group alone. */
export function ofGroup(filter: BarFilter, group: Schemas["QuarantineGroup"]): BarFilter {
  const { symbol, contract, reason, trade_date } = group;
  return { ...widened(filter), symbol, contract, reasons: [reason], first: trade_date, last: trade_date };
}

/** Return the criteria as the list of the API takes them. */
export function criteriaOf(filter: BarFilter) {
  const one = (text: string) => text || undefined;
  return {
    symbol: one(filter.symbol),
    decided: filter.decided,
    reason: filter.reasons.length ? [...filter.reasons] : undefined,
    contract: filter.contract ? [filter.contract] : undefined,
    first: one(filter.first),
    last: one(filter.last),
    start: instant(filter.start),
    end: instant(filter.end),
  };
}

/** Return the criteria as a decision of the API takes them. */
export function selectionOf(filter: BarFilter): Schemas["BarCriteria"] {
  const { symbol, first, last, start, end } = criteriaOf(filter);
  const contracts = filter.contract ? [filter.contract] : [];
  return { symbol, first, last, start, end, contracts, reasons: [...filter.reasons], sessions: [] };
}

function instant(text: string): string | undefined {
  return text ? `${text}Z` : undefined;
}
