import { Fragment, useMemo } from "react";
import type { Schemas } from "../../../api/client";
import { number, percent } from "../../../format/format";
import { t, useWords } from "../../../lang/words";
import { type Column, DataTable } from "../../../ui/DataTable";

interface DifferencesProps {
  found: Schemas["BacktestComparison"];
  names: readonly string[];
}

/** Whether sessions tell two results apart: the server's sentence, and the Sharpe ratio of each with its error. */
export function Verdict({ found, names }: DifferencesProps) {
  if (!found.returns) return null;
  return (
    <div className="body stack">
      <p>
        <strong>{found.returns.verdict}</strong>
      </p>
      <dl className="pairs">
        {names.map((name, at) => (
          <Fragment key={at}>
            <dt>{name}</dt>
            <dd>{`Sharpe ${found.returns?.sharpe_in_words[at] ?? ""}`}</dd>
          </Fragment>
        ))}
      </dl>
    </div>
  );
}

interface PairFigure {
  difference: number | null;
  low: number | null;
  high: number | null;
  corrected: number | null;
}

/** Two of several results, as the server compares them. */
interface Pair {
  first: string;
  second: string;
  sessions: number;
  mean: PairFigure;
  sharpe: PairFigure;
  different: boolean;
}

/** Each result with each other one: the differences with their intervals, corrected for the number of pairs. */
export function Pairs({ found, names }: DifferencesProps) {
  const { t, language } = useWords();
  const { pairs } = found as { pairs?: readonly Pair[] | null };
  const columns = useMemo(
    () => pairColumns((id) => names[found.ids.indexOf(id)] ?? id.slice(0, 8)),
    [found, names, language], // eslint-disable-line react-hooks/exhaustive-deps
  );
  if (!pairs) return <p className="body muted">{t("compare.pairs.hint", { count: found.ids.length })}</p>;
  const different = pairs.filter((pair) => pair.different).length;
  return (
    <>
      <p className="body">
        <strong>{t("compare.pairs.different", { different, count: pairs.length })}</strong>{" "}
        <span className="muted small">{t("compare.pairs.about")}</span>
      </p>
      <DataTable
        caption={t("compare.pairs")}
        columns={columns}
        rows={pairs}
        rowKey={(pair) => `${pair.first} ${pair.second}`}
        marked={(pair) => pair.different}
      />
    </>
  );
}

function pairColumns(nameOf: (id: string) => string): Column<Pair>[] {
  const share = (value: number) => percent(value, 3, true);
  const ratio = (value: number) => number(value, 3);
  const difference = (name: "mean" | "sharpe", title: string, say: (value: number) => string): Column<Pair> => ({
    name,
    title,
    number: true,
    value: (pair) => pair[name].difference,
    show: (pair) => said(pair[name], say),
  });
  return [
    {
      name: "first",
      title: t("compare.first"),
      words: true,
      value: (pair) => nameOf(pair.first),
      show: (pair) => nameOf(pair.first),
    },
    {
      name: "second",
      title: t("compare.second"),
      words: true,
      value: (pair) => nameOf(pair.second),
      show: (pair) => nameOf(pair.second),
    },
    {
      name: "sessions",
      title: t("figure.sessions"),
      number: true,
      value: (pair) => pair.sessions,
      show: (pair) => number(pair.sessions),
    },
    difference("mean", t("compare.mean"), share),
    difference("sharpe", t("compare.sharpe"), ratio),
    {
      name: "chance",
      title: t("compare.chance"),
      number: true,
      value: chanceOf,
      show: (pair) => percent(chanceOf(pair), 1),
    },
    {
      name: "different",
      title: t("compare.apart"),
      value: (pair) => pair.different,
      show: (pair) => (
        <span className={pair.different ? "tag good" : "tag"}>
          {pair.different ? t("compare.different") : t("compare.nottold")}
        </span>
      ),
    },
  ];
}

/** The smaller chance of its two figures, which is the one that decides. */
function chanceOf(pair: Pair): number | null {
  const known = [pair.mean.corrected, pair.sharpe.corrected].filter((one) => one !== null);
  return known.length ? Math.min(...known) : null;
}

function said({ difference, low, high }: PairFigure, say: (value: number) => string): string {
  if (difference === null) return t("backtest.notmeaningful");
  return low === null || high === null ? say(difference) : `${say(difference)} [${say(low)}, ${say(high)}]`;
}
