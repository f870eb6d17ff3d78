import type { ReactNode } from "react";
import { ago, moment, percent } from "../../../format/format";
import { t } from "../../../lang/words";
import { pathTo } from "../../../ui/address";
import type { Column } from "../../../ui/DataTable";
import { PageLink } from "../../../ui/Link";
import { figureOf, type Metrics } from "../../../ui/metrics";
import { parametersOf, rangeOf, seriesOf } from "../range";
import { nameOf, type Result } from "../results";
import { Tags } from "../Tags";

const LISTED = ["net_profit", "total_return", "sharpe", "max_drawdown", "profit_factor", "win_rate", "trades"] as const;
const AFTER_SHARPE = LISTED.indexOf("sharpe") + 1;

/** Return the columns of the list; what the trials leave of the Sharpe ratio stands beside it. */
export function resultColumns(
  metrics: Metrics,
  ticked: ReadonlySet<string>,
  tick: (id: string, on: boolean) => void,
  apart: ReadonlyMap<string, readonly string[]>,
): Column<Result>[] {
  return [
    {
      name: "choose",
      title: <span className="unseen">{t("backtests.compare")}</span>,
      show: (row) => (
        <input
          type="checkbox"
          checked={ticked.has(row.id)}
          aria-label={t("backtests.choose", { name: nameOf(row) })}
          onChange={(event) => tick(row.id, event.target.checked)}
        />
      ),
    },
    {
      name: "name",
      title: t("column.name"),
      words: true,
      value: nameOf,
      show: (row) => <Named row={row} apart={apart.get(row.id) ?? []} />,
    },
    {
      name: "strategy",
      title: t("field.strategy"),
      value: (row) => row.strategy,
      show: (row) => <Two above={row.strategy} below={<span className="mono">{parametersOf(row.spec)}</span>} />,
    },
    {
      name: "market",
      title: t("field.symbol"),
      value: (row) => `${row.instrument} ${row.timeframe}`,
      show: (row) => <Two above={`${row.instrument} ${row.timeframe}`} below={seriesOf(row.spec)} />,
    },
    {
      name: "range",
      title: t("column.range"),
      value: (row) => (typeof row.spec.from === "string" ? row.spec.from : ""),
      show: (row) => <div className="brief">{rangeOf(row.spec)}</div>,
    },
    ...LISTED.slice(0, AFTER_SHARPE).map((name) => figure(name, metrics)),
    {
      name: "confidence",
      title: t("worth.confidence"),
      number: true,
      value: (row) => row.confidence,
      show: (row) => percent(row.confidence, 0),
    },
    ...LISTED.slice(AFTER_SHARPE).map((name) => figure(name, metrics)),
    {
      name: "created",
      title: t("column.created"),
      value: (row) => row.created_at,
      show: (row) => (
        <div className="brief" title={moment(row.created_at)}>
          {ago(row.created_at)}
        </div>
      ),
    },
  ];
}

/** What a cell says first, and below it what belongs to it. */
function Two({ above, below }: { above: string; below: ReactNode }) {
  return (
    <>
      {above}
      <div className="small muted below">{below}</div>
    </>
  );
}

function figure(name: string, metrics: Metrics): Column<Result> {
  return {
    name,
    title: metrics.title(name),
    number: true,
    value: (row) => figureOf(row.metrics[name]),
    show: (row) => (
      <span className={metrics.tone(name, row.metrics[name])}>
        {metrics.written(name, row.metrics[name], row.metrics.missing_sessions)}
      </span>
    ),
  };
}

/** The name as a link, the name of its spec, what tells it from others of its name, its tags and its note. */
function Named({ row, apart }: { row: Result; apart: readonly string[] }) {
  return (
    <>
      <PageLink href={pathTo("/backtests", { id: row.id })}>{nameOf(row)}</PageLink>
      {row.title && <div className="small muted">{row.name}</div>}
      {apart.length > 0 && <div className="small mono">{apart.join(" · ")}</div>}
      {row.tags.length > 0 && <Tags tags={row.tags} />}
      {row.note && (
        <div className="small muted clipped" title={row.note}>
          {row.note}
        </div>
      )}
    </>
  );
}
