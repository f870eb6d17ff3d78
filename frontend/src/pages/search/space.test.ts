import {
  countSets,
  initialTried,
  type Parameter,
  readTried,
  sent,
  sizeOf,
  sizeOfRange,
  spaceOf,
  turned,
  valuesOf,
  writeTried,
} from "./space";

const FAST: Parameter = {
  name: "fast",
  type: "integer",
  default: 20,
  minimum: 1,
  maximum: 5000,
  above: null,
  below: null,
  description: "",
  search: { low: 5, high: 100, step: 5, choices: [] },
};
const WIDTH: Parameter = { ...FAST, name: "width", type: "number", default: 2, search: null };
const LONG: Parameter = {
  ...FAST,
  name: "long_only",
  type: "boolean",
  default: false,
  search: { low: null, high: null, step: null, choices: [false, true] },
};
const ALL = [FAST, WIDTH, LONG];

describe("the number of sets", () => {
  it.each([
    ["5", "60", "5", 12],
    ["0.1", "0.3", "0.1", 3],
    ["0.5", "5.49", "0.01", 500],
    ["1", "10", "4", 3],
    ["3", "3", "1", 1],
    ["5", "1", "1", 0],
    ["1", "5", "0", 0],
    ["1", "", "1", 0],
    ["a", "5", "1", 0],
  ])("of a range from %s to %s by %s is %i, both ends included, in decimals", (from, to, step, size) => {
    expect(sizeOfRange(from, to, step)).toBe(size);
  });

  it("is the product of those that vary", () => {
    const space = Object.fromEntries(ALL.map((one) => [one.name, initialTried(one)]));
    expect(countSets(space, ALL)).toBe(20 * 2);
    expect(countSets({ ...space, width: readTried("1,2,2,3") }, ALL)).toBe(20 * 2 * 3);
    expect(countSets({ ...space, fast: readTried("9:1:1") }, ALL)).toBe(0);
  });

  it("of a logarithmic range counts each whole number once", () => {
    const tried = readTried("1:8:x8");
    expect(valuesOf(tried, FAST)).toEqual([1, 2, 3, 4, 6, 8]);
    expect(sizeOf(tried, FAST)).toBe(6);
    expect(valuesOf(readTried("0:8:x4"), FAST)).toEqual([]);
    expect(valuesOf(readTried("0.5:4:x4"), WIDTH)).toEqual([0.5, 1, 2, 4]);
  });
});

describe("what is tried", () => {
  it.each(["=20", "5,10,20", "5:60:5", "5:160:x6"])("is read back from an address: %s", (text) => {
    expect(writeTried(readTried(text))).toBe(text);
  });

  it("is sent as a search takes it, fixed values with the backtest", () => {
    const space = { fast: readTried("5:60:5"), width: readTried("=2.5"), long_only: readTried("false,true") };
    expect(sent(space, ALL)).toEqual({
      parameters: { fast: { from: 5, to: 60, step: 5 }, long_only: [false, true] },
      fixed: { width: 2.5 },
    });
  });

  it("is known again from the search that ran", () => {
    const varied = { fast: { from: 5, to: 60, step: 5 }, width: [1, 2] };
    const found = spaceOf(varied, { long_only: true }, ALL);
    expect(Object.values(found).map(writeTried)).toEqual(["5:60:5", "1,2", "=true"]);
    // A search that says nothing tries what the strategy declares.
    expect(writeTried(spaceOf({}, {}, ALL).fast ?? readTried(""))).toBe("5:100:5");
  });

  it("keeps its ends when it is tried another way", () => {
    expect(writeTried(turned(readTried("3:90:3"), "log", FAST))).toBe("3:90:x8");
    expect(writeTried(turned(readTried("2:8:2"), "list", FAST))).toBe("2,4,6,8");
    expect(writeTried(turned(readTried("=true"), "list", LONG))).toBe("false,true");
  });
});
