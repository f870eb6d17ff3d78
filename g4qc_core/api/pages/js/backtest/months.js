/** Monthly returns as a table of years, each cell coloured by its size and written out. */

import { h } from "../dom.js";
import { monthNames, percent } from "../format.js";
import { t } from "../lang.js";

const STRONG = 0.1; // a return that has the full colour

/** @param {Array<{month: string, return: number}>} months @returns {HTMLElement} */
export function monthTable(months) {
  const years = new Map();
  for (const one of months) {
    const [year, month] = one.month.split("-");
    if (!years.has(year)) years.set(year, Array(12).fill(null));
    years.get(year)[Number(month) - 1] = one.return;
  }
  const heads = [t("months.year"), ...monthNames(), t("months.total")].map((name) => h("th", { scope: "col" }, name));
  const rows = [...years].map(([year, returns]) => {
    const whole = returns.filter((value) => value !== null).reduce((grown, value) => grown * (1 + value), 1) - 1;
    return h("tr", {}, h("th", { scope: "row" }, year), returns.map(cell), cell(whole));
  });
  return h("div.scroll", { tabindex: "0", role: "region", "aria-label": t("backtest.months") },
    h("table.months", {}, h("caption.unseen", {}, t("backtest.months")), h("thead", {}, h("tr", {}, heads)), h("tbody", {}, rows)));
}

function cell(value) {
  if (value === null) return h("td.muted", {}, "");
  const share = Math.round(Math.min(1, Math.abs(value) / STRONG) * 60 + 8);
  return h("td", { style: { background: `color-mix(in srgb, var(${value >= 0 ? "--up" : "--down"}) ${share}%, transparent)` } }, percent(value, 1));
}
