/** Orders of very many rows: positions sorted by a column of numbers, without touching the rows. */

const DIGIT = 16;
const BUCKETS = 1 << DIGIT;

/** The order of each column that was sorted by, as it is asked for again for other rows, or the other way. */
const known = new WeakMap<Float64Array, Uint32Array>();

/**
 * Return the positions `given` (all, if none are given) in the order of their values. Equal values stand by position, and
 * values that are not numbers stand last in either direction. A column is sorted once, by a radix sort over the bits of its
 * numbers: its time grows with the number of rows alone. The values of a column must not change afterwards.
 */
export function sortedOrder(values: Float64Array, descending: boolean, given?: ArrayLike<number>): Uint32Array {
  const order = ascending(values);
  const numbers = numbersIn(values, order);
  const kept = given && held(values.length, given);
  const found = new Uint32Array(given?.length ?? order.length);
  let size = 0;
  const take = (begin: number, end: number) => {
    for (let at = begin; at < end; at++) {
      const position = order[at] ?? 0;
      if (!kept || kept[position]) found[size++] = position;
    }
  };
  if (descending) backwards(values, order, numbers, take);
  else take(0, numbers);
  take(numbers, order.length);
  return found.subarray(0, size);
}

/** Call a function with the places of each run of equal values, the largest first. */
function backwards(
  values: Float64Array,
  order: Uint32Array,
  numbers: number,
  take: (begin: number, end: number) => void,
): void {
  for (let end = numbers; end > 0;) {
    const value = values[order[end - 1] ?? 0];
    let begin = end - 1;
    while (begin > 0 && values[order[begin - 1] ?? 0] === value) begin--;
    take(begin, end);
    end = begin;
  }
}

/** Return which of so many positions are given. */
function held(count: number, given: ArrayLike<number>): Uint8Array {
  const found = new Uint8Array(count);
  for (let at = 0; at < given.length; at++) found[given[at] ?? 0] = 1;
  return found;
}

/** Return all positions, those of the smallest numbers first, and those of what is no number last. */
function ascending(values: Float64Array): Uint32Array {
  const before = known.get(values);
  if (before) return before;
  const { numbers, rest } = apart(values);
  const found = new Uint32Array(values.length);
  found.set(sortNumbers(values, numbers));
  found.set(rest, numbers.length);
  known.set(values, found);
  return found;
}

/** Return how many of the positions in an order have numbers. */
function numbersIn(values: Float64Array, order: Uint32Array): number {
  let count = order.length;
  while (count > 0 && Number.isNaN(values[order[count - 1] ?? 0])) count--;
  return count;
}

/** Return the positions whose values are numbers, and the others. */
function apart(values: Float64Array): { numbers: Uint32Array; rest: Uint32Array } {
  const [numbers, rest] = [new Uint32Array(values.length), new Uint32Array(values.length)];
  let [size, left] = [0, 0];
  for (let at = 0; at < values.length; at++) {
    if (Number.isNaN(values[at])) rest[left++] = at;
    else numbers[size++] = at;
  }
  return { numbers: numbers.subarray(0, size), rest: rest.subarray(0, left) };
}

function sortNumbers(values: Float64Array, positions: Uint32Array): Uint32Array {
  const count = positions.length;
  const keys = new Float64Array(count);
  for (let i = 0; i < count; i++) keys[i] = (values[positions[i] ?? 0] ?? 0) + 0; // minus zero is zero
  const words = new Uint32Array(keys.buffer);
  let [low, high] = [new Uint32Array(count), new Uint32Array(count)];
  for (let i = 0; i < count; i++) {
    const [lower, upper] = [words[2 * i] ?? 0, words[2 * i + 1] ?? 0];
    // Bits that sort as whole numbers: negative numbers are turned over, of positive ones the highest bit.
    const [lowBits, highBits] = upper >>> 31 ? [~lower, ~upper] : [lower, upper ^ 0x80000000];
    low[i] = lowBits;
    high[i] = highBits;
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
