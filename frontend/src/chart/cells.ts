/** The cells of a map of coverage: what each counts, what that is in words, and which of them fit. */

import { number } from "../format/format";
import { t, word } from "../lang/words";
import { ALL, type Counts, minutesOf } from "./classes";

/** A month or a session of a map. */
export interface Cell {
  name: string;
  label: string;
  counts: Counts;
}

const LEAST = 5;
const MOST = 26;

/** Return what the classes of a cell add up to, in words. */
export function summary(counts: Counts): string {
  const parts = ALL.filter((name) => (counts[name] ?? 0) > 0).map(
    (name) => `${number(counts[name])} ${word("class", name)}`,
  );
  return `${t("map.minutes", { count: minutesOf(counts) })}: ${parts.join(", ")}`;
}

/** Return the counts of all cells together. */
export function total(cells: readonly Cell[]): Record<(typeof ALL)[number], number> {
  const sum = (name: (typeof ALL)[number]) => cells.reduce((before, cell) => before + (cell.counts[name] ?? 0), 0);
  return Object.fromEntries(ALL.map((name) => [name, sum(name)])) as Record<(typeof ALL)[number], number>;
}

/** How wide the cells of a row are, in pixels, and how many of the oldest do not fit. */
export function layoutOf(cells: number, width: number): { step: number; hidden: number } {
  const step = Math.max(LEAST, Math.min(MOST, width / Math.max(1, cells)));
  // A rounded width would lose the cell that just fits.
  return { step, hidden: Math.max(0, cells - Math.floor(width / step + 1e-6)) };
}
