/** What is missing or in question, session by session, with the good classes summed up. */

import { h } from "../dom.js";
import { day, number, share } from "../format.js";
import { CLASSES, OPEN } from "../chart/classes.js";
import { chartAddress } from "../chart/view.js";
import { NOTHING } from "../chart/sessions.js";
import { sortable } from "../table.js";
import { t, word } from "../lang.js";

/**
 * Returns a line for the timeframes that were not made from all stored minutes; null if all were.
 * @param {{timeframe: string, whole: boolean, missing: string[]}[]} timeframes
 */
export function toDerive(timeframes) {
  const lacking = timeframes.filter((one) => !one.whole);
  if (!lacking.length) return null;
  const days = [...new Set(lacking.flatMap((one) => one.missing))].sort();
  const names = lacking.map((one) => one.timeframe).join(", ");
  return h("p.body.loss", { role: "status" }, t("quality.toderive", { names, count: days.length, first: day(days[0]), last: day(days[days.length - 1]) }));
}

/** The sessions up to now that no request was about; null where there are none. */
export function notAsked(found) {
  return found && h("p.small.loss.later", { role: "status" }, t("map.notasked", { count: found.sessions, since: day(found.first) }));
}

/** @param {{symbol: string, timeframes: any[], sessions: any[], not_asked: any}} answer */
export function gapTable({ symbol, timeframes, sessions, not_asked: later }) {
  const rows = sessions.map((one) => ({ ...one, classes: { ...NOTHING, ...one.classes } }));
  const sums = Object.fromEntries(CLASSES.map((name) => [name, rows.reduce((sum, row) => sum + row.classes[name], 0)]));
  const expected = rows.reduce((sum, row) => sum + row.expected, 0);
  const open = rows.filter((row) => OPEN.some((name) => row.classes[name] > 0));
  const keys = CLASSES.filter((name) => sums[name] > 0 || OPEN.includes(name)).map((name) =>
    h("div", { title: t(`class.${name}.text`) }, h("b", {}, number(sums[name])), h("span", {}, `${word("class", name)} · ${share(sums[name], expected)}`)));
  const counts = OPEN.map((name) => ({ name, title: word("class", name), number: true, value: (row) => row.classes[name], show: (row) => (row.classes[name] ? number(row.classes[name]) : "") }));
  const table = sortable(
    [
      { name: "date", title: t("column.session"), value: (row) => row.trade_date, show: (row) => h("a", { href: chartAddress(symbol, { timeframe: "1min", contract: row.contract, from: around(row, "open"), to: around(row, "close") }) }, day(row.trade_date)) },
      { name: "contract", title: t("column.contract"), value: (row) => row.contract, show: (row) => row.contract },
      ...counts,
    ],
    { caption: t("quality.gaps"), sort: "date", descending: true, most: 60 },
  );
  table.show(open);
  return [h("div.keys", {}, keys), toDerive(timeframes), notAsked(later), open.length ? table.element : later ? null : h("p.body.muted", {}, t(rows.length ? "quality.nogaps" : "quality.unasked"))];
}

function around(row, edge) {
  return row[edge] ?? `${row.trade_date}T${edge === "open" ? "00:00" : "23:59"}Z`;
}
