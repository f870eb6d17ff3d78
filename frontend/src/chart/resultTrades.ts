/** The trades of a stored result in the shape in which charts draw them. */

import type { Schemas } from "../api/client";
import type { Trade } from "./trades";

/** Return the trades of the table of a result, as `GET /api/v1/backtests/{id}/trades` gives it. */
export function tradesOf({ columns }: Pick<Schemas["ColumnTable"], "columns">): Trade[] {
  const column = (name: string) => columns[name] ?? [];
  const [entries, exits, sizes] = [column("entry_time"), column("exit_time"), column("size")];
  const [entryPrices, exitPrices] = [column("entry_price_own"), column("exit_price_own")];
  const [contracts, profits] = [column("contract"), column("profit")];
  return entries.map((entry, i) => ({
    entry: Date.parse(String(entry)) / 1000,
    exit: Date.parse(String(exits[i])) / 1000,
    entryPrice: Number(entryPrices[i]),
    exitPrice: Number(exitPrices[i]),
    size: Number(sizes[i]),
    contract: String(contracts[i]),
    profit: Number(profits[i]),
  }));
}
