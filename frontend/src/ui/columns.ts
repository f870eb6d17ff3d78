/** Tables that come by columns, as the API sends them. */
export type Columns = Record<string, readonly unknown[]>;

/** Return the rows of a table that came by columns. */
export function rowsOf<Row = Record<string, unknown>>(columns: Columns): Row[] {
  const names = Object.keys(columns);
  const length = columns[names[0] ?? ""]?.length ?? 0;
  return Array.from({ length }, (_, at) =>
    Object.fromEntries(names.map((name) => [name, columns[name]?.[at]])),
  ) as Row[];
}
