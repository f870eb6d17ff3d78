import { render, screen } from "@testing-library/react";
import { type Job, JobProgress, waitOf } from "./JobView";

const JOB: Job = {
  id: "one",
  kind: "search",
  about: "sma_cross-ES",
  state: "queued",
  done: 0,
  steps: 0,
  message: "",
  runs: [],
  url: null,
  created_at: "2026-10-05T10:00:00Z",
  ended_at: null,
  backtest: null,
  job: "run_search",
  surface: "API",
  waiting: null,
  progress: null,
};

describe("a job that waits", () => {
  it("says why, and what goes before it", () => {
    const waiting = { code: "gateway", words: "The gateway serves run 17.", ahead: 2 } as const;
    render(<JobProgress job={{ ...JOB, waiting }} />);
    expect(screen.getByText(/waits for the gateway.* 2 runs go before it/)).toBeInTheDocument();
  });

  it("says it in the server's words where the page has none", () => {
    const waiting = { code: "moon" as never, words: "The moon is full.", ahead: 0 };
    expect(waitOf({ ...JOB, waiting })).toBe("The moon is full.");
    expect(waitOf(JOB)).toBe("");
  });
});

describe("a job that goes on", () => {
  const running: Job = { ...JOB, state: "running", done: 1, steps: 3 };

  it("shows how far it is within its step, in one bar", () => {
    const progress = { done: 40, total: 100, unit: "trials", eta_seconds: 65 };
    render(<JobProgress job={{ ...running, progress }} />);
    const bar = screen.getByRole("progressbar");
    expect(bar).toHaveAttribute("max", "100");
    expect(bar).toHaveAttribute("value", "40");
    expect(screen.getByText("1 of 3 steps · 40 / 100 trials · about 1:05 left")).toBeInTheDocument();
  });

  it("shows its steps where no more is known", () => {
    render(<JobProgress job={{ ...running, progress: { done: 5, total: null, unit: "trials", eta_seconds: null } }} />);
    expect(screen.getByRole("progressbar")).toHaveAttribute("max", "3");
    expect(screen.getByText("1 of 3 steps · 5 trials")).toBeInTheDocument();
  });
});

it("of a job that failed the reason stands alone", () => {
  render(<JobProgress job={{ ...JOB, state: "failed", message: "The gateway hung up." }} />);
  expect(screen.getByText("The gateway hung up.")).toHaveClass("loss");
  expect(screen.queryByRole("progressbar")).toBeNull();
});
