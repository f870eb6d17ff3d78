/** Equity over drawdown, of one result or of several over one another. Knows lightweight-charts. */

import { AreaSeries, createChart, LineSeries } from "../../vendor/lightweight-charts.standalone.production.mjs";
import { h } from "../dom.js";
import { number, percent } from "../format.js";
import { colour } from "../chart/classes.js";
import { looks } from "../chart/canvas.js";
import { language, t } from "../lang.js";
import { THEMED } from "../shell.js";

/** Colours that stay apart for those who see few of them, in the order of the results. */
export const COLOURS = ["#2f81c9", "#d9822b", "#2a9d8f", "#b45fb8", "#8a6d3b", "#d1495b"];

/**
 * A chart of curves.
 * @param {Array<{name: string, rows: Array<{timestamp: string, equity: number, drawdown: number}>}>} results
 * @returns {HTMLElement}
 */
export function curves(results) {
  const place = h("div.curve", { role: "img", "aria-label": t("backtest.curve.label") });
  const several = results.length > 1;
  // The library measures its place, which must be on the page first.
  requestAnimationFrame(() => {
    const chart = createChart(place, {
      autoSize: true, ...looks(), localization: { locale: language, priceFormatter: undefined },
      // So close that the whole of it fits, however narrow the screen.
      rightPriceScale: { borderVisible: false }, timeScale: { borderVisible: false, timeVisible: true, minBarSpacing: 0.01 }, handleScale: { mouseWheel: false },
    });
    results.forEach(({ rows }, i) => {
      const tint = COLOURS[i % COLOURS.length];
      const base = several ? rows[0]?.equity || 1 : 1;
      const line = several
        ? chart.addSeries(LineSeries, { color: tint, lineWidth: 2, priceFormat: { type: "custom", minMove: 0.0001, formatter: (value) => percent(value - 1) } }, 0)
        : chart.addSeries(AreaSeries, { lineColor: tint, lineWidth: 2, topColor: `${tint}40`, bottomColor: `${tint}05`, priceFormat: { type: "custom", minMove: 0.01, formatter: (value) => number(value, 0) } }, 0);
      line.setData(points(rows, (row) => row.equity / base));
      const fall = several
        ? chart.addSeries(LineSeries, { color: tint, lineWidth: 1, lastValueVisible: false, priceLineVisible: false, priceFormat: PERCENT }, 1)
        : chart.addSeries(AreaSeries, { lineColor: colour("--down"), lineWidth: 1, topColor: `${colour("--down")}08`, bottomColor: `${colour("--down")}40`, invertFilledArea: true, priceLineVisible: false, priceFormat: PERCENT }, 1);
      fall.setData(points(rows, (row) => row.drawdown));
    });
    chart.panes()[0]?.setStretchFactor(3);
    chart.panes()[1]?.setStretchFactor(1);
    chart.timeScale().fitContent();
    document.addEventListener(THEMED, () => chart.applyOptions(looks()));
  });
  return place;
}

const PERCENT = { type: "custom", minMove: 0.0001, formatter: (value) => percent(value) };

function points(rows, value) {
  return rows.map((row) => ({ time: Date.parse(row.timestamp) / 1000, value: value(row) }));
}
