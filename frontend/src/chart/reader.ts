/**
 * Windows of bars as the server sends them: columns of numbers (`application/vnd.g4qc.columns`) or JSON, read into the same
 * columns. Must not know which windows are wanted.
 */

import { openAnswer, type Schemas } from "../api/client";
import { type Columns, columnsOf, NUMBERS, type Texts } from "./columns";

/** Sessions without bars. */
export type Missing = Schemas["MissingRange"];

/** A window of bars, in the order in which it was asked for. */
export interface BarWindow {
  columns: Columns;
  missing: Missing[];
}

const COLUMNS = "application/vnd.g4qc.columns";

/** Ask for a window; a failure is a `Problem`. */
export async function readWindow(
  symbol: string,
  asked: Record<string, string | number>,
  signal: AbortSignal,
): Promise<BarWindow> {
  const given = Object.entries(asked).filter(([, value]) => value !== "");
  const query = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
  const path = `/api/v1/data/${encodeURIComponent(symbol)}?${query.toString()}`;
  const answer = await openAnswer(path, { Accept: `${COLUMNS}, application/json;q=0.5` }, signal);
  if (answer.headers.get("Content-Type")?.startsWith(COLUMNS)) return decodeColumns(await answer.arrayBuffer());
  return decodeRows((await answer.json()) as Schemas["Bars"]);
}

interface Header {
  rows: number;
  missing: Missing[];
  columns: { name: string; type: keyof typeof KINDS; offset: number; values?: string[] }[];
}

const KINDS = { f8: Float64Array, f4: Float32Array, i4: Int32Array } as const;
const NAMES: Record<string, string> = { t: "timestamp", date: "trade_date" };

/**
 * Read columns: four bytes with the length of a JSON header, the header padded so that the columns begin at a multiple of
 * eight, then the columns, each at its offset from there.
 */
export function decodeColumns(buffer: ArrayBuffer): BarWindow {
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length))) as Header;
  const found = new Map(header.columns.map((one) => [one.name, one]));
  const column = (name: string) => {
    const one = found.get(NAMES[name] ?? name);
    if (!one) return undefined;
    return { values: one.values ?? [], at: new KINDS[one.type](buffer, 4 + length + one.offset, header.rows) };
  };
  const numbers = (name: string) => {
    const at = column(name)?.at;
    if (!at) return otherwise(name, header.rows);
    return at instanceof Float64Array ? at : Float64Array.from(at);
  };
  const texts = (name: string): Texts => {
    const one = column(name);
    if (!one) return { values: [""], at: new Int32Array(header.rows) };
    return { values: one.values, at: one.at instanceof Int32Array ? one.at : Int32Array.from(one.at) };
  };
  const columns = columnsOf(header.rows, numbers, texts("contract"), texts("date"));
  return { columns, missing: header.missing };
}

/** Read the rows of a JSON document. */
export function decodeRows({ data, missing }: Pick<Schemas["Bars"], "data" | "missing">): BarWindow {
  const rows = data.length;
  const numbers = (name: (typeof NUMBERS)[number]) => {
    if (name === "t") return Float64Array.from(data, (row) => Date.parse(row.timestamp) / 1000);
    const plain = otherwise(name, 1)[0] ?? NaN;
    return Float64Array.from(data, (row) => row[name] ?? plain);
  };
  return { columns: columnsOf(rows, numbers, numbered(data.map((row) => row.contract)), numbered(data.map((row) => row.trade_date))), missing }; // prettier-ignore
}

/** What a column that is not sent says of every bar. */
function otherwise(name: string, rows: number): Float64Array {
  return new Float64Array(rows).fill(name === "factor" ? 1 : name === "adjustment" ? 0 : NaN);
}

function numbered(texts: readonly string[]): Texts {
  const places = new Map<string, number>();
  const at = Int32Array.from(texts, (text) => {
    let place = places.get(text);
    if (place === undefined) places.set(text, (place = places.size));
    return place;
  });
  return { values: [...places.keys()], at };
}
