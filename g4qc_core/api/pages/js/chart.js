/** The page of candles: the controls, the chart, the line above it, and the address that shows the same again. */

import { fill, h, link } from "./dom.js";
import { get } from "./api.js";
import { t, word } from "./lang.js";
import { empty, failing, sentence } from "./load.js";
import { RECOVERED } from "./health.js";
import { LADDER } from "./chart/ladder.js";
import { CLASSES } from "./chart/classes.js";
import { Controls } from "./chart/controls.js";
import { forgetBars } from "./chart/bars.js";
import { legendOf } from "./heatmap.js";
import { listen, showHelp } from "./chart/shortcuts.js";
import { readView, writeView } from "./chart/view.js";
import { rollMark, rollText, showLegend } from "./chart/legend.js";
import { Stage } from "./chart/stage.js";
import { tradesOf } from "./results.js";

/** @param {HTMLElement} main */
export function open(main) {
  const page = new ChartPage(main);
  page.begin();
  document.addEventListener(RECOVERED, () => (forgetBars(), page.stage.forget(), page.begin()));
}

class ChartPage {
  constructor(main) {
    this.view = readView();
    this.controls = new Controls((change) => this.choose(change), {
      goTo: (instant) => this.try(this.stage.goTo(instant)),
      link: () => this.copyLink(),
      help: showHelp,
    });
    this.legend = h("div.legend", { id: "chart-legend" });
    this.note = h("span.tag", { hidden: true });
    this.said = h("span.small.muted", { role: "status" });
    this.unsure = h("span.tag.warn", { hidden: true, role: "status" }, t("chart.nogaps"));
    this.lacking = h("span.tag.warn", { id: "chart-missing", hidden: true, role: "status" });
    this.place = h("div.candles", { tabindex: "0", role: "application", "aria-label": t("chart.label"), "aria-describedby": "chart-legend" });
    this.over = h("div.over", { hidden: true });
    fill(
      main,
      h("h1.unseen", {}, t("nav.chart")),
      h("section.card.chart", {}, h("header", {}, this.controls.element),
        h("div.line", {}, this.legend, h("div.end", {}, this.said, this.note, this.lacking, this.unsure)),
        h("div.stage", {}, this.place, this.over),
        h("footer.line.small", {}, legendOf(CLASSES), h("span.muted", {}, h("kbd", {}, "?"), " ", t("chart.keys")),
          h("span.end.muted", {}, t("chart.by"), " ", link("https://www.tradingview.com/", "TradingView Lightweight Charts™")))),
    );
    this.stage = new Stage(this.place);
    this.stage.addEventListener("moved", () => this.moved());
    this.stage.addEventListener("failed", (event) => this.fail(/** @type {CustomEvent} */ (event).detail));
    this.stage.addEventListener("judged", (event) => {
      this.unsure.hidden = !(/** @type {CustomEvent} */ (event).detail);
      this.point({ logical: this.at });
    });
    this.stage.canvas.chart.subscribeCrosshairMove((at) => this.point(at));
    listen(this.place, this.actions());
  }

  /** Shows the view of the address, and loads what there is to choose from beside it. */
  async begin() {
    try {
      const all = get("/instruments").then((found) => (this.instruments = found));
      const known = Promise.all([all, get("/health")]).then(([found, health]) => this.offer(found, health));
      if (!this.view.symbol) await known;
      if (!this.view.symbol) return this.nothing();
      const choices = Promise.all([known, this.loadChoices()]);
      await this.show(all.then(() => this.about));
      await choices;
    } catch (error) {
      this.fail(error);
    }
  }

  /** Offers the instruments with bars, and the one that is shown: the first of them where the address names none. */
  offer(all, health) {
    const held = new Set(health.freshness.map((one) => one.symbol));
    const offered = all.filter((one) => held.has(one.symbol) || one.symbol === this.view.symbol);
    this.view.symbol ||= offered[0]?.symbol ?? "";
    this.controls.setInstruments(offered, this.view.symbol);
  }

  get instrument() {
    return this.instruments?.find((one) => one.symbol === this.view.symbol);
  }

  /** What the stage needs to know of the instrument. */
  get about() {
    return { zone: this.zone, prices: this.prices };
  }

  /** Name of the zone whose clock is shown. */
  get zone() {
    return this.view.zone === "exchange" ? this.instrument?.time_zone ?? "UTC" : "UTC";
  }

  choose(change) {
    const before = this.view;
    // What is seen stays, whatever else changes.
    this.view = { ...before, ...(this.stage.window ?? {}), ...change };
    if ("symbol" in change) return this.try(this.show()), this.loadChoices();
    if ("rule" in change) return this.try(this.show()), this.loadChoices();
    if ("zone" in change) return this.stage.setZone(this.zone), this.controls.mark(this.view), this.moved();
    if ("backtest" in change) return this.controls.mark(this.view), this.loadTrades().then(() => this.moved());
    this.try(this.show());
  }

  async show(about = Promise.resolve(this.about)) {
    this.controls.mark(this.view);
    if (this.view.wrong.length) fill(this.said, t("chart.strange", { what: this.view.wrong.join(", ") }));
    if (!(await this.stage.open(this.view, about))) return;
    this.over.hidden = true;
    if (!this.stage.bars.list.length) this.nothing();
    requestAnimationFrame(() => requestAnimationFrame(() => performance.mark("g4qc-candles")));
  }

  /** Contracts and results to choose from; the candles stand without them. */
  loadChoices() {
    return this.#choices().catch((error) => fill(this.said, sentence(error)));
  }

