import { bySession, fallsOf, stacked } from "./summary";

describe("the figures of a portfolio that the page computes", () => {
  it("falls from the highest equity so far, also from the capital", () => {
    expect(fallsOf([90, 110, 99, null], 100)).toEqual([-0.1, 0, -0.1, 0]);
  });

  it("holds a weight until the next change", () => {
    const day = (one: string) => Date.parse(`${one}T00:00Z`) / 1000;
    const rows = [
      { trade_date: "2026-09-01", instrument: "ES", weight: 0.5 },
      { trade_date: "2026-09-03", instrument: "ES", weight: 0.25 },
      { trade_date: "2026-09-02", instrument: "EC", weight: 0.75 },
    ];
    const days = ["2026-09-01", "2026-09-02", "2026-09-03"].map(day);
    expect(bySession(days, rows, "weight")).toEqual({
      names: ["ES", "EC"],
      values: [
        [0.5, 0.5, 0.25],
        [null, 0.75, 0.75],
      ],
    });
  });

  it("puts parts one on the other", () => {
    expect(
      stacked([
        [1, null],
        [2, 3],
      ]),
    ).toEqual([
      [1, 0],
      [3, 3],
    ]);
  });
});
