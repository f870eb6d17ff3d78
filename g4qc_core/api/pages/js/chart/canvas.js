/**
 * Candles and volume on a canvas of lightweight-charts, in the colours of the page. The one module that knows that library
 * for bars. Must not know where bars come from, nor what is drawn on top.
 */

import { CandlestickSeries, createChart, CrosshairMode, HistogramSeries } from "../../vendor/lightweight-charts.standalone.production.mjs";
import { colour } from "./classes.js";
import { moved } from "./zones.js";
import { number, quoted } from "../format.js";
import { language } from "../lang.js";
import { THEMED } from "../shell.js";

/** @typedef {import("./bars.js").Bar} Bar */

export class Canvas {
  /** @param {HTMLElement} place */
  constructor(place) {
    this.chart = createChart(place, { autoSize: true, ...looks(), ...FIXED });
    this.candles = this.chart.addSeries(CandlestickSeries, candleLooks());
    this.volume = this.chart.addSeries(HistogramSeries, { priceFormat: { type: "volume" }, priceScaleId: "volume", lastValueVisible: false, priceLineVisible: false });
    this.volume.priceScale().applyOptions({ scaleMargins: { top: 0.83, bottom: 0.02 } });
    this.candles.priceScale().applyOptions({ scaleMargins: { top: 0.06, bottom: 0.2 } });
    this.time = this.chart.timeScale();
    /** @type {Bar[]} */
    this.bars = [];
    document.addEventListener(THEMED, () => {
      this.chart.applyOptions(looks());
      this.candles.applyOptions(candleLooks());
      this.volume.setData(volumes(this.bars, this.instants));
    });
  }

  /** How many bars fit between the edges, and how wide that is in pixels. */
  get width() {
    return this.time.width();
  }

  /** First and last place on the screen, as indices of bars with fractions; null while there are none. */
  get range() {
    return this.wanted ?? this.time.getVisibleLogicalRange();
  }

  /** The library takes a new range over with its next frame; until then the wish counts. */
  set range(range) {
    this.wanted = range;
    this.time.setVisibleLogicalRange(range);
    requestAnimationFrame(() => (this.wanted = null));
  }

  /** Writes prices as those of an instrument; the axis has room for one form. */
  setPrices(of) {
    const formatter = (value) => quoted(value, of) || number(value, of.decimals);
    this.candles.applyOptions({ priceFormat: { type: "custom", minMove: of.tick, formatter } });
  }

  /**
   * Draws other bars, with those places between the edges; null leaves as they are those that are seen, which only bars
   * that are added before the others allow.
   * @param {Bar[]} bars @param {string} zone @param {{from: number, to: number} | null} range
   */
  show(bars, zone, range) {
    this.bars = bars;
    this.instants = moved(bars.map((bar) => bar.t), zone);
    this.candles.setData(bars.map((bar, i) => ({ time: this.instants[i], open: bar.open, high: bar.high, low: bar.low, close: bar.close })));
    this.volume.setData(volumes(bars, this.instants));
    if (range) this.range = range;
  }

  /** Moves by bars, or zooms by a factor about the right edge of what is seen. */
  step(bars) {
    const range = this.range;
    if (range) this.range = { from: range.from + bars, to: range.to + bars };
  }

  zoom(factor) {
    const range = this.range;
    if (!range) return;
    const half = (((range.to - range.from) * factor) / 2) || 1;
    const middle = (range.from + range.to) / 2;
    this.range = { from: middle - half, to: middle + half };
  }
}

const FIXED = {
  crosshair: { mode: CrosshairMode.Normal },
  localization: { locale: language },
  // A swing that goes on by itself would be cut off by every piece that is loaded under it.
  kineticScroll: { touch: false, mouse: false },
  timeScale: { timeVisible: true, secondsVisible: false, minBarSpacing: 0.15, rightOffset: 4, borderVisible: false },
  rightPriceScale: { borderVisible: false },
};

/** What the library needs to look like the page; its logo is the link under the chart. */
export function looks() {
  return {
    layout: {
      background: { color: colour("--card") },
      textColor: colour("--muted"),
      fontFamily: getComputedStyle(document.body).fontFamily,
      fontSize: 11,
      attributionLogo: false,
    },
    grid: { vertLines: { color: colour("--rule") }, horzLines: { color: colour("--rule") } },
  };
}

/** Falling candles are filled and rising ones hollow, so that they differ without colours too. */
function candleLooks() {
  const [up, down] = [colour("--up"), colour("--down")];
  return { priceLineColor: colour("--accent"), upColor: colour("--card"), borderUpColor: up, wickUpColor: up, downColor: down, borderDownColor: down, wickDownColor: down };
}

function volumes(bars, instants) {
  const [up, down] = [colour("--up") + "59", colour("--down") + "59"];
  return bars.map((bar, i) => ({ time: instants[i], value: Math.max(0, bar.volume), color: bar.close >= bar.open ? up : down }));
}
