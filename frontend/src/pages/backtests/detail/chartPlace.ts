/** Places in the chart where a result is seen. */

import { chartAddress, type ChartLink } from "../../../chart/address";
import type { ResultDetail } from "../results";

/** Room on both sides of a trade, milliseconds. */
const ROOM = 3 * 86_400_000;

/** Return the address of the series that the strategy saw, with the trades of the result; around a time if one is given. */
export function chartOf(result: ResultDetail, around?: { from: string; to: string }): string {
  const { adjustment, roll } = result.spec;
  return chartAddress(result.instrument, {
    timeframe: result.timeframe as ChartLink["timeframe"],
    ...(typeof adjustment === "string" ? { adjustment: adjustment as ChartLink["adjustment"] } : {}),
    ...(typeof roll === "string" ? { rule: roll } : {}),
    backtest: result.id,
    ...(around ? { from: minute(Date.parse(around.from) - ROOM), to: minute(Date.parse(around.to) + ROOM) } : {}),
  });
}

function minute(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16)}Z`;
}
