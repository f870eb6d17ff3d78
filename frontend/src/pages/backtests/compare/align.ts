/** Curves of several results on one axis of time. */

/** A curve: instants, ascending, and as many values. */
export interface Line {
  x: readonly number[];
  values: readonly number[];
}

/**
 * Return the instants of all curves together, and each curve's value at every one of them: the last before it, as equity
 * stays what it was; null before a curve begins and after it ends.
 */
export function align(lines: readonly Line[]): { x: number[]; values: (number | null)[][] } {
  const x = [...new Set(lines.flatMap((line) => line.x))].sort((one, other) => one - other);
  const values = lines.map((line) => {
    let at = -1;
    const last = line.x.at(-1) ?? -Infinity;
    return x.map((instant) => {
      while (at + 1 < line.x.length && (line.x[at + 1] ?? Infinity) <= instant) at += 1;
      return at < 0 || instant > last ? null : (line.values[at] ?? null);
    });
  });
  return { x, values };
}

/** Return the values as growth from the first one: 0.1 where there is a tenth more. */
export function growth(values: readonly number[]): number[] {
  const base = values[0] || 1;
  return values.map((value) => value / base - 1);
}
