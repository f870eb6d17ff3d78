/**
 * What a chart shows, as its address says it: a link that is opened elsewhere shows the same. Must not know how it is
 * drawn.
 */

import { LADDER } from "./ladder.js";

/**
 * @typedef {object} View
 * @property {string} symbol
 * @property {string} timeframe the finest one that is shown
 * @property {string} contract month; empty: the series of the contract in front
 * @property {string} adjustment of that series
 * @property {string} rule that joins its contracts; empty: the instrument's own
 * @property {string} zone `utc` or `exchange`
 * @property {string} backtest id of the result whose trades are drawn; empty: none
 * @property {number} from first and last instant on the screen, seconds; 0: the newest bars
 * @property {number} to
 * @property {string[]} wrong parts of the address that are unknown, like `adjustment=none2`
 */

export const ADJUSTMENTS = ["none", "additive", "ratio", "additive_forward", "ratio_forward"];
const NAMES = ["symbol", "timeframe", "contract", "adjustment", "rule", "zone", "backtest"];

/** @returns {View} the view of the present address; a malformed value takes its default and is named in `wrong` */
export function readView() {
  const asked = new URLSearchParams(location.search);
  const one = (name, known, otherwise) => (known.includes(asked.get(name) ?? "") ? String(asked.get(name)) : otherwise);
  const instant = (name) => Math.max(0, Math.floor((Date.parse(asked.get(name) ?? "") || 0) / 1000));
  const [from, to] = [instant("from"), instant("to")];
  const view = {
    symbol: (asked.get("symbol") ?? "").toUpperCase().slice(0, 12),
    timeframe: one("timeframe", LADDER.map((rung) => rung.name), "1h"),
    contract: /^\d{6}$/.test(asked.get("contract") ?? "") ? String(asked.get("contract")) : "",
    adjustment: one("adjustment", ADJUSTMENTS, "none"),
    rule: (asked.get("rule") ?? "").slice(0, 400),
    zone: one("zone", ["utc", "exchange"], "utc"),
    backtest: (asked.get("backtest") ?? "").slice(0, 80),
    ...(from && to > from ? { from, to } : { from: 0, to: 0 }),
  };
  const meant = (name, text) => (["from", "to"].includes(name) ? view.from !== 0 : NAMES.includes(name) && (view[name] === text || name === "symbol"));
  return { ...view, wrong: [...asked].filter(([name, text]) => text && !meant(name, text)).map(([name, text]) => `${name}=${text}`) };
}

/** Puts a view into the address, without a new entry in the history. @param {View} view */
export function writeView(view) {
  const said = new URLSearchParams();
  for (const name of NAMES) {
    if (view[name]) said.set(name, view[name]);
  }
  if (view.from) {
    said.set("from", short(view.from));
    said.set("to", short(view.to));
  }
  history.replaceState(null, "", `${location.pathname}?${said.toString().replaceAll("%3A", ":")}`);
}

/** An address that shows one trade or session of an instrument: with some room on both sides. */
export function chartAddress(symbol, given = {}) {
  const said = new URLSearchParams({ symbol, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value)) });
  return `/chart?${said}`;
}

function short(t) {
  return new Date(t * 1000).toISOString().slice(0, 16) + "Z";
}
