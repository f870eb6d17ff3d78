/** Bars as columns of numbers, and what is cut from them and put together. Must not know where they come from. */

/** Texts that repeat: each row has the place of its text among the values. */
export interface Texts {
  values: readonly string[];
  at: Int32Array;
}

/** Bars, ascending: seconds since 1970 of their starts (UTC), prices in points, contracts, and trade dates. */
export interface Columns {
  rows: number;
  t: Float64Array;
  open: Float64Array;
  high: Float64Array;
  low: Float64Array;
  close: Float64Array;
  /** -1: unknown. */
  volume: Float64Array;
  /** The prices are the contract's own x factor + adjustment. */
  factor: Float64Array;
  adjustment: Float64Array;
  contract: Texts;
  date: Texts;
}

/** One bar. */
export interface Bar {
  t: number;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
  factor: number;
  adjustment: number;
  contract: string;
  /** Trade date. */
  date: string;
}

export const NUMBERS = ["t", "open", "high", "low", "close", "volume", "factor", "adjustment"] as const;
const TEXTS = ["contract", "date"] as const;

type Numbers = Record<(typeof NUMBERS)[number], Float64Array>;

/** No bars. */
export const NO_BARS: Columns = columnsOf(0, () => new Float64Array(), { values: [], at: new Int32Array() }, { values: [], at: new Int32Array() }); // prettier-ignore

/** Return columns whose numbers are made one by one. */
export function columnsOf(
  rows: number,
  make: (name: (typeof NUMBERS)[number]) => Float64Array,
  contract: Texts,
  date: Texts,
): Columns {
  const numbers = Object.fromEntries(NUMBERS.map((name) => [name, make(name)])) as Numbers;
  return { rows, ...numbers, contract, date };
}

/** Return one bar; undefined outside. */
export function barAt(columns: Columns, at: number): Bar | undefined {
  if (!(at >= 0 && at < columns.rows)) return undefined;
  const numbers = Object.fromEntries(NUMBERS.map((name) => [name, columns[name][at]])) as Record<
    (typeof NUMBERS)[number],
    number
  >;
  return { ...numbers, contract: textAt(columns.contract, at), date: textAt(columns.date, at) };
}

/** Return the text of a row. */
export function textAt({ values, at }: Texts, row: number): string {
  return values[at[row] ?? -1] ?? "";
}

/** Return the bars in the opposite order. */
export function reversed(columns: Columns): Columns {
  const turn = ({ values, at }: Texts) => ({ values, at: at.slice().reverse() });
  return columnsOf(columns.rows, (name) => columns[name].slice().reverse(), turn(columns.contract), turn(columns.date));
}

/** Return the bars of `[begin, end)`. */
export function sliced(columns: Columns, begin: number, end: number): Columns {
  const cut = ({ values, at }: Texts) => ({ values, at: at.slice(begin, end) });
  const rows = Math.max(0, end - begin);
  return columnsOf(rows, (name) => columns[name].slice(begin, end), cut(columns.contract), cut(columns.date));
}

/** Return the bars of both, the first ones first. */
export function joined(first: Columns, second: Columns): Columns {
  if (!first.rows) return second;
  if (!second.rows) return first;
  const [contract, date] = TEXTS.map((name) => joinedTexts(first[name], second[name])) as [Texts, Texts];
  return columnsOf(
    first.rows + second.rows,
    (name) => {
      const all = new Float64Array(first.rows + second.rows);
      all.set(first[name]);
      all.set(second[name], first.rows);
      return all;
    },
    contract,
    date,
  );
}

function joinedTexts(first: Texts, second: Texts): Texts {
  const values = [...first.values];
  const places = new Map(values.map((text, place) => [text, place]));
  const moved = second.values.map((text) => {
    let place = places.get(text);
    if (place === undefined) places.set(text, (place = values.push(text) - 1));
    return place;
  });
  const at = new Int32Array(first.at.length + second.at.length);
  at.set(first.at);
  for (let row = 0; row < second.at.length; row += 1) at[first.at.length + row] = moved[second.at[row] ?? 0] ?? 0;
  return { values, at };
}
