import { useMemo } from "react";
import { moment, money, number, price, type Prices } from "../../../format/format";
import { t, useWords } from "../../../lang/words";
import type { Columns } from "../../../ui/columns";
import { type Column, DataTable } from "../../../ui/DataTable";
import { PageLink } from "../../../ui/Link";
import { Empty } from "../../../ui/Region";
import type { ResultDetail } from "../results";
import { chartOf } from "./chartPlace";

/** The trades of a result. A row is its place in the columns: no object is made of it. */
export function TradeTable({ columns, result }: { columns: Columns; result: ResultDetail }) {
  const { t, language } = useWords();
  const rows = useMemo(() => Array.from(columns.entry_time ?? [], (_, at) => at), [columns]);
  const shown = useMemo(
    () => tradeColumns(columns, result),
    [columns, result, language], // eslint-disable-line react-hooks/exhaustive-deps
  );
  if (!rows.length) return <Empty title={t("backtest.notrades")} />;
  return <DataTable caption={t("backtest.trades")} columns={shown} rows={rows} rowKey={(row) => row} />;
}

function tradeColumns(columns: Columns, result: ResultDetail): Column<number>[] {
  const figure = (name: string, row: number) => (columns[name]?.[row] ?? null) as number | null;
  const text = (name: string, row: number) => (columns[name]?.[row] ?? "") as string;
  const costs = (row: number) => (figure("fees", row) ?? 0) + (figure("slippage", row) ?? 0);
  const prices = pricesOf(result);
  const priced = (name: "entry_price_own" | "exit_price_own"): Column<number> => ({
    name,
    title: t(`column.${name}`),
    number: true,
    value: (row) => figure(name, row),
    show: (row) => price(figure(name, row), prices),
  });
  const counted = (name: "size" | "ticks" | "bars"): Column<number> => ({
    name,
    title: t(`column.${name}`),
    number: true,
    value: (row) => figure(name, row),
    show: (row) => number(figure(name, row)),
  });
  const timed = (name: "entry_time" | "exit_time"): Column<number> => ({
    name,
    title: t(`column.${name}`),
    value: (row) => text(name, row),
    show: (row) => moment(text(name, row)),
  });
  const said = (name: "contract" | "exit_reason"): Column<number> => ({
    name,
    title: t(`column.${name}`),
    value: (row) => text(name, row),
    show: (row) => text(name, row),
  });
  return [
    {
      name: "number",
      title: "#",
      number: true,
      value: (row) => row,
      show: (row) => (
        <PageLink
          href={chartOf(result, { from: text("entry_time", row), to: text("exit_time", row) })}
          aria-label={t("trade.onchart", { number: row + 1 })}
        >
          {row + 1}
        </PageLink>
      ),
    },
    counted("size"),
    said("contract"),
    timed("entry_time"),
    priced("entry_price_own"),
    timed("exit_time"),
    priced("exit_price_own"),
    counted("ticks"),
    counted("bars"),
    { name: "costs", title: t("column.costs"), number: true, value: costs, show: (row) => money(costs(row)) },
    {
      name: "profit",
      title: t("column.profit"),
      number: true,
      value: (row) => figure("profit", row),
      show: (row) => (
        <span className={(figure("profit", row) ?? 0) >= 0 ? "gain" : "loss"}>
          {money(figure("profit", row), true)}
        </span>
      ),
    },
    said("exit_reason"),
  ];
}

/** Return how the prices of the instrument of a result are written. */
function pricesOf(result: ResultDetail): Prices {
  const instrument = result.inputs.instrument as { min_tick?: string | number } | undefined;
  const step = String(instrument?.min_tick ?? 1);
  return { decimals: step.split(".")[1]?.length ?? 0, tick: Number(step) };
}
