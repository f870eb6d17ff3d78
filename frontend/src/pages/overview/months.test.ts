import { cellsOf, datesOf, everyMonth } from "./months";

const ES = {
  symbol: "ES",
  months: ["2025-11", "2026-02"],
  sessions: [1, 1],
  expected: [100, 200],
  missing: [10, 0],
  quarantined: [1, 2],
};

describe("the months of the map", () => {
  it("go over the turn of a year without a hole", () => {
    expect(everyMonth([ES])).toEqual(["2025-11", "2025-12", "2026-01", "2026-02"]);
    expect(everyMonth([])).toEqual([]);
  });

  it("tell apart what is known, in quarantine and missing; nothing is known of a month without sessions", () => {
    const [first, second] = cellsOf(ES, everyMonth([ES]));
    expect(first?.counts).toEqual({ known: 89, quarantined: 1, missing: 10 });
    expect(second?.counts).toEqual({});
  });

  it("have a first and a last date", () => {
    expect(datesOf("2024-02")).toEqual({ first: "2024-02-01", last: "2024-02-29" });
    expect(datesOf("2026-12")).toEqual({ first: "2026-12-01", last: "2026-12-31" });
  });
});
