/** Trials on a grid: axes of parameters, the cells of a pair of them, slices through the best set, and what a brush holds. */

import { number as plain } from "../../format/format";
import type { CellRect } from "../../ui/heatMapDrawing";
import { sortedOrder } from "../../ui/indexSort";
import type { ParameterColumn } from "./trials";

/** A parameter as an axis. */
export interface TrialAxis {
  name: string;
  labels: readonly string[];
  /** The value at each place, or the middle of its bin; for texts the place itself. */
  values: readonly number[];
  /** Place of each trial; only those of the trials that the axis was made of mean something. */
  places: Uint16Array;
  /** A place stands for several values. */
  binned: boolean;
  /** Neighbouring values have the same ratio: evenly spaced places are a logarithmic scale. */
  geometric: boolean;
}

/** What a cell shows of its trials. */
export type Over = "best" | "median" | "mean" | "worst";
export const OVERS: readonly Over[] = ["best", "median", "mean", "worst"];

/** Most values that are places of their own; more are binned. */
export const MOST_PLACES = 120;
const BINS = 50;

/** Return the axis of a parameter over some trials. */
export function axisOf(name: string, column: ParameterColumn, rows: Uint32Array): TrialAxis {
  const places = new Uint16Array(column.numbers.length);
  const found = distinct(column.numbers, rows);
  if (found.length > MOST_PLACES) return binnedAxis(name, column, rows, places);
  const place = new Map(found.map((value, at) => [value, at]));
  for (const row of rows) places[row] = place.get(column.numbers[row] ?? NaN) ?? 0;
  const labels = found.map((value) => column.labels?.[value] ?? plain(value));
  return { name, labels, values: found, places, binned: false, geometric: !column.labels && isGeometric(found) };
}

function binnedAxis(name: string, column: ParameterColumn, rows: Uint32Array, places: Uint16Array): TrialAxis {
  const order = sortedOrder(column.numbers, false, rows);
  const sorted = Float64Array.from(order, (row) => column.numbers[row] ?? NaN);
  const edges: number[] = [];
  for (let bin = 0; bin < BINS; bin++) {
    const edge = sorted[Math.floor((bin * sorted.length) / BINS)] ?? NaN;
    if (edge !== edges.at(-1)) edges.push(edge);
  }
  const last = sorted.at(-1) ?? NaN;
  let bin = 0;
  order.forEach((row, at) => {
    while (bin + 1 < edges.length && (sorted[at] ?? NaN) >= (edges[bin + 1] ?? NaN)) bin++;
    places[row] = bin;
  });
  const ends = edges.map((edge, at) => [edge, edges[at + 1] ?? last] as const);
  return {
    name,
    labels: ends.map(([low, high]) => `${short(low)}–${short(high)}`),
    values: ends.map(([low, high]) => (low + high) / 2),
    places,
    binned: true,
    geometric: false,
  };
}

function short(value: number): string {
  return plain(Number(value.toPrecision(4)));
}

function distinct(numbers: Float64Array, rows: Uint32Array): number[] {
  const found = new Set<number>();
  for (const row of rows) {
    const value = numbers[row] ?? NaN;
    if (!Number.isNaN(value)) found.add(value);
  }
  return [...found].sort((a, b) => a - b);
}

/** True for at least four positive numbers, each about the same multiple of the one before. */
export function isGeometric(values: readonly number[]): boolean {
  if (values.length < 4 || (values[0] ?? 0) <= 0) return false;
  const ratios = values.slice(1).map((value, at) => value / (values[at] ?? 1));
  const mean = ratios.reduce((sum, one) => sum + one, 0) / ratios.length;
  // Whole numbers are rounded, so that ratios differ a little.
  return mean >= 1.15 && ratios.every((one) => Math.abs(one - mean) <= 0.25 * (mean - 1) + 0.02);
}

/** The cells of two axes. */
export interface PairCells {
  /** Rows of y, from the lowest place; NaN where nothing was tried. */
  values: Float64Array;
  counts: Uint32Array;
}

/**
 * Return the rows that have a value, the best first: sorted once, the trials of each cell or place stand in their order.
 * `larger`: the larger value is the better one.
 */
export function bestFirst(rows: Uint32Array, values: Float64Array, larger: boolean): Uint32Array {
  const sorted = sortedOrder(values, larger, rows);
  let known = sorted.length;
  while (known > 0 && Number.isNaN(values[sorted[known - 1] ?? 0] ?? NaN)) known--;
  return sorted.subarray(0, known);
}

/** Return what each cell of two axes shows of the values of its trials; `order` is that of `bestFirst`. */
export function pairCells(x: TrialAxis, y: TrialAxis, order: Uint32Array, values: Float64Array, over: Over): PairCells {
  const columns = x.labels.length;
  const places = new Uint32Array(order.length);
  for (let at = 0; at < order.length; at++) {
    const row = order[at] ?? 0;
    places[at] = (y.places[row] ?? 0) * columns + (x.places[row] ?? 0);
  }
  const found = grouped(columns * y.labels.length, places, order, values);
  return { values: reduced(found, over), counts: found.counts };
}

