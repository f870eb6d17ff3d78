/** The line above the candles: the bar under the crosshair, its session, and what is known of it. Must not know the canvas. */

import { fill, h } from "../dom.js";
import { compact, day, moment, money, number, percent } from "../format.js";
import { t, word } from "../lang.js";
import { CLASSES } from "./classes.js";

/**
 * @param {HTMLElement} place
 * @param {import("./bars.js").Bar | undefined} bar
 * @param {{digits: number, zone: string, zoneName: string, before?: any, counts?: Record<string, number>, trades: any[], session: boolean}} about
 */
export function showLegend(place, bar, about) {
  if (!bar) return fill(place, h("span.muted", {}, t("chart.nobar")));
  const change = about.before ? bar.close / about.before.close - 1 : null;
  const tone = bar.close >= bar.open ? "gain" : "loss";
  const prices = ["open", "high", "low", "close"].map((name) =>
    h("span.pair", {}, h("abbr", { title: t(`bar.${name}`) }, t(`bar.${name}.short`)), h(`b.${tone}`, {}, number(bar[name], about.digits))),
  );
  return fill(
    place,
    h("span.when", {}, about.session ? day(bar.date) : `${moment(bar.t * 1000, about.zone)} ${about.zoneName}`),
    h("span.prices", {}, prices, h("span.pair", {}, h("abbr", { title: t("bar.volume") }, t("bar.volume.short")), h("b", {}, bar.volume < 0 ? "–" : compact(bar.volume)))),
    change === null ? null : h(`span.${change >= 0 ? "gain" : "loss"}`, {}, `${change >= 0 ? "+" : ""}${percent(change, 2)}`),
    h("span.muted", {}, bar.contract ? t("chart.contract", { contract: bar.contract }) : ""),
    about.session ? null : h("span.muted", {}, t("chart.session", { date: day(bar.date) })),
    quality(about.counts),
    about.trades.map((trade) => h(`span.tag.${trade.profit >= 0 ? "good" : "bad"}`, {}, `${t(trade.size > 0 ? "trade.long" : "trade.short")} ${Math.abs(trade.size)} · ${money(trade.profit, true)}`)),
  );
}

function quality(counts) {
  if (!counts) return null;
  const said = CLASSES.filter((name) => name !== "traded" && counts[name] > 0).map((name) => `${number(counts[name])} ${word("class", name)}`);
  return said.length ? h("span.muted", {}, said.join(" · ")) : null;
}
