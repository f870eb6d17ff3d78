import type { Job } from "../../ui/JobView";
import { kindsOf, readFilter, withCriterion } from "./filter";

const JOB: Job = {
  id: "one",
  kind: "run",
  job: "update_bars",
  surface: "API",
  waiting: null,
  progress: null,
  about: "ES 2026-10",
  state: "failed",
  done: 1,
  steps: 3,
  message: "The gateway hung up.",
  runs: ["one"],
  url: null,
  created_at: "2026-10-05T10:00:00Z",
  ended_at: "2026-10-05T10:01:00Z",
  backtest: null,
};
const NONE = { kind: "", state: "", find: "" };

describe("the filter of jobs", () => {
  it("knows a run by its job in Dagster", () => {
    expect(kindsOf([JOB, { ...JOB, kind: "backtest" }, JOB])).toEqual(["backtest", "update_bars"]);
  });

  it("is read from the address as it was written", () => {
    const query = withCriterion(withCriterion(new URLSearchParams("kind=x"), "state", "failed"), "kind", "");
    expect(query.toString()).toBe("state=failed");
    expect(readFilter(query)).toEqual({ ...NONE, state: "failed" });
  });
});
