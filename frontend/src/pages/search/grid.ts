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
  const place = (row: number) => (y.places[row] ?? 0) * columns + (x.places[row] ?? 0);
  return reduced(columns * y.labels.length, place, order, values, over);
}

/** Return what each place shows of the values of its trials. */
function reduced(
  size: number,
  placeOf: (row: number) => number,
  order: Uint32Array,
  values: Float64Array,
  over: Over,
): PairCells {
  const counts = new Uint32Array(size);
  for (const row of order) {
    const place = placeOf(row);
    counts[place] = (counts[place] ?? 0) + 1;
  }
  const starts = new Uint32Array(size + 1);
  for (let place = 0; place < size; place++) starts[place + 1] = (starts[place] ?? 0) + (counts[place] ?? 0);
  const filled = starts.slice(0, size);
  const own = new Float64Array(order.length);
  for (const row of order) {
    const place = placeOf(row);
    const at = filled[place] ?? 0;
    own[at] = values[row] ?? NaN;
    filled[place] = at + 1;
  }
  const found = new Float64Array(size).fill(NaN);
  for (let place = 0; place < size; place++) {
    const [start, count] = [starts[place] ?? 0, counts[place] ?? 0];
    if (count) found[place] = of(own, start, count, over);
  }
  return { values: found, counts };
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
  return axes.map((axis) => {
    const others = axes.filter((one) => one !== axis);
    const line = order.filter((row) => others.every(({ places }) => places[row] === places[home]));
    const along = (some: Uint32Array, over: Over) =>
      reduced(axis.labels.length, (row) => axis.places[row] ?? 0, some, values, over).values;
    return {
      axis,
      through: along(line, "best"),
      best: along(order, "best"),
      median: along(order, "median"),
      at: axis.places[home] ?? 0,
    };
  });
}

/** Return the rows within a rectangle of cells. */
export function brushed(x: TrialAxis, y: TrialAxis, rect: CellRect, rows: Uint32Array): Uint32Array {
  return rows.filter((row) => {
    const [column, line] = [x.places[row] ?? 0, y.places[row] ?? 0];
    return column >= rect.x0 && column <= rect.x1 && line >= rect.y0 && line <= rect.y1;
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
