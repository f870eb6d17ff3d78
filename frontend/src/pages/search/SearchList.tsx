import { useQuery } from "@tanstack/react-query";
import { api, got, type Schemas } from "../../api/client";
import { every } from "../../api/queries";
import { ago, lasting, moment, number } from "../../format/format";
import { useWords } from "../../lang/words";
import { pathTo } from "../../ui/address";
import { Card } from "../../ui/Card";
import { type Column, DataTable } from "../../ui/DataTable";
import { PageLink } from "../../ui/Link";
import { type Metrics, useMetrics } from "../../ui/metrics";
import { Empty, Region } from "../../ui/Region";
import { useMemo } from "react";

export type Summary = Schemas["SearchSummary"];

const LISTED = 500;
const AGAIN = 5_000;

/** Name of the metric of an objective, which may say its direction. */
export function metricOf(objective: string): string {
  return objective.replace(/^[+-]/, "");
}

const TONES: Readonly<Record<string, string>> = { done: "good", failed: "bad", stopped: "warn", running: "live" };

/** How a search stands, as a word in a colour. */
export function SearchState({ state }: { state: string }) {
  const { word } = useWords();
  return <span className={`tag ${TONES[state] ?? "warn"}`}>{word("searchstate", state)}</span>;
}

/** All searches, the newest first. */
export function SearchList() {
  const { t } = useWords();
  const metrics = useMetrics();
  const query = useQuery({
    queryKey: ["searches", "list"],
    queryFn: ({ signal }) => got(api.GET("/api/v1/searches", { params: { query: { limit: LISTED } }, signal })),
    refetchInterval: every(AGAIN),
  });
  return (
    <Card
      title={t("search.list")}
      end={query.data ? <span className="muted small">{number(query.data.total)}</span> : null}
    >
      <Region query={query}>
        {({ searches }) =>
          searches.length ? (
            <Region query={metrics}>{(known) => <Listed searches={searches} metrics={known} />}</Region>
          ) : (
            <Empty title={t("search.empty")} text={t("search.empty.text")} />
          )
        }
      </Region>
    </Card>
  );
}

function Listed({ searches, metrics }: { searches: readonly Summary[]; metrics: Metrics }) {
  const { t } = useWords();
  const columns = useColumns(metrics);
  return <DataTable caption={t("search.list")} columns={columns} rows={searches} rowKey={(one) => one.id} />;
}

function useColumns(metrics: Metrics): Column<Summary>[] {
  const { t } = useWords();
  return useMemo(
    () => [
      {
        name: "name",
        title: t("field.name"),
        value: (one) => one.name,
        show: (one) => <PageLink href={pathTo("/search", { id: one.id })}>{one.name}</PageLink>,
      },
      {
        name: "state",
        title: t("search.state"),
        value: (one) => one.state,
        show: (one) => <SearchState state={one.state} />,
      },
      { name: "family", title: t("field.strategy"), value: (one) => one.family, show: (one) => one.family },
      {
        name: "market",
        title: t("field.symbol"),
        value: (one) => `${one.instrument} ${one.timeframe}`,
        show: (one) => `${one.instrument} ${one.timeframe}`,
      },
      {
        name: "tried",
        title: t("search.tried"),
        number: true,
        value: (one) => one.counts.tried ?? 0,
        show: (one) => number(one.counts.tried ?? 0),
      },
      { name: "objective", title: t("search.objective"), show: (one) => metrics.title(metricOf(one.objective)) },
      {
        name: "best",
        title: t("search.best"),
        number: true,
        value: (one) => bestOf(one),
        show: (one) => metrics.format(metricOf(one.objective), bestOf(one)),
      },
      {
        name: "seconds",
        title: t("search.took"),
        number: true,
        value: (one) => one.seconds,
        show: (one) => lasting(one.seconds),
      },
      {
        name: "started",
        title: t("search.started"),
        value: (one) => one.started_at,
        show: (one) => <span title={moment(one.started_at)}>{ago(one.started_at)}</span>,
      },
    ],
    [t, metrics],
  );
}

/** The objective of the best set so far; null if there is none. */
export function bestOf(one: Pick<Summary, "best">): number | null {
  const value = one.best?.objective;
  return typeof value === "number" ? value : null;
}
