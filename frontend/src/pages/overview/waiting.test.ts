import type { Job } from "../../ui/JobView";
import { failedLately, waitingOf } from "./waiting";

const NEW = { job: null, surface: "API" as const, waiting: null, progress: null };
const NOW = Date.parse("2026-10-06T08:00:00Z");

function job(about: string, state: Job["state"], created_at: string): Job {
  const rest = { id: about + created_at, kind: "run", done: 0, steps: 0, message: "", runs: [], url: null };
  return { ...rest, about, state, created_at, ended_at: null, backtest: null, ...NEW };
}

describe("what wants a person", () => {
  it("counts bars by instrument and reason, and keeps the order of gravity", () => {
    const group = { contract: "202612", trade_date: "2026-10-05", acceptable: true };
    const found = waitingOf([
      { ...group, symbol: "ES", reason: "schema", bars: 1 },
      { ...group, symbol: "NQ", reason: "spike", bars: 2 },
      { ...group, symbol: "ES", reason: "spike", bars: 3 },
      { ...group, symbol: "ES", reason: "spike", bars: 4, trade_date: "2026-10-06" },
    ]);
    expect(found.map(({ symbol, bars }) => [symbol, bars])).toEqual([
      ["ES", 8],
      ["NQ", 2],
    ]);
    expect(found[0]?.reasons).toEqual([
      { reason: "schema", bars: 1 },
      { reason: "spike", bars: 7 },
    ]);
  });

  it("is not a failure that is old, or that was put right", () => {
    const jobs = [
      job("ES 2026-10", "succeeded", "2026-10-06T07:00:00Z"),
      job("ES 2026-10", "failed", "2026-10-06T06:00:00Z"),
      job("NQ 2026-10", "failed", "2026-10-06T05:00:00Z"),
      job("EC 2026-10", "failed", "2026-10-01T05:00:00Z"),
    ];
    expect(failedLately(jobs, NOW).map((one) => one.about)).toEqual(["NQ 2026-10"]);
  });
});
