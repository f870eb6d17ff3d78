import { money, number, percent } from "../../format/format";
import { type Key, useWords } from "../../lang/words";
import { type Column, DataTable } from "../../ui/DataTable";
import type { Row } from "../../ui/study/studies";
import { numberIn } from "../../ui/study/values";
import type { MonteCarloSummary } from "./summary";

type Show = (value: number | null) => string;
const share: Show = (value) => percent(value, 2);
const count: Show = (value) => number(value, 0);
const cash: Show = (value) => money(value);

const FIGURES: Record<string, Show> = {
  final_equity: cash,
  max_drawdown: (value) => percent(value),
  max_drawdown_money: cash,
  longest_drawdown: count,
  time_under_water: (value) => percent(value),
};

function useColumns() {
  const { t, word } = useWords();
  const simulation: Column<Row> = {
    name: "simulation",
    title: t("mc.column.simulation"),
    show: (one) => word("mc.sim", String(one.simulation)),
    value: (one) => String(one.simulation),
  };
  const numeric = (name: string, show: Show): Column<Row> => ({
    name,
    title: t(`mc.column.${name}` as Key),
    number: true,
    value: (one) => one[name],
    show: (one) => show(numberIn(one, name)),
  });
  return { t, word, simulation, numeric };
}

/** The risk of ruin of each simulation, with the interval of Clopper and Pearson. */
export function Ruin({ rows }: { rows: Row[] }) {
  const { t, simulation, numeric } = useColumns();
  const reached = rows.some((one) => numberIn(one, "reached") !== null);
  const columns = [
    simulation,
    numeric("ruined", count),
    numeric("paths", count),
    numeric("risk", share),
    numeric("low", share),
    numeric("high", share),
    ...(reached ? [numeric("reached", share)] : []),
  ];
  return (
    <DataTable caption={t("mc.part.ruin")} columns={columns} rows={rows} rowKey={(one) => String(one.simulation)} />
  );
}

/** The capital needed for each asked risk. */
export function Capitals({ capital }: { capital: MonteCarloSummary["capital"] }) {
  const { t } = useWords();
  const columns: Column<[string, number | null]>[] = [
    { name: "risk", title: t("mc.column.risk"), number: true, show: ([risk]) => percent(Number(risk) / 100) },
    { name: "capital", title: t("mc.column.capital"), number: true, show: ([, needed]) => money(needed) },
  ];
  return (
    <DataTable
      caption={t("mc.column.capital")}
      columns={columns}
      rows={Object.entries(capital)}
      rowKey={([risk]) => risk}
    />
  );
}

/** What came of the strategy under other circumstances. */
export function Scenarios({ scenarios }: { scenarios: MonteCarloSummary["scenarios"] }) {
  const { t, word } = useWords();
  type One = [string, MonteCarloSummary["scenarios"][string]];
  const numeric = (name: string, value: (one: One[1]) => number | null | undefined, show: Show): Column<One> => ({
    name,
    title: t(`mc.column.${name}` as Key),
    number: true,
    value: ([, one]) => value(one),
    show: ([, one]) => show(value(one) ?? null),
  });
  const columns: Column<One>[] = [
    { name: "change", title: t("mc.column.change"), show: ([name]) => word("mc.sim", name) },
    numeric("runs", (one) => one.done + (one.risk?.ruined ?? 0), count),
    numeric("calls", (one) => one.risk?.ruined ?? 0, count),
    numeric("median_final", (one) => one.median.final_equity, cash),
    numeric("bad_final", (one) => one.bad_final, cash),
    numeric(
      "median_drawdown",
      (one) => one.median.max_drawdown,
      (value) => percent(value),
    ),
    numeric(
      "bad_drawdown",
      (one) => one.bad_drawdown,
      (value) => percent(value),
    ),
  ];
  return (
    <DataTable
      caption={t("mc.part.scenarios")}
      columns={columns}
      rows={Object.entries(scenarios)}
      rowKey={([name]) => name}
    />
  );
}

/** Each run of the strategy. */
export function Runs({ rows }: { rows: Row[] }) {
  const { t, simulation } = useColumns();
  const numeric = (name: string, key: Key, show: Show): Column<Row> => ({
    name,
    title: t(key),
    number: true,
    value: (one) => one[name],
    show: (one) => show(numberIn(one, name)),
  });
  const columns: Column<Row>[] = [
    simulation,
    { name: "changed", title: t("mc.column.change"), words: true, show: (one) => readable(one.changed) },
    numeric("final_equity", "mc.figure.final_equity", cash),
    numeric("max_drawdown", "mc.figure.max_drawdown", (value) => percent(value)),
    numeric("sharpe", "wf.figure.sharpe", (value) => number(value, 2)),
    numeric("trades", "wf.column.trades", count),
    numeric("costs", "column.costs", cash),
  ];
  return (
    <DataTable
      caption={t("mc.runs")}
      columns={columns}
      rows={rows}
      rowKey={(one) => `${String(one.simulation)} ${String(one.number)}`}
    />
  );
}

function readable(changed: Row[string] | undefined): string {
  const text = String(changed ?? "");
  return text.replace(/[{}"]/g, "").slice(0, 160);
}

/** Every figure of every simulation: mean, quantiles, the real value and its rank. */
export function Distributions({ rows }: { rows: Row[] }) {
  const { t, word, simulation } = useColumns();
  const of = (name: string): Column<Row> => ({
    name,
    title: t(`mc.column.${name}` as Key),
    number: true,
    show: (one) =>
      name === "rank" ? percent(numberIn(one, name)) : (FIGURES[String(one.figure)] ?? count)(numberIn(one, name)),
  });
  const columns: Column<Row>[] = [
    simulation,
    { name: "figure", title: t("study.figure"), show: (one) => word("mc.figure", String(one.figure)) },
    ...["mean", "q5", "q50", "q95", "real", "rank"].map(of),
  ];
  return (
    <DataTable
      caption={t("mc.part.distributions")}
      columns={columns}
      rows={rows}
      rowKey={(one) => `${String(one.simulation)} ${String(one.figure)}`}
    />
  );
}
