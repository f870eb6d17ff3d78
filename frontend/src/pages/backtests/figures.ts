/** The figures of a result: which there are, what they are called, how each is written, and which way is better. */

import { money, NOTHING, number, percent } from "../../format/format";
import { t, word } from "../../lang/words";

const PERCENT = new Set(
  (
    "total_return annual_return volatility max_drawdown intraday_drawdown average_drawdown time_under_water " +
    "best_session worst_session positive_sessions value_at_risk conditional_value_at_risk exposure win_rate " +
    "cost_share benchmark_return excess_return alpha tracking_error"
  ).split(" "),
);
const MONEY = new Set(
  (
    "starting_cash final_equity net_profit max_drawdown_money intraday_drawdown_money long_profit short_profit " +
    "average_trade best_trade worst_trade gross_profit fees slippage costs"
  ).split(" "),
);
const SAMPLED = new Set(
  (
    "annual_return volatility sharpe sortino calmar omega skew kurtosis tail_ratio value_at_risk " +
    "conditional_value_at_risk sqn turnover beta alpha correlation tracking_error information_ratio"
  ).split(" "),
);
const OF_RETURNS = new Set(
  (
    "volatility sharpe sortino omega best_session worst_session positive_sessions skew kurtosis tail_ratio " +
    "value_at_risk conditional_value_at_risk beta alpha correlation tracking_error information_ratio"
  ).split(" "),
);
const COUNTS = new Set(
  (
    "longest_drawdown trades long_trades short_trades longest_losing_streak contracts_traded sessions " +
    "missing_sessions days bars"
  ).split(" "),
);
const TONED = new Set(
  (
    "net_profit total_return annual_return sharpe sortino calmar long_profit short_profit average_trade " +
    "expectancy sqn excess_return alpha information_ratio"
  ).split(" "),
);
const MORE_IS_BETTER = new Set(
  (
    "final_equity net_profit total_return annual_return sharpe sortino calmar omega max_drawdown " +
    "max_drawdown_money intraday_drawdown intraday_drawdown_money average_drawdown best_session worst_session " +
    "positive_sessions long_profit short_profit win_rate profit_factor average_trade expectancy payoff_ratio sqn " +
    "best_trade worst_trade gross_profit excess_return alpha information_ratio"
  ).split(" "),
);
const LESS_IS_BETTER = new Set(
  (
    "volatility longest_drawdown time_under_water longest_losing_streak fees slippage costs cost_share " +
    "missing_sessions"
  ).split(" "),
);

/** Those at the top of a result. */
export const HEADLINES = [
  "net_profit",
  "total_return",
  "annual_return",
  "sharpe",
  "max_drawdown",
  "profit_factor",
  "win_rate",
  "trades",
] as const;

/** Those in the table of results. */
export const LISTED = [
  "net_profit",
  "total_return",
  "sharpe",
  "max_drawdown",
  "profit_factor",
  "win_rate",
  "trades",
] as const;

/** Return a figure as a number; null where it has none. */
export function figureOf(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

/** Return a figure as text; `missing` is the number of sessions without bars, which distort some figures. */
export function written(name: string, value: unknown, missing: unknown = 0): string {
  const figure = figureOf(value);
  return missing && OF_RETURNS.has(name) && figure !== null ? `${plain(name, figure)} *` : plain(name, figure);
}

function plain(name: string, value: number | null): string {
  if (value === null) return SAMPLED.has(name) ? t("backtest.notmeaningful") : NOTHING;
  if (PERCENT.has(name)) return percent(value, 2);
  if (MONEY.has(name)) return money(value);
  return COUNTS.has(name) ? number(value) : number(value, 2);
}

/** Return a probability in whole per cent, or a dash. */
export function percentOf(value: number | null | undefined): string {
  return value === null || value === undefined ? NOTHING : percent(value, 0);
}

/** Return the class of a figure that is good above zero and bad below. */
export function tone(name: string, value: unknown): string | undefined {
  const figure = figureOf(value);
  if (!TONED.has(name) || !figure) return undefined;
  return figure > 0 ? "gain" : "loss";
}

/** Return what a figure is called. */
export function named(name: string): string {
  return word("metric", name);
}

/** Return the places of the best of some values of a figure; none where no way is better, or all are alike. */
export function bestOf(name: string, values: readonly unknown[]): readonly number[] {
  const sign = MORE_IS_BETTER.has(name) ? 1 : LESS_IS_BETTER.has(name) ? -1 : 0;
  const figures = values.map(figureOf);
  const known = figures.filter((one) => one !== null);
  if (!sign || known.length < 2) return [];
  const best = sign * Math.max(...known.map((one) => sign * one));
  const places = figures.flatMap((one, at) => (one === best ? [at] : []));
  return places.length === known.length ? [] : places;
}
