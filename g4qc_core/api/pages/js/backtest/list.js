/** The table of results: sorted, filtered, and some of them chosen to be compared or deleted. */

import { fill, h } from "../dom.js";
import { remove } from "../api.js";
import { askBefore } from "../confirm.js";
import { moment } from "../format.js";
import { empty } from "../load.js";
import { sortable } from "../table.js";
import { LISTED, named, percentOf, tone, written } from "./figures.js";
import { chips, nameOf } from "./labels.js";
import { t } from "../lang.js";

const MOST = 20;
const NAMED = 5;

/** @param {any[]} results @param {() => void} again loads them again @returns {HTMLElement} */
export function resultList(results, again) {
  if (!results.length) return empty(t("backtests.empty"), t("backtests.empty.text"));
  const chosen = new Set();
  const compare = h("a.button", { "aria-disabled": "true" }, t("backtests.compare"));
  const erase = h("button.danger", { type: "button", disabled: true, on: { click: () => askToDelete(results.filter((row) => chosen.has(row.id)), again) } });
  const told = h("span.muted.small", { role: "status" });
  const table = sortable(columns(chosen, mark), { caption: t("backtests.results"), sort: "created", descending: true, mark: (row) => chosen.has(row.id), most: 200 });
  const filters = filterBar(results, (kept) => (table.show(kept), fill(told, t("backtests.shown", { shown: kept.length, all: results.length }))));
  mark();
  return h("div", {}, h("div.line", {}, filters, told, h("span.end", {}, compare, erase)), table.element);

  function mark() {
    const enough = chosen.size > 1 && chosen.size <= MOST;
    compare.setAttribute("aria-disabled", String(!enough));
    if (enough) compare.href = `/backtests?${new URLSearchParams([...chosen].map((id) => ["compare", id]))}`;
    else compare.removeAttribute("href");
    fill(compare, chosen.size ? t("backtests.compare.count", { count: chosen.size }) : t("backtests.compare"));
    erase.disabled = !chosen.size;
    fill(erase, chosen.size ? t("backtests.delete.count", { count: chosen.size }) : t("backtest.delete"));
  }
}

function askToDelete(rows, again) {
  askBefore({
    title: t("backtest.delete.ask", { count: rows.length }),
    text: [h("p", {}, rows.slice(0, NAMED).map(nameOf).join(", "), rows.length > NAMED ? " …" : ""), h("p.muted", {}, t("backtest.delete.about"))],
    verb: t("backtest.delete"),
    act: () => remove("/backtests", { id: rows.map((row) => row.id), made_at: rows.map((row) => row.created_at) }),
    done: again,
  });
}

// What the trials leave of the Sharpe ratio stands beside it.
const AFTER_SHARPE = LISTED.indexOf("sharpe") + 1;

function columns(chosen, mark) {
  const choose = (row) => h("input", { type: "checkbox", checked: chosen.has(row.id), "aria-label": t("backtests.choose", { name: nameOf(row) }), on: { change: (event) => {
    if (event.target.checked) chosen.add(row.id);
    else chosen.delete(row.id);
    event.target.closest("tr").classList.toggle("marked", event.target.checked);
    mark();
  } } });
  const text = (name) => ({ name, title: t(`field.${name === "instrument" ? "symbol" : name}`), value: (row) => row[name], show: (row) => row[name] });
  return [
    { name: "choose", title: h("span.unseen", {}, t("backtests.compare")), show: choose },
    { name: "name", title: t("column.name"), value: nameOf, show: (row) => [h("a", { href: `/backtests?id=${row.id}` }, nameOf(row)), row.title ? h("div.small.muted", {}, row.name) : null] },
    { name: "tags", title: t("backtest.tags"), words: true, value: (row) => row.tags.join(" ") || null, show: (row) => chips(row.tags) },
    text("strategy"), text("instrument"), text("timeframe"),
    { name: "parameters", title: t("backtest.parameters"), words: true, show: (row) => h("span.mono", {}, parametersOf(row.spec)) },
    ...LISTED.slice(0, AFTER_SHARPE).map(figure),
    { name: "confidence", title: t("worth.confidence"), number: true, value: (row) => row.confidence, show: (row) => percentOf(row.confidence) },
    ...LISTED.slice(AFTER_SHARPE).map(figure),
    { name: "created", title: t("column.created"), value: (row) => row.created_at, show: (row) => moment(row.created_at) },
  ];
}

/** A column of a figure. */
function figure(name) {
  return { name, title: named(name), number: true, value: (row) => row.metrics[name], show: (row) => h(`span${tone(name, row.metrics[name])}`, {}, written(name, row.metrics[name], row.metrics.missing_sessions)) };
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
  const tags = [...new Set(results.flatMap((row) => row.tags))].sort();
  const tag = h("select", { name: "tag", hidden: !tags.length, "aria-label": t("backtest.tag"), on: { change: apply } },
    h("option", { value: "" }, t("backtests.all", { what: t("backtest.tag") })), tags.map((value) => h("option", { value }, value)));
  queueMicrotask(apply);
  return h("div.filters", {}, text, picks, tag);

  function apply() {
    const wanted = text.value.trim().toLowerCase();
    show(results.filter((row) => picks.every((pick) => !pick.value || row[pick.name] === pick.value) && (!tag.value || row.tags.includes(tag.value)) && `${row.title ?? ""} ${row.name} ${row.tags.join(" ")} ${parametersOf(row.spec)}`.toLowerCase().includes(wanted)));
  }
}
