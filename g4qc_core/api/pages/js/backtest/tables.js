/** The tables of a result: years, weekdays, hours of the session, sides and drawdowns; and its figures with their formulas. */

import { h } from "../dom.js";
import { money, number, percent } from "../format.js";
import { rowsOf } from "../results.js";
import { language, t, word } from "../lang.js";
import { named, written } from "./figures.js";

const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const PERCENT = ["return", "mean_return", "positive_sessions", "win_rate", "depth"];
const MONEY = ["profit", "mean_profit", "money", "costs", "average_trade", "best_trade", "worst_trade"];
const TEXT = ["label", "clock", "peak", "deepest", "recovered"];
const SHOWN = ["year", "weekday", "hour", "side", "drawdowns"];

/** @param {Record<string, any>} tables the answer of `/backtests/{id}/tables` @returns {any[]} */
export function resultTables(tables) {
  return SHOWN.filter((name) => tables[name]).map((name) => h("div", {}, h("h3", {}, word("table", name)), table(name, tables[name])));
}

function table(name, columns) {
  const names = Object.keys(columns);
  const heads = names.map((column) => h(TEXT.includes(column) ? "th" : "th.num", { scope: "col" }, column === "label" ? "" : word("figure", column)));
  const rows = rowsOf(columns).map((row) => h("tr", {}, names.map((column) => cell(name, column, row[column]))));
  return h("div.scroll", { tabindex: "0", role: "region", "aria-label": word("table", name) },
    h("table", {}, h("caption.unseen", {}, word("table", name)), h("thead", {}, h("tr", {}, heads)), h("tbody", {}, rows)));
}

function cell(name, column, value) {
  if (column === "label") return h("th", { scope: "row" }, labelOf(name, value));
  return h(TEXT.includes(column) ? "td" : "td.num", {}, plain(column, value));
}

function plain(column, value) {
  if (value === null || value === undefined) return "–";
  if (TEXT.includes(column)) return value;
  if (PERCENT.includes(column)) return percent(value, 2);
  return MONEY.includes(column) ? money(value) : number(value, Number.isInteger(value) ? 0 : 2);
}

/** A weekday in the visitor's language; 2026-01-05 is a Monday. */
function labelOf(name, value) {
  if (name === "weekday") return new Date(Date.UTC(2026, 0, 5 + WEEKDAYS.indexOf(value))).toLocaleDateString(language, { weekday: "long", timeZone: "UTC" });
  return name === "side" ? word("side", value) : String(value);
}

/**
 * The figures under their headings, each with its formula.
 * @param {any} result @param {any[]} definitions the answer of `/backtests/metrics`
 */
export function figureTable(result, definitions) {
  const known = definitions.filter((one) => one.key in result.metrics);
  const groups = [...new Set(known.map((one) => one.group))];
  const row = (one) => h("tr", {}, h("th", { scope: "row" }, named(one.key)), h("td.num", {}, written(one.key, result.metrics[one.key], result.metrics.missing_sessions)),
    h("td.words.muted", { lang: "en" }, `${one.formula} ${one.least}`.trim()));
  const head = (group) => h("tr", {}, h("th", { colspan: "3", scope: "colgroup" }, h("h3", {}, word("group", group))));
  return h("div.scroll", { tabindex: "0", role: "region", "aria-label": t("backtest.figures") },
    h("table", {}, h("caption.unseen", {}, t("backtest.figures")), h("tbody", {}, groups.map((group) => [head(group), known.filter((one) => one.group === group).map(row)]))));
}
