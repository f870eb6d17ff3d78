/** Bounds that a set must keep, as a search writes them: `trades >= 30`, `max_drawdown >= -20%`. */

/** A bound as it is typed. */
export interface Bound {
  metric: string;
  sign: ">=" | "<=";
  /** As typed, with a point; of a share in percent. */
  value: string;
}

const FORM = /^\s*(\w+)\s*(>=|<=)\s*([+-]?[\d.]+(?:e[+-]?\d+)?)\s*(%?)\s*$/i;

/** Return the bound that a text says; null for what is none. Bounds on shares are shown in percent. */
export function readBound(text: string, isShare: (metric: string) => boolean): Bound | null {
  const [, metric, sign, number, percent] = FORM.exec(text) ?? [];
  if (!metric || !number || (sign !== ">=" && sign !== "<=")) return null;
  const value = isShare(metric) && !percent ? String(Number((Number(number) * 100).toPrecision(12))) : number;
  return { metric, sign, value };
}

/** Return a bound as a search writes it; an empty text while its number is missing. */
export function writeBound({ metric, sign, value }: Bound, isShare: (metric: string) => boolean): string {
  const number = value.trim().replace(",", ".");
  return number === "" || Number.isNaN(Number(number))
    ? ""
    : `${metric} ${sign} ${number}${isShare(metric) ? "%" : ""}`;
}
