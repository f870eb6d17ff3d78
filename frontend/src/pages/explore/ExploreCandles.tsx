import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, got, type Schemas } from "../../api/client";
import { Candles } from "../../chart/Candles";
import type { Trade } from "../../chart/trades";
import { useWords } from "../../lang/words";
import { Card } from "../../ui/Card";
import type { Explored } from "./useExploration";

const MOST_BARS = 5_000;

/** The candles that the strategy saw, with its lines and trades; those before stay until the new ones come. */
export function ExploreCandles({ spec, answer }: { spec: Schemas["BacktestSpec"]; answer: Explored }) {
  const { t } = useWords();
  const lines = useQuery({
    queryKey: ["bars", spec.instrument, "lines", spec],
    queryFn: ({ signal }) =>
      got(api.POST("/api/v1/indicators", { body: spec, params: { query: { limit: MOST_BARS } }, signal })),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  });
  const trades = useMemo(() => tradesOf(answer.trades), [answer]);
  return (
    <Card title={t("explore.candles")}>
      <Candles
        symbol={spec.instrument}
        timeframe={spec.timeframe}
        adjustment={spec.adjustment ?? "additive"}
        rule={spec.roll ?? ""}
        trades={trades}
        lines={lines.data ?? null}
        height={380}
        label={t("explore.candles")}
      />
    </Card>
  );
}

/** Return the trades of an answer, which come by columns. */
function tradesOf(columns: Readonly<Record<string, readonly unknown[]>>): Trade[] {
  const of = (name: string, at: number) => columns[name]?.[at];
  const seconds = (name: string, at: number) => Date.parse(of(name, at) as string) / 1000;
  return (columns.entry_time ?? []).map((_, at) => ({
    entry: seconds("entry_time", at),
    exit: seconds("exit_time", at),
    entryPrice: of("entry_price_own", at) as number,
    exitPrice: of("exit_price_own", at) as number,
    size: of("size", at) as number,
    contract: (of("contract", at) ?? "") as string,
    profit: of("profit", at) as number,
  }));
}
