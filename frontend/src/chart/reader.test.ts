import { barAt, joined, NO_BARS, NUMBERS, reversed, sliced, textAt } from "./columns";
import { decodeColumns, decodeRows } from "./reader";

const HOUR = 3600;

/** Rows of the JSON document: the contract changes once, and the trade date every three bars. */
function rowsOf(count: number, first = 0) {
  return Array.from({ length: count }, (_, i) => ({
    timestamp: new Date((1_790_000_000 + (first + i) * HOUR) * 1000).toISOString(),
    open: 5000.25 + first + i,
    high: 5001 + first + i,
    low: 4999.5 + first + i,
    close: 5000.75 + first + i,
    volume: i % 7 ? 10 * i : -1,
    count: i,
    contract: first + i < 5 ? "202609" : "202612",
    trade_date: `2026-09-${String(10 + Math.floor((first + i) / 3)).padStart(2, "0")}`,
    factor: 1.0125,
    adjustment: -3.5,
  }));
}

const MISSING = [{ first: "2026-09-14", last: "2026-09-15", sessions: 2, contract: "202612", reason: "never_asked" }];

/** The rows as the server writes them as columns. */
function encoded(rows: ReturnType<typeof rowsOf>): ArrayBuffer {
  const described: object[] = [];
  const pieces: Uint8Array[] = [];
  let offset = 0;
  const add = (name: string, type: string, values: Float64Array | Float32Array | Int32Array, texts?: string[]) => {
    described.push({ name, type, offset, ...(texts ? { values: texts } : {}) });
    const piece = new Uint8Array(Math.ceil(values.byteLength / 8) * 8);
    piece.set(new Uint8Array(values.buffer));
    pieces.push(piece);
    offset += piece.length;
  };
  add("timestamp", "f8", Float64Array.from(rows, (row) => Date.parse(row.timestamp) / 1000));
  for (const name of ["open", "high", "low", "close"] as const) add(name, "f8", Float64Array.from(rows, (row) => row[name]));
  add("volume", "f4", Float32Array.from(rows, (row) => row.volume));
  for (const name of ["contract", "trade_date"] as const) {
    const texts = [...new Set(rows.map((row) => row[name]))];
    add(name, "i4", Int32Array.from(rows, (row) => texts.indexOf(row[name])), texts);
  }
  add("factor", "f8", Float64Array.from(rows, (row) => row.factor));
  add("adjustment", "f8", Float64Array.from(rows, (row) => row.adjustment));
  const head = { symbol: "ES", timeframe: "1h", rows: rows.length, next_cursor: null, missing: MISSING, columns: described };
  let text = JSON.stringify(head);
  while ((4 + text.length) % 8) text += " ";
  const bytes = new Uint8Array(4 + text.length + offset);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(new TextEncoder().encode(text), 4);
  let at = 4 + text.length;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes.buffer;
} // prettier-ignore

const plain = (columns: ReturnType<typeof decodeRows>["columns"]) =>
  Array.from({ length: columns.rows }, (_, i) => barAt(columns, i));

describe("a window of bars", () => {
  it("is the same from columns and from JSON", () => {
    for (const count of [0, 1, 2, 11, 100]) {
      const rows = rowsOf(count);
      const [binary, json] = [decodeColumns(encoded(rows)), decodeRows({ data: rows, missing: MISSING })];
      expect(plain(binary.columns)).toEqual(plain(json.columns));
      expect(binary.missing).toEqual(json.missing);
    }
  });

  it("has the values of its rows", () => {
    const { columns } = decodeRows({ data: rowsOf(9), missing: [] });
    expect(barAt(columns, 6)).toMatchObject({ t: 1_790_000_000 + 6 * HOUR, open: 5006.25, volume: 60, contract: "202612", date: "2026-09-12", factor: 1.0125 }); // prettier-ignore
    expect(barAt(columns, 9)).toBeUndefined();
    expect(barAt(columns, -1)).toBeUndefined();
  });
});

describe("columns", () => {
  const decoded = (count: number, first = 0) => decodeRows({ data: rowsOf(count, first), missing: [] }).columns;

  it("are put together as if they had come together", () => {
    for (const cut of [0, 1, 4, 5, 7, 20]) {
      const whole = joined(decoded(cut), decoded(20 - cut, cut));
      // The unknown volumes are those of the first row of each part.
      const expected = plain(decoded(20)).map((bar, i) => ({ ...bar, volume: whole.volume[i] }));
      expect(plain(whole)).toEqual(expected);
    }
    expect(joined(NO_BARS, NO_BARS).rows).toBe(0);
  });

  it("are cut and turned row by row", () => {
    const all = decoded(20);
    expect(plain(sliced(all, 3, 9))).toEqual(plain(all).slice(3, 9));
    expect(plain(reversed(all))).toEqual(plain(all).reverse());
    expect(textAt(reversed(all).contract, 0)).toBe("202612");
    for (const name of NUMBERS) expect(sliced(all, 0, 20)[name]).toEqual(all[name]);
  });
});
