/** States of traders, orders and decisions, and how they look. */

import type { Trader } from "./queries";

const GOOD = new Set(["trading", "filled", "ordered"]);
const BAD = new Set(["failed", "rejected", "lost", "gone"]);
const WARN = new Set(["waiting", "skipped", "cancelling", "starting"]);
const LIVE = new Set(["working", "sent", "planned", "pending"]);

/** Return the state of a trader, `gone` where it should be running and gives no sign of life, `never` for none. */
export function stateOf(trader: Trader | null): string {
  if (!trader) return "never";
  return trader.stale ? "gone" : trader.state;
}

/** Return the class of the tag of a state. */
export function toneOf(state: string): string {
  if (GOOD.has(state)) return "good";
  if (BAD.has(state)) return "bad";
  if (WARN.has(state)) return "warn";
  return LIVE.has(state) ? "live" : "";
}
