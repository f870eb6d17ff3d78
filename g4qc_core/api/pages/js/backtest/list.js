/** The table of results: sorted, filtered, and some of them chosen to be compared. */

import { fill, h } from "../dom.js";
import { moment } from "../format.js";
import { empty } from "../load.js";
import { sortable } from "../table.js";
import { LISTED, named, tone, written } from "./figures.js";
import { t } from "../lang.js";

const MOST = 20;

/** @param {any[]} results @returns {HTMLElement} */
export function resultList(results) {
  if (!results.length) return empty(t("backtests.empty"), t("backtests.empty.text"));
  const chosen = new Set();
  const compare = h("a.button", { "aria-disabled": "true" }, t("backtests.compare"));
  const told = h("span.muted.small", { role: "status" });
  const table = sortable(columns(chosen, mark), { caption: t("backtests.results"), sort: "created", descending: true, mark: (row) => chosen.has(row.id), most: 200 });
  const filters = filterBar(results, (kept) => (table.show(kept), fill(told, t("backtests.shown", { shown: kept.length, all: results.length }))));
  mark();
  return h("div", {}, h("div.line", {}, filters, told, h("span.end", {}, compare)), table.element);

  function mark() {
    const enough = chosen.size > 1 && chosen.size <= MOST;
    compare.setAttribute("aria-disabled", String(!enough));
    if (enough) compare.href = `/backtests?${new URLSearchParams([...chosen].map((id) => ["compare", id]))}`;
    else compare.removeAttribute("href");
    fill(compare, chosen.size ? t("backtests.compare.count", { count: chosen.size }) : t("backtests.compare"));
  }
}

function columns(chosen, mark) {
  const choose = (row) => h("input", { type: "checkbox", checked: chosen.has(row.id), "aria-label": t("backtests.choose", { name: row.name }), on: { change: (event) => {
    if (event.target.checked) chosen.add(row.id);
    else chosen.delete(row.id);
    event.target.closest("tr").classList.toggle("marked", event.target.checked);
    mark();
  } } });
  const text = (name) => ({ name, title: t(`field.${name === "instrument" ? "symbol" : name}`), value: (row) => row[name], show: (row) => row[name] });
  return [
    { name: "choose", title: h("span.unseen", {}, t("backtests.compare")), show: choose },
    { name: "name", title: t("column.name"), value: (row) => row.name, show: (row) => h("a", { href: `/backtests?id=${row.id}` }, row.name) },
    text("strategy"), text("instrument"), text("timeframe"),
    { name: "parameters", title: t("backtest.parameters"), words: true, show: (row) => h("span.mono", {}, parametersOf(row.spec)) },
    ...LISTED.map((name) => ({ name, title: named(name), number: true, value: (row) => row.metrics[name], show: (row) => h(`span${tone(name, row.metrics[name])}`, {}, written(name, row.metrics[name], row.metrics.missing_sessions)) })),
    { name: "created", title: t("column.created"), value: (row) => row.created_at, show: (row) => moment(row.created_at) },
  ];
}

/** The parameters of a spec in one line. */
export function parametersOf(spec) {
  return Object.entries(spec.parameters ?? {}).map(([name, value]) => `${name}=${value}`).join(" ");
}

function filterBar(results, show) {
  const text = h("input", { type: "search", "aria-label": t("backtests.filter"), placeholder: t("backtests.filter"), on: { input: apply } });
  const picks = ["strategy", "instrument", "timeframe"].map((name) => {
    const values = [...new Set(results.map((row) => row[name]))].sort();
    return h("select", { name, "aria-label": t(`field.${name === "instrument" ? "symbol" : name}`), on: { change: apply } },
      h("option", { value: "" }, t("backtests.all", { what: t(`field.${name === "instrument" ? "symbol" : name}`) })), values.map((value) => h("option", { value }, value)));
  });
  queueMicrotask(apply);
  return h("div.filters", {}, text, picks);

  function apply() {
    const wanted = text.value.trim().toLowerCase();
    show(results.filter((row) => picks.every((pick) => !pick.value || row[pick.name] === pick.value) && `${row.name} ${parametersOf(row.spec)}`.toLowerCase().includes(wanted)));
  }
}
