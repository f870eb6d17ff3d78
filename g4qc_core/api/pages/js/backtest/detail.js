/** One result: its figures, curve, months, trades, report and inputs. */

import { fill, h } from "../dom.js";
import { address, get, remove } from "../api.js";
import { askBefore } from "../confirm.js";
import { moment, money, number, price } from "../format.js";
import { chartAddress } from "../chart/view.js";
import { empty, region } from "../load.js";
import { rowsOf } from "../results.js";
import { sortable } from "../table.js";
import { t, word } from "../lang.js";
import { curves } from "./curve.js";
import { HEADLINES, named, percentOf, tone, written } from "./figures.js";
import { labelled, nameOf } from "./labels.js";
import { parametersOf } from "./list.js";
import { monthTable } from "./months.js";
import { figureTable, resultTables } from "./tables.js";

const GONE = 410;
const ROOM = 3 * 86_400_000;

/** @param {HTMLElement} main @param {string} id */
export function showDetail(main, id) {
  const place = h("div.stack");
  fill(main, place);
  region(place, () => get(`/backtests/${encodeURIComponent(id)}`).catch(deleted), (result) => (result.deleted ? farewell(result.deleted) : page(result)))();
}

/** What a deleted result leaves: the server's sentence. Any other failure is one. */
function deleted(error) {
  if (error.status === GONE) return { deleted: error.message };
  throw error;
}

function farewell(text) {
  const back = h("a.button", { href: "/backtests" }, t("backtest.back"));
  return h("section.card", { role: "alert" }, empty(word("problem", "Gone"), h("span", { lang: "en" }, text), back));
}

function page(result) {
  const [curve, months, trades, tables, figures, worth] = [h("div"), h("div.body"), h("div.tall"), h("div.body"), h("div"), h("div")];
  const path = `/backtests/${result.id}`;
  region(curve, () => get(`${path}/equity`, { points: 4000 }), (answer) => curves([{ name: result.name, rows: rowsOf(answer.columns) }]))();
  region(worth, () => get(`${path}/worth`), worthOf)();
  region(months, () => get(`${path}/months`), (answer) => monthTable(answer.months))();
  region(tables, () => get(`${path}/tables`), resultTables)();
  region(figures, () => get("/backtests/metrics"), (answer) => figureTable(result, answer.metrics))();
  region(trades, () => get(`${path}/trades`), (answer) => tradeTable(rowsOf(answer.columns), result))();
  return [
    labelled(result, [`${result.strategy} · ${result.instrument} · ${result.timeframe} · ${parametersOf(result.inputs)} · ${moment(result.created_at)} UTC`]),
    h("div.row", {},
      h("a.button", { href: "/backtests" }, t("backtest.back")),
      h("a.button", { href: `/backtests?again=${result.id}` }, t("backtest.again")),
      h("a.button", { href: chartAddress(result.instrument, chartOf(result)) }, t("backtest.onchart")),
      h("button.danger", { type: "button", on: { click: () => askToDelete(result) } }, t("backtest.delete"))),
    h("section.card", {}, h("div.keys", {}, HEADLINES.flatMap((name) => (name === "sharpe" ? [headline(name, result), confidence(result)] : [headline(name, result)])))),
    card(t("worth.title"), worth),
    card(t("backtest.curve"), curve),
    card(t("backtest.months"), months),
    card(t("backtest.trades"), trades),
    reportCard(result),
    card(t("backtest.figures"), figures),
    card(t("backtest.tables"), tables),
    h("div.two", {}, card(t("backtest.card"), h("div.body", {}, pairs(result.card.map((row) => [h("span", { lang: "en" }, row.name), row.value])))),
      card(t("backtest.notes"), h("div.body", {}, result.notes.length ? h("ul", {}, result.notes.map((note) => h("li", {}, note))) : t("backtest.nonotes")))),
  ];
}

function headline(name, result) {
  return h("div", {}, h(`b${tone(name, result.metrics[name])}`, {}, written(name, result.metrics[name], result.metrics.missing_sessions)), h("span", {}, named(name)));
}

/** What the trials of the strategy leave of the Sharpe ratio. */
function confidence(result) {
  return h("div", {}, h("b", {}, percentOf(result.confidence)), h("span", {}, t("worth.confidence")));
}