/** The values of trials by place: those of a place stand together, in the order of the trials. */
interface Grouped {
  values: Float64Array;
  /** Where the values of each place begin, and how many they are. */
  starts: Uint32Array;
  counts: Uint32Array;
}

/** Return the values of the trials in `order` by place; `places` has the place of each of them. */
function grouped(size: number, places: Uint32Array, order: ArrayLike<number>, values: Float64Array): Grouped {
  const counts = new Uint32Array(size);
  for (const place of places) counts[place] = (counts[place] ?? 0) + 1;
  const starts = new Uint32Array(size);
  for (let place = 1; place < size; place++) starts[place] = (starts[place - 1] ?? 0) + (counts[place - 1] ?? 0);
  const filled = starts.slice();
  const own = new Float64Array(order.length);
  for (let at = 0; at < order.length; at++) {
    const place = places[at] ?? 0;
    const to = filled[place] ?? 0;
    own[to] = values[order[at] ?? 0] ?? NaN;
    filled[place] = to + 1;
  }
  return { values: own, starts, counts };
}

/** Return what each place shows of its values. */
function reduced({ values, starts, counts }: Grouped, over: Over): Float64Array {
  const found = new Float64Array(counts.length).fill(NaN);
  for (let place = 0; place < counts.length; place++) {
    const count = counts[place] ?? 0;
    if (count) found[place] = of(values, starts[place] ?? 0, count, over);
  }
  return found;
}

function of(sorted: Float64Array, start: number, count: number, over: Over): number {
  const at = (place: number) => sorted[start + place] ?? NaN;
  if (over === "best") return at(0);
  if (over === "worst") return at(count - 1);
  if (over === "median") return (at((count - 1) >> 1) + at(count >> 1)) / 2;
  let sum = 0;
  for (let place = 0; place < count; place++) sum += at(place);
  return sum / count;
}

/** A figure along one parameter. */
export interface TrialSlice {
  axis: TrialAxis;
  /** Of the trials that share all other places with the best one. */
  through: Float64Array;
  best: Float64Array;
  median: Float64Array;
  /** Place of the best trial. */
  at: number;
}

/** Return the slice along each axis through a trial; `order` is that of `bestFirst`. */
export function slicesOf(
  axes: readonly TrialAxis[],
  order: Uint32Array,
  values: Float64Array,
  home: number,
): TrialSlice[] {
  const lines = linesThrough(axes, order, home);
  return axes.map((axis, at) => {
    const all = groupedAlong(axis, order, values);
    return {
      axis,
      through: reduced(groupedAlong(axis, lines[at] ?? [], values), "best"),
      best: reduced(all, "best"),
      median: reduced(all, "median"),
      at: axis.places[home] ?? 0,
    };
  });
}

function groupedAlong(axis: TrialAxis, order: ArrayLike<number>, values: Float64Array): Grouped {
  const places = new Uint32Array(order.length);
  for (let at = 0; at < order.length; at++) places[at] = axis.places[order[at] ?? 0] ?? 0;
  return grouped(axis.labels.length, places, order, values);
}

/** Return for each axis the trials that share all other places with the one at home, in their order. */
function linesThrough(axes: readonly TrialAxis[], order: Uint32Array, home: number): number[][] {
  const found: number[][] = axes.map(() => []);
  const all = axes.map(({ places }) => places);
  for (const row of order) {
    const apart = onlyDifference(all, row, home);
    if (apart === all.length) for (const line of found) line.push(row);
    else found[apart]?.push(row);
  }
  return found;
}

/** Return the axis on which alone two trials differ; the number of axes if they differ on none, -1 if on several. */
function onlyDifference(all: readonly Uint16Array[], row: number, home: number): number {
  let apart = all.length;
  for (let at = 0; at < all.length; at++) {
    if (all[at]?.[row] === all[at]?.[home]) continue;
    if (apart < all.length) return -1;
    apart = at;
  }
  return apart;
}

/** Return the rows within a rectangle of cells. */
export function brushed(x: TrialAxis, y: TrialAxis, rect: CellRect, rows: Uint32Array): Uint32Array {
  const { x0, x1, y0, y1 } = rect;
  return rows.filter((row) => {
    const column = x.places[row] ?? 0;
    const line = y.places[row] ?? 0;
    return column >= x0 && column <= x1 && line >= y0 && line <= y1;
  });
}

/** Return a rectangle as a text of an address, and back; null for what is none. */
export function writeRect({ x0, y0, x1, y1 }: CellRect): string {
  return [x0, y0, x1, y1].join(",");
}

export function readRect(text: string | null): CellRect | null {
  const found = /^(\d+),(\d+),(\d+),(\d+)$/
    .exec(text ?? "")
    ?.slice(1)
    .map(Number);
  const [x0, y0, x1, y1] = found ?? [];
  if (x0 === undefined || y0 === undefined || x1 === undefined || y1 === undefined || x0 > x1 || y0 > y1) return null;
  return { x0, y0, x1, y1 };
}
