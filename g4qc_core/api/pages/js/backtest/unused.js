/** Keys of the graph that nothing needs, such as those of cancelled backtests, and removing them. */

import { h } from "../dom.js";
import { get, remove } from "../api.js";
import { askBefore } from "../confirm.js";
import { empty, region } from "../load.js";
import { t, word } from "../lang.js";

/** A part that loads when it is opened: the graph is asked for its keys. @returns {HTMLElement} */
export function unusedKeys() {
  const place = h("div");
  const load = region(place, () => get("/partitions", { unused: true }), ({ partitions }) => list(partitions, load));
  return h("details.card", { on: { toggle: (event) => event.target.open && load() } }, h("summary", {}, t("keys.unused")), place);
}

function list(keys, again) {
  if (!keys.length) return empty(t("keys.none"), t("keys.about"));
  const kinds = [...new Set(keys.map((one) => one.kind))];
  const all = h("button.danger", { type: "button", on: { click: () => ask(keys, () => Promise.all(kinds.map((kind) => remove(`/partitions/${kind}`, { unused: true }))), again) } }, t("keys.all"));
  const rows = keys.map((one) => h("tr", {}, h("td", {}, word("kind", one.kind)), h("td.mono", {}, one.key),
    h("td.num", {}, h("button.danger", { type: "button", "aria-label": t("keys.remove.of", { key: one.key }), on: { click: () => ask([one], () => remove(`/partitions/${one.kind}`, { key: one.key }), again) } }, t("keys.remove")))));
  return [h("div.line", {}, h("span.muted", {}, t("keys.about")), h("span.end", {}, all)),
    h("div.scroll", { tabindex: "0", role: "region", "aria-label": t("keys.unused") }, h("table", {}, h("caption.unseen", {}, t("keys.unused")), h("tbody", {}, rows)))];
}

function ask(keys, act, again) {
  askBefore({ title: t("keys.ask", { count: keys.length }), text: h("p.mono", {}, keys.slice(0, 5).map((one) => one.key).join(", "), keys.length > 5 ? " …" : ""), verb: t("keys.remove"), act, done: again });
}
