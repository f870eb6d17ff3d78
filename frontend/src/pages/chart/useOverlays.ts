/** What a chosen result draws over the candles: its trades, and the lines by which its strategy decided. */

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, got, type Schemas } from "../../api/client";
import type { Lines } from "../../chart/indicators";
import { tradesOf } from "../../chart/resultTrades";
import type { Trade } from "../../chart/trades";
import type { View } from "../../chart/view";
import type { Instants } from "../../chart/window";

const MOST = 20_000; // bars of which lines are asked for
const STEP = 3600; // seconds to which a window is rounded

/** The series that a strategy saw. */
export type Series = Pick<View, "contract" | "adjustment" | "rule">;

export interface Overlays {
  trades: readonly Trade[];
  lines: Lines | null;
  /** The series of the result, where the chart shows another one, to which its lines do not belong. */
  other: Series | null;
  tradesError: unknown;
  linesError: unknown;
}

const NONE: readonly Trade[] = [];

/** Load what a result draws; `reach` is the window for which lines are wanted, null before anything is seen. */
export function useOverlays(view: View, reach: Instants | null): Overlays {
  const id = view.backtest;
  const path = { params: { path: { backtest_id: id } } };
  const table = useQuery({
    queryKey: ["results", id, "trades"],
    queryFn: ({ signal }) => got(api.GET("/api/v1/backtests/{backtest_id}/trades", { ...path, signal })),
    enabled: id !== "",
    staleTime: Infinity,
  });
  const detail = useQuery({
    queryKey: ["results", id],
    queryFn: ({ signal }) => got(api.GET("/api/v1/backtests/{backtest_id}", { ...path, signal })),
    enabled: id !== "",
  });
  const spec = detail.data?.spec as Schemas["BacktestSpec"] | undefined;
  const series = spec && seriesOf(spec);
  const same = series && (Object.keys(series) as (keyof Series)[]).every((name) => series[name] === view[name]);
  const query = reach && windowOf(reach);
  const lines = useQuery({
    queryKey: ["bars", view.symbol, "lines", id, query],
    queryFn: ({ signal }) => got(api.POST("/api/v1/indicators", { params: { query: { ...query, limit: MOST } }, body: spec as Schemas["BacktestSpec"], signal })),
    enabled: Boolean(id && spec && same && query),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  }); // prettier-ignore
  const trades = useMemo(
    () => (id && table.data ? tradesOf(table.data as Schemas["ColumnTable"]) : NONE),
    [id, table.data],
  );
  return {
    trades,
    lines: id && same && lines.data?.lines.length ? lines.data : null,
    other: series && !same ? series : null,
    tradesError: table.error ?? detail.error,
    linesError: lines.error,
  };
}

function seriesOf(spec: Schemas["BacktestSpec"]): Series {
  return { contract: "", adjustment: spec.adjustment, rule: spec.roll ?? "" };
}

function windowOf({ from, to }: Instants): { start: string; end: string } {
  return { start: stamp(Math.floor(from / STEP)), end: stamp(Math.ceil(to / STEP)) };
}

function stamp(steps: number): string {
  return `${new Date(steps * STEP * 1000).toISOString().slice(0, 19)}Z`;
}

/** Return a window around what is seen, for which lines are wanted; the present one while it still reaches. */
export function reachOf(before: Instants | null, { from, to }: Instants): Instants {
  if (before && before.from <= from && before.to >= to && before.to - before.from < 12 * (to - from)) return before;
  const wide = to - from;
  return { from: from - 2 * wide, to: to + 2 * wide };
}
