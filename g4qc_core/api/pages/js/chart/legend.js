/** The line above the candles: the bar under the crosshair, its session, and what is known of it. Must not know the canvas. */

import { fill, h } from "../dom.js";
import { day, moment, money, number, percent, price, timeOfDay } from "../format.js";
import { t, word } from "../lang.js";
import { CLASSES } from "./classes.js";

const MOST = 3; // trades and gaps that are named one by one

/**
 * @param {HTMLElement} place
 * @param {import("./bars.js").Bar | undefined} bar
 * @param {object} about
 * @param {{decimals: number, tick: number}} about.prices how prices are written
 * @param {string} about.zone whose clock is shown
 * @param {import("./bars.js").Bar} [about.before] the bar before
 * @param {string} about.roll what to say of a roll between the two; empty: there is none
 * @param {import("./sessions.js").Gap[]} about.gaps in the bar or beside it
 * @param {Record<string, number>} [about.counts] minutes of its session by class
 * @param {import("./trades.js").Trade[]} about.trades
 * @param {boolean} about.session the bar is a whole session
 */
export function showLegend(place, bar, about) {
  if (!bar) return fill(place, h("span.muted", {}, t("chart.nobar")));
  const tone = bar.close >= bar.open ? "gain" : "loss";
  const prices = ["open", "high", "low", "close"].map((name) =>
    h("span.pair", {}, h("abbr", { title: t(`bar.${name}`) }, t(`bar.${name}.short`)), h(`b.${tone}`, {}, price(bar[name], about.prices))),
  );
  return fill(
    place,
    h("span.when", {}, about.session ? day(bar.date) : `${moment(bar.t * 1000, about.zone)} ${about.zone}`),
    h("span.prices", {}, prices, h("span.pair", {}, h("abbr", { title: t("bar.volume") }, t("bar.volume.short")), h("b", {}, bar.volume < 0 ? "–" : number(bar.volume)))),
    change(bar, about),
    h("span.muted", {}, bar.contract ? t("chart.contract", { contract: bar.contract }) : ""),
    about.session ? null : h("span.muted", {}, t("chart.session", { date: day(bar.date) })),
    about.roll ? h("span.tag.live", {}, about.roll) : null,
    about.gaps.slice(0, MOST).map((gap) => h(`span.tag.${gap.class === "never_asked" ? "warn" : "bad"}`, {}, gapText(gap, about.zone))),
    quality(about.counts),
    about.trades.slice(0, MOST).map((trade) => h(`span.tag.${trade.profit >= 0 ? "good" : "bad"}`, {}, `${t(trade.size > 0 ? "trade.long" : "trade.short")} ${number(Math.abs(trade.size))} · ${money(trade.profit, true)}`)),
    about.trades.length > MOST ? h("span.muted", {}, `+${about.trades.length - MOST}`) : null,
  );
}

/** From the close before, in points and as a share; the jump between two contracts is no change of a price. */
function change(bar, { before, prices }) {
  if (!before) return null;
  const joined = bar.factor !== before.factor || bar.adjustment !== before.adjustment;
  if (before.contract !== bar.contract && !joined) return null;
  const points = bar.close - before.close;
  const share = before.close > 0 ? ` (${percent(points / before.close, 2, true)})` : "";
  return h(`span.${points >= 0 ? "gain" : "loss"}`, {}, `${price(points, prices, true)}${share}`);
}

/** A roll on the chart: the contracts, and the points between them. */
export function rollMark(roll, from, to, prices) {
  return `${from} → ${to}${typeof roll?.gap === "number" ? `  ${price(roll.gap, prices, true)}` : ""}`;
}

/** A roll in words. */
export function rollText(roll, from, to, prices) {
  const known = typeof roll?.gap === "number";
  return t(known ? "chart.roll" : "chart.roll.unknown", { from, to, gap: known ? price(roll.gap, prices, true) : "" });
}

function gapText(gap, zone) {
  const minutes = Math.round((gap.end - gap.start) / 60);
  return `${timeOfDay(gap.start * 1000, zone)}–${timeOfDay(gap.end * 1000, zone)}: ${t("chart.minutes", { count: minutes })} ${word("class", gap.class)}`;
}

function quality(counts) {
  if (!counts) return null;
  const said = CLASSES.filter((name) => name !== "traded" && counts[name] > 0).map((name) => `${number(counts[name])} ${word("class", name)}`);
  return said.length ? h("span.muted", {}, t("chart.insession", { counts: said.join(" · ") })) : null;
}
