import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useDeferredValue, useMemo } from "react";
import { api, got, type Schemas } from "../../api/client";
import { ago, lasting, moment, number } from "../../format/format";
import { type Key, useWords } from "../../lang/words";
import { pathTo, useQueryString } from "../../ui/address";
import { Card, PageHead } from "../../ui/Card";
import { Icon } from "../../ui/Icon";
import { PageLink } from "../../ui/Link";
import { type Metrics, useMetrics } from "../../ui/metrics";
import { useSpecWords } from "../../ui/marketFields";
import { Empty, Region } from "../../ui/Region";
import { bestOf, metricOf, SearchState } from "./SearchList";
import { FollowedJob } from "./FollowedJob";
import { type PreparedTrials, prepared } from "./prepared";
import { spaceOf } from "./space";
import { TrialsPart } from "./TrialsPart";
import { readTrials } from "./trials";
import { queryOfSearch } from "./useSearchForm";
import { WorthCard } from "./WorthCard";

export type Search = Schemas["SearchDetail"];

const RUNNING = 1_000;
const TRIALS_AGAIN = 4_000;
/** Figures that are read beside the objective. */
const FIGURES = ["sharpe", "total_return", "max_drawdown", "trades", "profit_factor"];

/** One search: how far it is, what the best is worth, and its trials. */
export function SearchView({ id, job }: { id: string; job: string | null }) {
  const { t } = useWords();
  const queries = useQueryClient();
  const metrics = useMetrics();
  const search = useQuery({
    queryKey: ["searches", id],
    queryFn: ({ signal }) =>
      got(api.GET("/api/v1/searches/{search_id}", { params: { path: { search_id: id } }, signal })),
    refetchInterval: ({ state }) => (state.data?.state === "running" || state.error ? RUNNING : false),
  });
  return (
    <>
      <PageHead
        title={search.data?.name ?? t("nav.search")}
        about={search.data ? <About search={search.data} /> : null}
      />
      <p className="row">
        <PageLink href="/search">{t("search.back")}</PageLink>
      </p>
      {job && search.data?.state !== "done" && (
        <section className="card">
          <FollowedJob id={job} ended={() => void queries.invalidateQueries({ queryKey: ["searches"] })} />
        </section>
      )}
      <Region query={search}>
        {(one) => <Region query={metrics}>{(known) => <Found search={one} metrics={known} />}</Region>}
      </Region>
    </>
  );
}

function About({ search }: { search: Search }) {
  const { t, word } = useWords();
  return (
    <>
      <SearchState state={search.state} /> {search.family} · {search.instrument} {search.timeframe} ·{" "}
      {word("metric", metricOf(search.objective))} ·{" "}
      <span title={moment(search.started_at)}>{ago(search.started_at)}</span> ·{" "}
      {t("search.took.of", { time: lasting(search.seconds) })}
    </>
  );
}

function Found({ search, metrics }: { search: Search; metrics: Metrics }) {
  const { t } = useWords();
  const [query] = useQueryString();
  const chosen = query.get("figure");
  const figures = useMemo(
    () => [...new Set([metricOf(search.objective), ...FIGURES, ...(chosen ? [chosen] : [])])].sort(),
    [search.objective, chosen],
  );
  const running = search.state === "running";
  const trials = useQuery({
    queryKey: ["searches", search.id, "columns", figures, running ? "running" : search.ended_at],
    queryFn: async ({ signal }) => prepared(await readTrials(search.id, figures, signal)),
    placeholderData: keepPreviousData,
    // Comparing very many trials one by one takes longer than drawing them.
    structuralSharing: false,
    staleTime: running ? 0 : Infinity,
    refetchInterval: ({ state }) => (running ? Math.max(TRIALS_AGAIN, (state.data?.count ?? 0) / 5) : state.error ? TRIALS_AGAIN : false), // prettier-ignore
  });
  return (
    <>
      <Actions search={search} />
      <Counts search={search} metrics={metrics} />
      {search.state === "done" && <WorthCard search={search} />}
      <Region query={trials}>
        {(found) =>
          found.count ? (
            <Deferred search={search} trials={found} metrics={metrics} />
          ) : (
            <Empty
              title={t("search.notrials")}
              text={running ? t("search.notrials.text") : ((search.summary?.nothing as string | undefined) ?? "")}
            />
          )
        }
      </Region>
    </>
  );
}

/** Very many trials are drawn in parts, between which the page goes on. */
function Deferred({ search, trials, metrics }: { search: Search; trials: PreparedTrials; metrics: Metrics }) {
  const shown = useDeferredValue<PreparedTrials | null>(trials, null);
  return shown && <TrialsPart search={search} trials={shown} metrics={metrics} />;
}

/** What can be done with a search. */
function Actions({ search }: { search: Search }) {
  const { t } = useWords();
  const words = useSpecWords().data;
  const parameters = words?.strategies.find((one) => one.name === search.family)?.parameters ?? [];
  const fixed = (search.backtest.parameters ?? {}) as Record<string, unknown>;
  const varied = (search.spec.parameters ?? {}) as Record<string, unknown>;
  const again = queryOfSearch(search.spec, search.backtest, spaceOf(varied, fixed, parameters));
  const file = (form: string) => `/api/v1/searches/${search.id}/tables/proposed?format=${form}`;
  return (
    <div className="row">
      {search.report && (
        <a className="button" href={`/api/v1${search.report}`} target="_blank" rel="noopener">
          {t("backtest.report")}
        </a>
      )}
      {words && (
        <PageLink className="button" href={`/search?${again.toString()}`}>
          {t("search.again")}
        </PageLink>
      )}
      <PageLink className="button" href={pathTo("/walk-forward", { search: search.name })}>
        {t("search.walkforward")}
      </PageLink>
      {["csv", "parquet"].map((form) => (
        <a key={form} className="button" href={file(form)} download={`${search.name}-trials.${form}`}>
          <Icon name="download" /> {t("search.download", { form: form.toUpperCase() })}
        </a>
      ))}
    </div>
  );
}

const COUNTED = ["tried", "ranked", "unmet", "refused", "failed", "skipped"] as const;

/** How far a search is, and what became of its sets. */
function Counts({ search, metrics }: { search: Search; metrics: Metrics }) {
  const { t } = useWords();
  const counts = search.counts;
  const of = (name: string) => counts[name] ?? 0;
  const ranked = of("tried") - of("unmet") - of("refused") - of("failed");
  const running = search.state === "running";
  return (
    <Card title={t("search.progress")}>
      {running && (
        <div className="body">
          <progress
            max={search.planned ?? 1}
            value={search.planned === null ? undefined : of("tried")}
            aria-label={t("search.progress")}
          />
          <p className="small muted" role="status">
            {search.planned === null
              ? t("search.soon", { count: of("tried") })
              : t("search.sofar", { done: of("tried"), planned: search.planned })}
          </p>
        </div>
      )}
      <div className="keys">
        {COUNTED.map((name) => (
          <div key={name} title={t(`count.${name}.text` as Key)}>
            <b>{number(name === "ranked" ? ranked : of(name))}</b>
            <span>{t(`count.${name}` as Key)}</span>
          </div>
        ))}
        <div>
          <b>{metrics.format(metricOf(search.objective), bestOf(search))}</b>
          <span>{t("search.best.of", { name: metrics.title(metricOf(search.objective)) })}</span>
        </div>
      </div>
    </Card>
  );
}
