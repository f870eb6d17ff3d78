/** Results of backtests as the API tells them, in the shape that the pages draw. Must not know any page. */

import { get } from "./api.js";

/** Rows of a table that came by columns. @param {Record<string, any[]>} columns @returns {any[]} */
export function rowsOf(columns) {
  const names = Object.keys(columns);
  return (columns[names[0]] ?? []).map((_, i) => Object.fromEntries(names.map((name) => [name, columns[name][i]])));
}

/** The trades of a result for a chart. @returns {Promise<import("./chart/trades.js").Trade[]>} */
export async function tradesOf(id) {
  const answer = await get(`/backtests/${encodeURIComponent(id)}/trades`);
  return rowsOf(answer.columns).map((trade) => ({
    entry: Date.parse(trade.entry_time) / 1000,
    exit: Date.parse(trade.exit_time) / 1000,
    entryPrice: trade.entry_price_own,
    exitPrice: trade.exit_price_own,
    size: trade.size,
    contract: trade.contract,
    profit: Number(trade.profit),
  }));
}
