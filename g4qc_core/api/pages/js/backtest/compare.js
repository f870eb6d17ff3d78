/** Several results side by side: curves over one another, what differs in what was asked, and every figure. */

import { fill, h } from "../dom.js";
import { get } from "../api.js";
import { region } from "../load.js";
import { rowsOf } from "../results.js";
import { t } from "../lang.js";
import { COLOURS, curves } from "./curve.js";
import { named, tone, written } from "./figures.js";

/** @param {HTMLElement} main @param {string[]} ids */
export function showComparison(main, ids) {
  const [curve, table, verdict] = [h("div"), h("div"), h("div.body")];
  fill(main,
    h("div.head", {}, h("h1", {}, t("compare.title")), h("p", {}, t("compare.about"))),
    h("div.row", {}, h("a.button", { href: "/backtests" }, t("backtest.back"))),
    ids.length === 2 && h("section.card", {}, h("header", {}, h("h2", {}, t("compare.apart"))), verdict),
    h("section.card", {}, h("header", {}, h("h2", {}, t("backtest.curve"))), curve),
    h("section.card", {}, h("header", {}, h("h2", {}, t("backtest.figures"))), table));
  const equities = () => Promise.all(ids.map((id) => get(`/backtests/${encodeURIComponent(id)}/equity`, { points: 2000 })));
  region(curve, equities, (answers) => curves(answers.map((answer) => ({ name: answer.id, rows: rowsOf(answer.columns) }))))();
  if (ids.length === 2) region(verdict, () => get("/backtests/compare", { a: ids[0], b: ids[1] }), apart)();
  region(table, () => get("/backtests/compare", { ids }), sideBySide)();
}

/** The server's sentence, and the Sharpe ratio of each with its error. */
function apart(found) {
  const ratios = found.names.map((name, at) => [h("dt", {}, name), h("dd", {}, `Sharpe ${found.returns.sharpe_in_words[at]}`)]);
  return h("div", {}, h("p", { lang: "en" }, h("strong", {}, found.returns.verdict)), h("dl.pairs", {}, ratios));
}

function sideBySide(found) {
  const heads = found.ids.map((id, i) => h("th.num", { scope: "col" }, h("span.swatch", { style: { background: COLOURS[i % COLOURS.length] } }), h("a", { href: `/backtests?id=${id}` }, found.names[i]), h("br"), h("span.mono.muted", {}, id.slice(0, 8))));
  const differing = Object.entries(found.differing).map(([name, values]) => row(name, values.map((value) => plain(value)), ".mono"));
  const figures = Object.entries(found.metrics).map(([name, values]) => row(named(name), values.map((value, at) => h(`span${tone(name, value)}`, {}, written(name, value, found.metrics.missing_sessions?.[at])))));
  const part = (title) => h("tr", {}, h("th", { colspan: String(found.ids.length + 1), scope: "colgroup" }, h("h3", {}, title)));
  return h("div.scroll", { tabindex: "0", role: "region", "aria-label": t("compare.title") },
    h("table.compare", {}, h("caption.unseen", {}, t("compare.title")), h("thead", {}, h("tr", {}, h("th", {}, ""), heads)),
      h("tbody", {}, differing.length ? [part(t("compare.differing")), differing] : part(t("compare.same")), part(t("backtest.figures")), figures)));
}

function row(name, values, kind = "") {
  return h("tr", {}, h("th", { scope: "row" }, name), values.map((value) => h(`td.num${kind}`, {}, value)));
}

function plain(value) {
  const text = value === null || value === undefined ? "–" : typeof value === "object" ? JSON.stringify(value) : String(value);
  return text.length > 40 ? h("span", { title: text }, `${text.slice(0, 38)}…`) : text;
}
