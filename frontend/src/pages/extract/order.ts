/** What an extraction is asked for: its window, and what is wrong with it. */

import type { Key } from "../../lang/words";

const DAY = 86_400_000;

/** Return the date of so many days ago, in UTC, like `2026-10-05`. */
export function daysAgo(days: number, now = Date.now()): string {
  return new Date(now - days * DAY).toISOString().slice(0, 10);
}

/** Return how many days a window has, both ends included; 0 if it is not a window. */
export function lengthOf(start: string, end: string): number {
  const days = (Date.parse(end) - Date.parse(start)) / DAY + 1;
  return days > 0 ? days : 0;
}

/** Return the field of a window that is wrong, and the sentence for it. */
export function faultOf(start: string, end: string, now = Date.now()): { field: string; key: Key } | undefined {
  if (end && end < start) return { field: "end", key: "form.reversed" };
  return start > daysAgo(-1, now) ? { field: "start", key: "form.future" } : undefined;
}

/** Return the instrument that a job is about: the first word of capitals in it. */
export function symbolIn(about: string): string {
  return /\b[A-Z0-9.]{1,12}\b/.exec(about)?.[0] ?? "";
}
