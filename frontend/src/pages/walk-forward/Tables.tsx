import { day, money, number, percent } from "../../format/format";
import { type Key, useWords } from "../../lang/words";
import { pathTo } from "../../ui/address";
import { type Column, DataTable } from "../../ui/DataTable";
import { PageLink } from "../../ui/Link";
import type { Row } from "../../ui/study/studies";
import { numberIn } from "../../ui/study/values";

const COUNTS = ["tried", "ranked", "unmet", "refused", "failed", "skipped"] as const;

/** Columns of numbers, under their names in the dictionary. */
function useFigure() {
  const { t } = useWords();
  return (name: string, show: (value: number | null) => string): Column<Row> => ({
    name,
    title: t(`wf.column.${name}` as Key),
    number: true,
    value: (one) => one[name],
    show: (one) => show(numberIn(one, name)),
  });
}

/** A row for each window; its test is an ordinary backtest. */
export function Windows({ windows, parameters }: { windows: Row[]; parameters: readonly string[] }) {
  const { t, word } = useWords();
  const figure = useFigure();
  const columns: Column<Row>[] = [
    {
      name: "window",
      title: t("wf.column.window"),
      number: true,
      value: (one) => one.window,
      show: (one) => one.window,
    },
    { name: "training", title: t("wf.column.training"), show: (one) => days(one, "train") },
    { name: "test", title: t("wf.column.test"), show: (one) => days(one, "test") },
    {
      name: "state",
      title: t("wf.column.state"),
      show: (one) => <span title={String(one.words ?? "")}>{word("wf.state", String(one.state))}</span>,
    },
    { name: "chosen", title: t("wf.column.chosen"), words: true, show: (one) => chosen(one.parameters, parameters) },
    figure("in_sample_sharpe", (value) => number(value, 2)),
    figure("out_of_sample_sharpe", (value) => number(value, 2)),
    figure("sharpe_efficiency", (value) => percent(value, 0)),
    {
      name: "profit",
      title: t("column.profit"),
      number: true,
      value: (one) => one.profit,
      show: (one) => (
        <span className={Number(one.profit) < 0 ? "loss" : "gain"}>{money(numberIn(one, "profit"), true)}</span>
      ),
    },
    figure("trades", (value) => number(value, 0)),
    {
      name: "result",
      title: t("wf.backtest"),
      show: (one) =>
        one.result ? (
          <PageLink href={pathTo("/backtests", { id: String(one.result) })} className="mono" title={String(one.part)}>
            {String(one.result).slice(0, 8)}
          </PageLink>
        ) : (
          "–"
        ),
    },
  ];
  return (
    <DataTable caption={t("wf.part.windows")} columns={columns} rows={windows} rowKey={(one) => String(one.window)} />
  );
}

function days(row: Row, part: "train" | "test"): string {
  return `${day(String(row[`${part}_from`]).slice(0, 10))} – ${day(String(row[`${part}_to`]).slice(0, 10))}`;
}

function chosen(text: Row[string] | undefined, names: readonly string[]): string {
  if (typeof text !== "string") return "–";
  const values = JSON.parse(text) as Record<string, unknown>;
  return names.flatMap((name) => (name in values ? `${name} ${JSON.stringify(values[name])}` : [])).join(", ");
}

/** A row for each combinatorial split: the folds of its test, and what its training chose. */
export function Splits({ splits, parameters }: { splits: Row[]; parameters: readonly string[] }) {
  const { t } = useWords();
  const figure = useFigure();
  const columns: Column<Row>[] = [
    figure("split", (value) => number(value, 0)),
    { name: "tested", title: t("wf.column.tested"), show: (one) => String(one.tested).replaceAll("+", " + ") },
    figure("train_sessions", (value) => number(value, 0)),
    figure("test_sessions", (value) => number(value, 0)),
    { name: "chosen", title: t("wf.column.chosen"), words: true, show: (one) => chosen(one.parameters, parameters) },
    figure("trained", (value) => number(value, 3)),
    figure("sharpe", (value) => number(value, 2)),
  ];
  return (
    <DataTable caption={t("wf.group.splits")} columns={columns} rows={splits} rowKey={(one) => String(one.split)} />
  );
}

/** What became of the sets of each window. */
export function Tried({ trials }: { trials: Row[] }) {
  const { t } = useWords();
  const figure = useFigure();
  const stage = (text: string) =>
    text.startsWith("window ") ? t("wf.stage.window", { number: text.slice(7) }) : t("wf.stage.splits");
  const columns: Column<Row>[] = [
    { name: "stage", title: t("wf.column.stage"), show: (one) => stage(String(one.stage)) },
    ...COUNTS.map((name) => figure(name, number)),
  ];
  return <DataTable caption={t("wf.part.tried")} columns={columns} rows={trials} rowKey={(one) => String(one.stage)} />;
}
