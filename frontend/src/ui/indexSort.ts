/** Orders of very many rows: positions sorted by a column of numbers, without touching the rows. */

const DIGIT = 16;
const BUCKETS = 1 << DIGIT;

/**
 * Return the positions `given` (all, if none are given) in the order of their values. Equal values keep their order, and
 * values that are not numbers stand last in either direction. A radix sort over the bits of the numbers: its time grows with
 * the number of rows alone.
 */
export function sortedOrder(values: Float64Array, descending: boolean, given?: ArrayLike<number>): Uint32Array {
  const positions = given ? new Uint32Array(given) : new Uint32Array(values.length);
  if (!given) for (let at = 0; at < positions.length; at++) positions[at] = at;
  const { numbers, rest } = apart(values, positions);
  const sorted = sortNumbers(values, numbers, descending);
  const found = new Uint32Array(positions.length);
  found.set(sorted);
  found.set(rest, sorted.length);
  return found;
}

/** Return the positions whose values are numbers, and the others. */
function apart(values: Float64Array, positions: Uint32Array): { numbers: Uint32Array; rest: Uint32Array } {
  const [numbers, rest] = [new Uint32Array(positions.length), new Uint32Array(positions.length)];
  let [size, left] = [0, 0];
  for (const at of positions) {
    const value = values[at];
    if (value === undefined || Number.isNaN(value)) rest[left++] = at;
    else numbers[size++] = at;
  }
  return { numbers: numbers.subarray(0, size), rest: rest.subarray(0, left) };
}

function sortNumbers(values: Float64Array, positions: Uint32Array, descending: boolean): Uint32Array {
  const count = positions.length;
  const keys = new Float64Array(count);
  for (let i = 0; i < count; i++) keys[i] = (values[positions[i] ?? 0] ?? 0) + 0; // minus zero is zero
  const words = new Uint32Array(keys.buffer);
  let [low, high] = [new Uint32Array(count), new Uint32Array(count)];
  for (let i = 0; i < count; i++) {
    const [lower, upper] = [words[2 * i] ?? 0, words[2 * i + 1] ?? 0];
    // Bits that sort as whole numbers: negative numbers are turned over, of positive ones the highest bit.
    const [lowBits, highBits] = upper >>> 31 ? [~lower, ~upper] : [lower, upper ^ 0x80000000];
    low[i] = descending ? ~lowBits : lowBits;
    high[i] = descending ? ~highBits : highBits;
  }
  let order = positions.slice();
  let [otherLow, otherHigh, other] = [new Uint32Array(count), new Uint32Array(count), new Uint32Array(count)];
  for (let pass = 0; pass < 4; pass++) {
    const part = pass < 2 ? low : high;
    const shift = pass % 2 ? DIGIT : 0;
    const starts = new Uint32Array(BUCKETS + 1);
    for (const key of part) {
      const digit = (key >>> shift) & (BUCKETS - 1);
      starts[digit + 1] = (starts[digit + 1] ?? 0) + 1;
    }
    if (isOneDigit(starts, count)) continue;
    for (let digit = 0; digit < BUCKETS; digit++) starts[digit + 1] = (starts[digit + 1] ?? 0) + (starts[digit] ?? 0);
    for (let i = 0; i < count; i++) {
      const digit = ((part[i] ?? 0) >>> shift) & (BUCKETS - 1);
      const to = starts[digit] ?? 0;
      starts[digit] = to + 1;
      otherLow[to] = low[i] ?? 0;
      otherHigh[to] = high[i] ?? 0;
      other[to] = order[i] ?? 0;
    }
    [low, otherLow] = [otherLow, low];
    [high, otherHigh] = [otherHigh, high];
    [order, other] = [other, order];
  }
  return order;
}

function isOneDigit(starts: Uint32Array, count: number): boolean {
  return starts.includes(count);
}
