/** What a row can be sorted by; null and undefined stand last in either order. */
export type SortValue = string | number | boolean | null | undefined;

/** Return a function that compares two rows by a value. */
export function order<Row>(value: (row: Row) => SortValue, descending: boolean): (one: Row, other: Row) => number {
  const sign = descending ? -1 : 1;
  return (one, other) => {
    const [a, b] = [value(one), value(other)];
    if (a === b) return 0;
    if (isMissing(a)) return isMissing(b) ? 0 : 1;
    if (isMissing(b)) return -1;
    return (a < b ? -1 : 1) * sign;
  };
}

function isMissing(value: SortValue): value is null | undefined {
  return value === null || value === undefined || (typeof value === "number" && Number.isNaN(value));
}
