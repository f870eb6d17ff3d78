/** What bars in quarantine are filtered by: reason, contract, session and time, all at once. Must not know what is done about them. */

import { fill, freshId, h } from "../dom.js";
import { number } from "../format.js";
import { t, word } from "../lang.js";

/** The controls of a filter; `offer` fills them with what there is. */
export class Filter {
  /** @param {() => void} changed called after each change */
  constructor(changed) {
    this.changed = changed;
    /** @type {Set<string>} */
    this.reasons = new Set();
    this.toggles = h("div.row", { role: "group", "aria-label": t("quality.filter.reasons") });
    this.contract = h("select", { id: freshId("contract"), on: { change: changed } });
    this.inputs = Object.fromEntries(
      [["first", "date"], ["last", "date"], ["start", "datetime-local"], ["end", "datetime-local"]].map(([name, type]) => [name, h("input", { id: freshId(name), type, on: { change: changed } })]),
    );
    const fields = [["contract", this.contract], ...Object.entries(this.inputs)];
    this.element = h("div.stack.line", { hidden: true }, this.toggles,
      h("div.bar", {}, fields.map(([name, control]) => h("div.field", {}, h("label", { for: control.id }, t(LABELS[name])), control)),
        h("button.quiet", { type: "button", on: { click: () => this.clear() } }, t("quality.filter.clear"))));
  }

  /** True when it leaves anything out. */
  get narrows() {
    return Object.values(this.criteria()).some((value) => value.length > 0);
  }

  /** Offers the reasons, the gravest first, and the contracts of all bars there are. */
  offer(groups) {
    const counts = new Map();
    for (const { reason, bars } of groups) counts.set(reason, (counts.get(reason) ?? 0) + bars);
    this.reasons = new Set([...this.reasons].filter((reason) => counts.has(reason)));
    fill(this.toggles, [...counts].map(([reason, bars]) => this.#toggle(reason, bars)));
    const months = [...new Set(groups.map((group) => group.contract))].sort();
    const chosen = months.includes(this.contract.value) ? this.contract.value : "";
    fill(this.contract, h("option", { value: "" }, t("quality.filter.all")), months.map((month) => h("option", { value: month }, month)));
    this.contract.value = chosen;
    this.element.hidden = groups.length === 0 && !this.narrows;
  }

  /** The criteria as the list of the API takes them. */
  criteria() {
    const { first, last, start, end } = this.inputs;
    const instant = (input) => (input.value ? `${input.value}Z` : "");
    return { reason: [...this.reasons], contract: this.contract.value, first: first.value, last: last.value, start: instant(start), end: instant(end) };
  }

  /** The criteria as a decision of the API takes them. */
  selection(symbol) {
    const { reason, contract, ...window } = this.criteria();
    const given = Object.fromEntries(Object.entries(window).filter(([, value]) => value));
    return { symbol, reasons: reason, contracts: contract ? [contract] : [], ...given };
  }

  clear() {
    this.reasons.clear();
    this.contract.value = "";
    Object.values(this.inputs).forEach((input) => (input.value = ""));
    this.changed();
  }

  #toggle(reason, bars) {
    const pressed = this.reasons.has(reason);
    return h("button", { type: "button", "aria-pressed": String(pressed), on: { click: () => this.#press(reason) } }, `${word("reason", reason)} · ${number(bars)}`);
  }

  #press(reason) {
    if (!this.reasons.delete(reason)) this.reasons.add(reason);
    this.changed();
  }
}

const LABELS = {
  contract: "column.contract",
  first: "quality.filter.first",
  last: "quality.filter.last",
  start: "quality.filter.start",
  end: "quality.filter.end",
};
