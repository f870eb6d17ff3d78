/** What the list of results shows, as the address says it, and the results that fit. */

import { nameOf, type Result } from "../results";
import { parametersOf, rangeOf } from "../range";

/** Filters and order of the list. */
export interface Shown {
  text: string;
  strategy: string;
  instrument: string;
  timeframe: string;
  tag: string;
  /** Name of the column that the list is sorted by, after a minus where it descends. */
  sort: string;
}

/** Names in the address begin with this, so that none is taken for a field of a spec. */
export const LIST = "list.";

const NEWEST_FIRST = "-created";
const NOTHING: Shown = { text: "", strategy: "", instrument: "", timeframe: "", tag: "", sort: NEWEST_FIRST };

export const PICKS = ["strategy", "instrument", "timeframe"] as const;

/** Return what an address shows. */
export function readShown(query: URLSearchParams): Shown {
  const found = { ...NOTHING };
  for (const name of Object.keys(found) as (keyof Shown)[]) found[name] = query.get(LIST + name) ?? found[name];
  return found;
}

/** Write what is shown into an address. */
export function writeShown(query: URLSearchParams, shown: Shown): void {
  for (const name of Object.keys(shown) as (keyof Shown)[]) {
    if (shown[name] === NOTHING[name]) query.delete(LIST + name);
    else query.set(LIST + name, shown[name]);
  }
}

/** Return the column and the direction of an order. */
export function sortOf(shown: Shown): { sort: string; descending: boolean } {
  return { sort: shown.sort.replace(/^-/, ""), descending: shown.sort.startsWith("-") };
}

/** Return the results that the filters let through. */
export function fitting(results: readonly Result[], shown: Shown): Result[] {
  const wanted = shown.text.trim().toLowerCase();
  return results.filter(
    (row) =>
      PICKS.every((name) => !shown[name] || row[name] === shown[name]) &&
      (!shown.tag || row.tags.includes(shown.tag)) &&
      (!wanted || textOf(row).includes(wanted)),
  );
}

/** Return what to show after results were deleted: without the filters that no result fits any more. */
export function withoutIdle(shown: Shown, left: readonly Result[]): Shown {
  const kept = { ...shown };
  for (const name of PICKS) if (!left.some((row) => row[name] === shown[name])) kept[name] = "";
  if (!left.some((row) => row.tags.includes(shown.tag))) kept.tag = "";
  return kept;
}

function textOf(row: Result): string {
  const texts = [nameOf(row), row.name, row.tags.join(" "), row.note ?? "", parametersOf(row.spec), rangeOf(row.spec)];
  return texts.join(" ").toLowerCase();
}
