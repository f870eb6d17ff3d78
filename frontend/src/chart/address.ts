/** The address of the chart as other pages link to it. */

import { pathTo } from "../ui/address";
import type { View } from "./view";

/** What a link to the chart may say; instants as ISO texts, like `2026-10-05T13:30:00Z`. */
export type ChartLink = Partial<Omit<View, "from" | "to" | "symbol" | "wrong"> & { from: string; to: string }>;

/** Return the address of a chart of an instrument; empty values are left out, and take the chart's own. */
export function chartAddress(symbol: string, given: ChartLink = {}): string {
  return pathTo("/chart", { symbol, ...given });
}
