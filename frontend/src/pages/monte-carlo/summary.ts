import type { Study } from "../../ui/study/studies";

/** A risk of ruin with its interval. */
export interface Risk {
  ruined: number;
  paths: number;
  risk: number;
  low: number;
  high: number;
  confidence: number;
  reached?: number | null;
}

/** What came out of a simulation, as far as the page reads it. */
export interface MonteCarloSummary {
  simulations: string[];
  growth: string;
  paths: number;
  horizon: number;
  block_length: number;
  ruin: { rule: string; level: number; margin: number };
  capital: Record<string, number | null>;
  trials: number;
  main: {
    simulation: string;
    expected_drawdown: number;
    bad_drawdown: number;
    real_drawdown: number;
    drawdown_rank: number;
    median_final: number;
    final_rank: number;
    loss: number;
    risk: Risk | null;
  } | null;
  scenarios: Record<
    string,
    {
      done: number;
      median: Record<string, number | null>;
      bad_drawdown: number | null;
      bad_final: number | null;
      risk: Risk | null;
    }
  >;
  result: { id: string; name: string; strategy: string; instrument: string; timeframe: string; cash: number };
  generator: string;
  seed: number;
}

/** Return the summary of a study that is done. */
export function summaryOf(study: Study): MonteCarloSummary {
  return study.summary as unknown as MonteCarloSummary;
}
