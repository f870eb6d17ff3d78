/** The figures of a result: which there are, what they are called, and how each is written. */

import { money, number, percent } from "../format.js";
import { t, word } from "../lang.js";

const PERCENT = [
  "total_return", "annual_return", "volatility", "max_drawdown", "intraday_drawdown", "average_drawdown",
  "time_under_water", "best_session", "worst_session", "positive_sessions", "value_at_risk",
  "conditional_value_at_risk", "exposure", "win_rate", "cost_share", "benchmark_return", "excess_return",
  "alpha", "tracking_error",
];
const MONEY = [
  "starting_cash", "final_equity", "net_profit", "max_drawdown_money", "intraday_drawdown_money", "long_profit",
  "short_profit", "average_trade", "best_trade", "worst_trade", "gross_profit", "fees", "slippage", "costs",
];
const SAMPLED = [
  "annual_return", "volatility", "sharpe", "sortino", "calmar", "omega", "skew", "kurtosis", "tail_ratio",
  "value_at_risk", "conditional_value_at_risk", "sqn", "turnover", "beta", "alpha", "correlation",
  "tracking_error", "information_ratio",
];
const OF_RETURNS = [
  "volatility", "sharpe", "sortino", "omega", "best_session", "worst_session", "positive_sessions", "skew",
  "kurtosis", "tail_ratio", "value_at_risk", "conditional_value_at_risk", "beta", "alpha", "correlation",
  "tracking_error", "information_ratio",
];
const COUNTS = [
  "longest_drawdown", "trades", "long_trades", "short_trades", "longest_losing_streak", "contracts_traded",
  "sessions", "missing_sessions", "days", "bars",
];
const TONED = [
  "net_profit", "total_return", "annual_return", "sharpe", "sortino", "calmar", "long_profit", "short_profit",
  "average_trade", "expectancy", "sqn", "excess_return", "alpha", "information_ratio",
];

/** Those at the top of a result. */
export const HEADLINES = ["net_profit", "total_return", "annual_return", "sharpe", "max_drawdown", "profit_factor", "win_rate", "trades"];

/** Those in the table of results. */
export const LISTED = ["net_profit", "total_return", "sharpe", "max_drawdown", "profit_factor", "win_rate", "trades"];

/** A figure as text; `missing` is the number of sessions without bars, which distort some figures. */
export function written(name, value, missing = 0) {
  return missing && OF_RETURNS.includes(name) && value !== null ? `${plain(name, value)} *` : plain(name, value);
}

function plain(name, value) {
  if (value === null || value === undefined) return SAMPLED.includes(name) ? t("backtest.notmeaningful") : "–";
  if (PERCENT.includes(name)) return percent(value, 2);
  if (MONEY.includes(name)) return money(value);
  return COUNTS.includes(name) ? number(value) : number(value, 2);
}

/** A probability in whole per cent, or a dash. */
export function percentOf(value) {
  return value === null || value === undefined ? "–" : percent(value, 0);
}

/** The class of a figure that is good above zero and bad below. */
export function tone(name, value) {
  return !TONED.includes(name) || !value ? "" : value > 0 ? ".gain" : ".loss";
}

/** What a figure is called. */
export function named(name) {
  return word("metric", name);
}
