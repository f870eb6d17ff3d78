/** The figures of a result: which there are, what they are called, and how each is written. */

import { money, number, percent } from "../format.js";
import { t, word } from "../lang.js";

const PERCENT = ["total_return", "annual_return", "volatility", "max_drawdown", "exposure", "win_rate"];
const MONEY = ["starting_cash", "final_equity", "net_profit", "max_drawdown_money", "average_trade", "best_trade", "worst_trade", "gross_profit", "fees", "slippage"];
const ANNUAL = ["annual_return", "volatility", "sharpe", "sortino", "calmar"];
const OF_RETURNS = ["volatility", "sharpe", "sortino"];
const COUNTS = ["sessions", "missing_sessions", "days", "bars", "trades", "contracts_traded", "longest_drawdown"];
const TONED = ["net_profit", "total_return", "annual_return", "average_trade", "sharpe", "sortino", "calmar"];

/** Those at the top of a result. */
export const HEADLINES = ["net_profit", "total_return", "annual_return", "sharpe", "max_drawdown", "profit_factor", "win_rate", "trades"];

/** Those in the table of results. */
export const LISTED = ["net_profit", "total_return", "sharpe", "max_drawdown", "profit_factor", "win_rate", "trades"];

/** A figure as text; `missing` is the number of sessions without bars, which distort some figures. */
export function written(name, value, missing = 0) {
  return missing && OF_RETURNS.includes(name) && value !== null ? `${plain(name, value)} *` : plain(name, value);
}

function plain(name, value) {
  if (value === null || value === undefined) return ANNUAL.includes(name) ? t("backtest.notmeaningful") : "–";
  if (PERCENT.includes(name)) return percent(value, 2);
  if (MONEY.includes(name)) return money(value);
  return COUNTS.includes(name) ? number(value) : number(value, 2);
}

/** The class of a figure that is good above zero and bad below. */
export function tone(name, value) {
  return !TONED.includes(name) || !value ? "" : value > 0 ? ".gain" : ".loss";
}

/** What a figure is called. */
export function named(name) {
  return word("metric", name);
}
