import type { Row } from "./studies";

/** Return a cell as a number; null where it has none. */
export function numberIn(row: Row | undefined, name: string): number | null {
  const value = row?.[name];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** Return a date as seconds since 1970. */
export function secondsOf(date: unknown): number {
  return Date.parse(`${String(date).slice(0, 10)}T00:00Z`) / 1000;
}

/** Return the different values of a column, in their order. */
export function namesIn(rows: readonly Row[], name: string): string[] {
  return [...new Set(rows.map((one) => String(one[name])))];
}
