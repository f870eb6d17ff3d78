/** Keys of the chart. They work while the chart or nothing has the focus, and are listed under "?". */

import { h } from "../dom.js";
import { t } from "../lang.js";

/** Key as the browser names it, how it is written, and the word of what it does. */
export const SHORTCUTS = [
  ["ArrowLeft", "←", "older"],
  ["ArrowRight", "→", "newer"],
  ["PageUp", "PgUp", "pageolder"],
  ["PageDown", "PgDn", "pagenewer"],
  ["Home", "Home", "oldest"],
  ["End", "End", "newest"],
  ["+", "+", "in"],
  ["-", "−", "out"],
  [",", ",", "barbefore"],
  [".", ".", "barafter"],
  ["[", "[", "finer"],
  ["]", "]", "coarser"],
  ["g", "g", "goto"],
  ["z", "z", "zone"],
  ["l", "l", "link"],
  ["?", "?", "help"],
];

/**
 * Listens for the keys.
 * @param {HTMLElement} place the chart
 * @param {Record<string, () => void>} actions by their words
 */
export function listen(place, actions) {
  document.addEventListener("keydown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    const free = target === document.body || place.contains(target) || target.id === "main";
    if (!free || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const found = SHORTCUTS.find(([name]) => name === event.key || (name === "+" && event.key === "="));
    if (!found) return;
    event.preventDefault();
    actions[found[2]]();
  });
}

/** Shows the list of keys until it is closed. */
export function showHelp() {
  const lines = SHORTCUTS.map(([, written, action]) => [h("dt", {}, h("kbd", {}, written)), h("dd", {}, t(`shortcut.${action}`))]);
  const close = h("button", { type: "submit" }, t("action.close"));
  const dialog = h("dialog", { "aria-label": t("chart.keys"), on: { close: () => dialog.remove() } },
    h("form.stack", { method: "dialog" }, h("h2", {}, t("chart.keys")), h("dl.pairs", {}, lines), h("div.row", {}, close)));
  document.body.append(dialog);
  dialog.showModal();
}