/** The server's sentences, and its figures with what they mean. */
function worthOf(found) {
  return h("div.body", { lang: "en" }, h("p", {}, h("strong", {}, found.words)),
    h("dl.pairs", {}, found.rows.map((row) => [h("dt", { title: row.words }, row.label), h("dd", {}, row.value)])));
}

function askToDelete(result) {
  askBefore({
    title: t("backtest.delete.ask", { count: 1 }),
    text: [h("p", {}, h("strong", {}, nameOf(result))), h("p.muted", {}, t("backtest.delete.about"))],
    verb: t("backtest.delete"),
    act: () => remove(`/backtests/${result.id}`, { made_at: result.created_at }),
    done: () => location.assign("/backtests"),
  });
}

function card(title, body, ...end) {
  return h("section.card", {}, h("header", {}, h("h2", {}, title), h("div.end", {}, end)), body);
}

/** The report is opened on request: it is some megabytes. Its sandbox has no origin, so it reaches nothing here. */
function reportCard(result) {
  if (!result.has_report) return card(t("backtest.report"), h("div.body.muted", {}, t("backtest.noreport")));
  const source = address(`/backtests/${result.id}/report`).href;
  const place = h("div");
  const button = h("button", { type: "button", on: { click: show } }, t("backtest.report.show"));
  return card(t("backtest.report"), place, button, h("a", { href: source, target: "_blank", rel: "noopener" }, t("backtest.report.tab")));

  function show() {
    fill(place, h("iframe.report", { src: source, sandbox: "allow-scripts allow-downloads", title: t("backtest.report") }));
    button.hidden = true;
  }
}

function tradeTable(trades, result) {
  const step = String(result.inputs.instrument?.min_tick ?? "1");
  const prices = { decimals: step.split(".")[1]?.length ?? 0, tick: Number(step) };
  const priced = (name) => ({ name, title: t(`column.${name}`), number: true, value: (row) => row[name], show: (row) => price(row[name], prices) });
  const table = sortable(
    [
      { name: "number", title: "#", number: true, value: (row) => row.number, show: (row) => h("a", { href: place(row, result), "aria-label": t("trade.onchart", { number: row.number }) }, row.number) },
      { name: "size", title: t("column.size"), number: true, value: (row) => row.size, show: (row) => number(row.size) },
      { name: "contract", title: t("column.contract"), value: (row) => row.contract, show: (row) => row.contract },
      { name: "entry_time", title: t("column.entry_time"), value: (row) => row.entry_time, show: (row) => moment(row.entry_time) },
      priced("entry_price_own"),
      { name: "exit_time", title: t("column.exit_time"), value: (row) => row.exit_time, show: (row) => moment(row.exit_time) },
      priced("exit_price_own"),
      { name: "ticks", title: t("column.ticks"), number: true, value: (row) => row.ticks, show: (row) => number(row.ticks) },
      { name: "bars", title: t("column.bars"), number: true, value: (row) => row.bars, show: (row) => number(row.bars) },
      { name: "costs", title: t("column.costs"), number: true, value: (row) => row.fees + row.slippage, show: (row) => money(row.fees + row.slippage) },
      { name: "profit", title: t("column.profit"), number: true, value: (row) => row.profit, show: (row) => h(`span.${row.profit >= 0 ? "gain" : "loss"}`, {}, money(row.profit, true)) },
      { name: "exit_reason", title: t("column.exit_reason"), value: (row) => row.exit_reason, show: (row) => row.exit_reason },
    ],
    { caption: t("backtest.trades"), most: 100 },
  );
  table.show(trades.map((trade, i) => ({ number: i + 1, ...trade })));
  return table.element;
}

/** The chart around a trade. */
function place(trade, result) {
  const [from, to] = [Date.parse(trade.entry_time) - ROOM, Date.parse(trade.exit_time) + ROOM].map((at) => new Date(at).toISOString().slice(0, 16) + "Z");
  return chartAddress(result.instrument, { ...chartOf(result), from, to });
}

/** The series that the strategy saw, with the trades of the result. */
function chartOf(result) {
  return { timeframe: result.timeframe, adjustment: result.spec.adjustment, rule: result.spec.roll, backtest: result.id };
}

function pairs(entries) {
  return h("dl.pairs", {}, entries.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
}