  async #choices() {
    const { symbol } = this.view;
    const path = encodeURIComponent(symbol);
    const [contracts, results, rolls] = await Promise.all([get(`/contracts/${path}`), get("/backtests", { instrument: symbol }), get(`/rolls/${path}`, { rule: this.view.rule })]);
    if (symbol !== this.view.symbol) return;
    this.rolls = rolls.rolls;
    this.stage.marks.set({ rollText: (from, to) => rollMark(this.rollOf(from, to), from, to, this.prices) });
    this.controls.setContracts(contracts.contracts, this.view.contract);
    this.controls.setRules(rolls.rules, this.view.rule);
    this.controls.setBacktests(results.backtests, this.view.backtest);
    await this.loadTrades();
  }

  async loadTrades() {
    const { backtest } = this.view;
    this.stage.trades.set([], this.stage.bars);
    try {
      const trades = backtest ? await tradesOf(backtest) : [];
      if (backtest === this.view.backtest) this.stage.trades.set(trades, this.stage.bars);
    } catch (error) {
      if (backtest === this.view.backtest) fill(this.said, `${t("chart.trades.failed")} ${sentence(error)}`);
    }
  }

  rollOf(from, to) {
    return this.rolls?.find((roll) => roll.from_contract === from && roll.to_contract === to);
  }

  /** How prices of the instrument are written. */
  get prices() {
    return this.instrument ?? { decimals: 2, tick: 0.01 };
  }

  /** Shows which of the loaded sessions have no bars. */
  tellMissing() {
    const runs = [...(this.stage.bars?.missing.values() ?? [])].sort((a, b) => (a.first < b.first ? -1 : 1));
    const count = runs.reduce((sum, run) => sum + run.sessions, 0);
    this.lacking.hidden = !count;
    const days = runs.map(({ first, last }) => (first === last ? first : `${first} – ${last}`));
    fill(this.lacking, t("chart.missing", { count, days: days.slice(0, 3).join(", ") + (days.length > 3 ? " …" : "") }));
    this.lacking.title = runs.map((run, at) => `${days[at]} ${run.contract} ${t(`class.${run.reason}`)}`).join("\n");
  }

  moved() {
    this.tellMissing();
    const window = this.stage.window;
    if (!window) return;
    this.view = { ...this.view, ...window };
    const coarser = this.stage.timeframe !== this.view.timeframe;
    this.note.hidden = !coarser;
    fill(this.note, t("chart.coarser", { timeframe: this.stage.timeframe ?? "" }));
    this.point({});
    clearTimeout(this.writing);
    this.writing = setTimeout(() => writeView(this.view), 250);
  }

  /** The bar under the crosshair, else the last one that is seen. */
  point(at) {
    const bars = this.stage.bars?.list ?? [];
    const range = this.stage.canvas.range;
    this.at = at.logical ?? Math.min(bars.length - 1, Math.floor(range?.to ?? 0));
    const [before, bar] = [bars[this.at - 1], bars[this.at]];
    const rolled = before && bar && before.contract !== bar.contract;
    const span = bar && this.stage.sessions.find((one) => one.last >= this.at);
    showLegend(this.legend, bar, {
      prices: this.prices,
      zone: this.zone,
      before,
      roll: rolled ? rollText(this.rollOf(before.contract, bar.contract), before.contract, bar.contract, this.prices) : "",
      gaps: this.stage.gapsAt(this.at),
      counts: span && this.stage.quality.of(span),
      trades: bar ? this.stage.trades.within(bar.t, bars[this.at + 1]?.t ?? bar.t + 1) : [],
      session: this.stage.timeframe === "1d",
    });
  }

  actions() {
    const { stage } = this;
    const canvas = stage.canvas;
    const page = (share) => canvas.step(Math.round(share * ((canvas.range?.to ?? 0) - (canvas.range?.from ?? 0))));
    const rung = (by) => {
      const at = LADDER.findIndex(({ name }) => name === this.view.timeframe) + by;
      if (LADDER[at]) this.choose({ timeframe: LADDER[at].name });
    };
    return {
      older: () => page(-0.1), newer: () => page(0.1), pageolder: () => page(-0.9), pagenewer: () => page(0.9),
      oldest: () => this.try(stage.goToEnd(true)), newest: () => this.try(stage.goToEnd(false)),
      in: () => canvas.zoom(0.8), out: () => canvas.zoom(1.25),
      barbefore: () => this.walk(-1), barafter: () => this.walk(1),
      finer: () => rung(-1), coarser: () => rung(1),
      goto: () => this.controls.date.focus(),
      zone: () => this.choose({ zone: this.view.zone === "utc" ? "exchange" : "utc" }),
      link: () => this.copyLink(), help: showHelp,
    };
  }

  /** Moves the crosshair by bars, without a mouse. */
  walk(by) {
    const { canvas, bars } = this.stage;
    const to = Math.max(0, Math.min((bars?.list.length ?? 1) - 1, (this.at ?? 0) + by));
    const bar = bars?.list[to];
    if (!bar) return;
    canvas.chart.setCrosshairPosition(bar.close, canvas.instants[to], canvas.candles);
    this.point({ logical: to });
  }

  async copyLink() {
    writeView(this.view);
    try {
      await navigator.clipboard.writeText(location.href);
      fill(this.said, t("chart.copied"));
    } catch {
      fill(this.said, t("chart.inaddress"));
    }
    setTimeout(() => fill(this.said), 4000);
  }

  nothing() {
    this.over.hidden = false;
    fill(this.over, empty(t("chart.empty"), t("chart.empty.text"), h("a.button", { href: `/extract?symbol=${encodeURIComponent(this.view.symbol)}` }, t("nav.extract"))));
  }

  try(work) {
    work.catch((error) => this.fail(error));
  }

  fail(error) {
    this.over.hidden = false;
    fill(this.over, failing(error, () => this.begin()));
  }
}
