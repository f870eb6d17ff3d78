import { sortedOrder } from "./indexSort";

function plain(values: number[], descending: boolean): number[] {
  const places = values.map((_, at) => at);
  const missing = (at: number) => Number.isNaN(values[at]);
  return [
    ...places
      .filter((at) => !missing(at))
      .sort((a, b) => (descending ? -1 : 1) * ((values[a] ?? 0) - (values[b] ?? 0))),
    ...places.filter(missing),
  ];
}

describe("positions sorted by a column", () => {
  const values = [3, -1, NaN, 0, -0, 2.5, -1, 1e300, -1e-300, Infinity, -Infinity, 3, NaN, 5e-324];

  it.each([false, true])("are those of a stable sort, missing ones last (descending %s)", (descending) => {
    expect([...sortedOrder(Float64Array.from(values), descending)]).toEqual(plain(values, descending));
  });

  it("are those of a stable sort for very many rows", () => {
    let seed = 7;
    const many = Array.from({ length: 20_000 }, () => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return seed % 7 === 0 ? NaN : Math.round((seed / 2147483648 - 0.5) * 1000) / 16;
    });
    for (const descending of [false, true]) {
      expect([...sortedOrder(Float64Array.from(many), descending)]).toEqual(plain(many, descending));
    }
  });

  it("are those of other rows, and the other way, of a column that was sorted before", () => {
    const column = Float64Array.of(2, NaN, 1, 2, 1, 3);
    expect([...sortedOrder(column, false)]).toEqual([2, 4, 0, 3, 5, 1]);
    expect([...sortedOrder(column, true)]).toEqual([5, 0, 3, 2, 4, 1]);
    expect([...sortedOrder(column, true, [4, 3, 2, 1])]).toEqual([3, 2, 4, 1]);
    expect([...sortedOrder(column, false, [5, 0])]).toEqual([0, 5]);
  });

  it("are only those that were given", () => {
    expect([...sortedOrder(Float64Array.of(5, 4, 3, 2), false, [3, 0, 1])]).toEqual([3, 1, 0]);
    expect(sortedOrder(new Float64Array(0), true)).toHaveLength(0);
  });
});
