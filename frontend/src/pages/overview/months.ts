/** Months of the map of coverage: which there are, and what each instrument knows of them. */

import type { Schemas } from "../../api/client";
import type { Cell } from "../../chart/cells";
import { month } from "../../format/format";

/** Return every month, like `2026-10`, from the first to the last that any instrument has. */
export function everyMonth(instruments: readonly Schemas["MonthlyCoverage"][]): string[] {
  const all = instruments.flatMap((one) => one.months).sort();
  const [first, last] = [all[0], all.at(-1)];
  if (!first || !last) return [];
  const found = [];
  for (let at = first; at <= last; at = next(at)) found.push(at);
  return found;
}

/** Return the cells of an instrument, one for each month; a month without sessions has no counts. */
export function cellsOf(one: Schemas["MonthlyCoverage"], months: readonly string[]): Cell[] {
  const places = new Map(one.months.map((name, place) => [name, place]));
  return months.map((name) => {
    const place = places.get(name);
    const at = (counts: readonly number[]) => counts[place ?? -1] ?? 0;
    const [missing, quarantined] = [at(one.missing), at(one.quarantined)];
    const known = at(one.expected) - missing - quarantined;
    return { name, label: month(name), counts: place === undefined ? {} : { known, quarantined, missing } };
  });
}

/** Return the first and the last date of a month. */
export function datesOf(name: string): { first: string; last: string } {
  const end = Date.UTC(Number(name.slice(0, 4)), Number(name.slice(5)), 0);
  return { first: `${name}-01`, last: new Date(end).toISOString().slice(0, 10) };
}

function next(name: string): string {
  const [year, at] = name.split("-").map(Number) as [number, number];
  return at === 12 ? `${year + 1}-01` : `${year}-${String(at + 1).padStart(2, "0")}`;
}
