/** The controls above the chart. They say what was chosen; must not know how the chart changes by it. */

import { fill, h } from "../dom.js";
import { day } from "../format.js";
import { icon } from "../icons.js";
import { t, word } from "../lang.js";
import { LADDER } from "./ladder.js";
import { ADJUSTMENTS } from "./view.js";

export class Controls {
  /** @param {(change: object) => void} choose takes what changes in the view @param {{goTo: (t: number) => void, link: () => void, help: () => void}} acts */
  constructor(choose, acts) {
    this.symbol = select("symbol", (symbol) => choose({ symbol, contract: "", rule: "", backtest: "", from: 0, to: 0 }));
    this.contract = select("contract", (contract) => choose({ contract, from: 0, to: 0 }));
    this.adjustment = select("adjustment", (adjustment) => choose({ adjustment }));
    this.rule = select("rule", (rule) => choose({ rule }));
    this.backtest = select("backtest", (backtest) => choose({ backtest }));
    this.date = h("input", { type: "date", id: "chart-date", on: { change: () => this.date.value && acts.goTo(Date.parse(`${this.date.value}T12:00Z`) / 1000) } });
    this.timeframes = LADDER.map(({ name }) => h("button", { type: "button", on: { click: () => choose({ timeframe: name }) } }, name));
    this.zones = ["utc", "exchange"].map((zone) => h("button", { type: "button", data: { zone }, on: { click: () => choose({ zone }) } }, word("zone", zone)));
    this.element = h(
      "div.bar",
      {},
      labelled(t("chart.instrument"), this.symbol),
      group(t("chart.timeframe"), this.timeframes),
      labelled(t("chart.series"), this.contract),
      (this.adjusted = labelled(t("chart.adjustment"), this.adjustment)),
      (this.joined = labelled(t("chart.rule"), this.rule)),
      labelled(t("chart.trades"), this.backtest),
      labelled(t("chart.goto"), this.date),
      group(t("chart.zone"), this.zones),
      h("div.row", {},
        h("button", { type: "button", title: t("chart.link"), "aria-label": t("chart.link"), on: { click: acts.link } }, icon("link")),
        h("button", { type: "button", title: t("chart.keys"), "aria-label": t("chart.keys"), on: { click: acts.help } }, "?")),
    );
  }

  /** The instruments to choose from. @param {Array<{symbol: string, name: string}>} instruments */
  setInstruments(instruments, chosen) {
    options(this.symbol, instruments.map(({ symbol, name }) => [symbol, `${symbol} · ${name}`]), chosen);
  }

  /** The contracts that have bars, newest first, after the series of the one in front. */
  setContracts(contracts, chosen) {
    const held = contracts.filter((one) => one.held).reverse();
    const named = held.map((one) => [one.contract, `${one.local_symbol} · ${one.contract} · ${day(one.held.first)} – ${day(one.held.last)}`]);
    options(this.contract, [["", t("chart.continuous")], ...named], chosen);
  }

  /** The rules that have a roll calendar, after the instrument's own. */
  setRules(rules, chosen) {
    options(this.rule, [["", t("chart.ownrule")], ...rules.map((rule) => [rule, rule])], chosen);
    this.joined.hidden = Boolean(this.contract.value) || (rules.length < 2 && !chosen);
  }

  /** The results whose trades may be drawn. */
  setBacktests(results, chosen) {
    options(this.backtest, [["", t("chart.notrades")], ...results.map((one) => [one.id, `${one.title || one.name} · ${day(one.created_at.slice(0, 10))}`])], chosen);
  }

  /** Marks what the view says. @param {import("./view.js").View} view */
  mark(view) {
    this.symbol.value = view.symbol;
    this.contract.value = view.contract;
    this.backtest.value = view.backtest;
    options(this.adjustment, ADJUSTMENTS.map((name) => [name, word("adjustment", name)]), view.adjustment);
    this.rule.value = view.rule;
    this.adjusted.hidden = Boolean(view.contract);
    this.joined.hidden = Boolean(view.contract) || this.rule.options.length < 3;
    LADDER.forEach(({ name }, i) => this.timeframes[i].setAttribute("aria-pressed", String(name === view.timeframe)));
    this.zones.forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.zone === view.zone)));
  }
}

function select(name, choose) {
  const element = h("select", { id: `chart-${name}`, on: { change: () => choose(element.value) } });
  return element;
}

function options(element, choices, chosen) {
  fill(element, choices.map(([value, label]) => h("option", { value }, label)));
  element.value = chosen;
}

function labelled(label, control) {
  return h("div.field", {}, h("label", { for: control.id }, label), control);
}

function group(label, buttons) {
  return h("div.field", { role: "group", "aria-label": label }, h("span.label", { "aria-hidden": "true" }, label), h("div.segments", {}, buttons));
}
