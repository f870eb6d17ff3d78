/** The trials of a search by columns: typed arrays, so that a hundred thousand of them stay light. */

import { api, got, type Schemas } from "../../api/client";

/** Values of a parameter: numbers, or places in a list of texts. */
export interface ParameterColumn {
  numbers: Float64Array;
  /** The texts or truth values that the numbers stand for; null for numbers. */
  labels: readonly string[] | null;
  /** A truth value. */
  truth: boolean;
}

/** All trials, in the order in which they were proposed. */
export interface Trials {
  count: number;
  number: Float64Array;
  /** True where a trial is ranked. */
  ranked: Uint8Array;
  state: readonly string[];
  objective: Float64Array;
  parameters: ReadonlyMap<string, ParameterColumn>;
  figures: ReadonlyMap<string, Float64Array>;
}

export type TrialPage = Schemas["TrialColumns"];

const PAGE = 10_000;

/** Read all trials in pages, each small enough to be read without the page standing still. */
export async function readTrials(id: string, figures: readonly string[], signal: AbortSignal): Promise<Trials> {
  const pages: TrialPage[] = [];
  let after: number | null = -1;
  while (after !== null) {
    const page: TrialPage = await got(
      api.GET("/api/v1/searches/{search_id}/columns", {
        params: { path: { search_id: id }, query: { figure: [...figures], after, limit: PAGE } },
        signal,
      }),
    );
    pages.push(page);
    after = page.next_after;
    await breath();
  }
  return joined(pages);
}

/** Let the page draw and answer, between two parts of long work. */
export function breath(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

/** Join pages to columns. */
export function joined(pages: readonly TrialPage[]): Trials {
  const count = pages.reduce((sum, page) => sum + page.number.length, 0);
  const names = [...new Set(pages.flatMap((page) => Object.keys(page.parameters)))];
  const figures = [...new Set(pages.flatMap((page) => Object.keys(page.figures)))];
  const state: string[] = [];
  const ranked = new Uint8Array(count);
  for (const page of pages) {
    for (const code of page.state) {
      const name = page.states[code] ?? "";
      if (name === "ranked") ranked[state.length] = 1;
      state.push(name);
    }
  }
  return {
    count,
    state,
    ranked,
    number: numbersOf(pages, count, (page) => page.number),
    objective: numbersOf(pages, count, (page) => page.objective),
    parameters: new Map(names.map((name) => [name, parameterOf(pages, count, name)])),
    figures: new Map(figures.map((name) => [name, numbersOf(pages, count, (page) => page.figures[name])])),
  };
}

function numbersOf(
  pages: readonly TrialPage[],
  count: number,
  column: (page: TrialPage) => readonly (number | null)[] | undefined,
): Float64Array {
  const found = new Float64Array(count).fill(NaN);
  let start = 0;
  for (const page of pages) {
    column(page)?.forEach((value, at) => {
      if (value !== null) found[start + at] = value;
    });
    start += page.number.length;
  }
  return found;
}

function parameterOf(pages: readonly TrialPage[], count: number, name: string): ParameterColumn {
  const numbers = new Float64Array(count).fill(NaN);
  const values = pages.map((page) => page.parameters[name] ?? []);
  const isNumeric = values.every((page) => page.every((value) => value === null || typeof value === "number"));
  const truth = values.every((page) => page.every((value) => value === null || typeof value === "boolean"));
  const texts = isNumeric ? [] : values.flatMap((page) => page.filter((value) => value !== null).map(textOf));
  const labels = [...new Set(texts)].sort();
  const place = new Map(labels.map((label, at) => [label, at]));
  let start = 0;
  pages.forEach((page, one) => {
    values[one]?.forEach((value, at) => {
      if (typeof value === "number" && isNumeric) numbers[start + at] = value;
      else if (value !== null) numbers[start + at] = place.get(textOf(value)) ?? NaN;
    });
    start += page.number.length;
  });
  return { numbers, labels: isNumeric ? null : labels, truth: truth && !isNumeric };
}

/** Return the parameters of which the trials have several values. */
export function variedOf(trials: Trials): string[] {
  return [...trials.parameters].filter(([, { numbers }]) => isVaried(numbers)).map(([name]) => name);
}

function isVaried(numbers: Float64Array): boolean {
  const first = numbers.find((one) => !Number.isNaN(one));
  return first !== undefined && numbers.some((one) => !Number.isNaN(one) && one !== first);
}

/** Return the values of the parameters of a trial, as a spec has them. */
export function setOf(trials: Trials, row: number): Record<string, string | number | boolean> {
  const found: Record<string, string | number | boolean> = {};
  for (const [name, column] of trials.parameters) {
    const number = column.numbers[row] ?? NaN;
    if (Number.isNaN(number)) continue;
    const label = column.labels?.[number];
    found[name] = label === undefined ? number : column.truth ? label === "true" : label;
  }
  return found;
}

/** Return the rows that are ranked. */
export function rankedRows(trials: Trials): Uint32Array {
  const found = new Uint32Array(trials.count);
  let size = 0;
  for (let row = 0; row < trials.count; row++) if (trials.ranked[row]) found[size++] = row;
  return found.subarray(0, size);
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
