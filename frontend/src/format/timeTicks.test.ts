import { timeTicks } from "./format";

const at = (text: string) => Date.parse(`${text}Z`) / 1000;

describe("places on an axis of time", () => {
  it("are days, with the year below the first one and each that begins another", () => {
    const days = ["2026-12-30T00:00", "2026-12-31T00:00", "2027-01-01T00:00"].map(at);
    expect(timeTicks(days, 86_400)).toEqual(["Dec 30\n2026", "Dec 31", "Jan 1\n2027"]);
  });

  it("are times with the day below, and months and years where they are further apart", () => {
    expect(timeTicks(["2026-12-30T18:00", "2026-12-31T00:00"].map(at), 21_600)).toEqual([
      "18:00\nDec 30",
      "00:00\nDec 31",
    ]);
    expect(timeTicks(["2026-12-01T00:00"].map(at), 30 * 86_400)).toEqual(["Dec\n2026"]);
    expect(timeTicks(["2026-01-01T00:00", "2027-01-01T00:00"].map(at), 365 * 86_400)).toEqual(["2026", "2027"]);
  });
});
