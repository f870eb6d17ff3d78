import { useMemo } from "react";
import { useWords } from "../../lang/words";
import { type SetQuery, useQueryString } from "../../ui/address";
import { Card } from "../../ui/Card";
import type { Metrics } from "../../ui/metrics";
import { axisOf, bestFirst, brushed, type Over, OVERS, readRect, type TrialAxis } from "./grid";
import { PairCard } from "./PairCard";
import { metricOf } from "./SearchList";
import type { Search } from "./SearchView";
import { SlicesCard } from "./SlicesCard";
import { SurfaceCards } from "./SurfaceCards";
import { TrialCard } from "./TrialCard";
import { TrialTable } from "./TrialTable";
import { rankedRows, type Trials, variedOf } from "./trials";

/** What the parts below share: the trials, what of them is looked at, and the address that says so. */
export interface Looked {
  search: Search;
  trials: Trials;
  metrics: Metrics;
  axes: readonly TrialAxis[];
  /** Ranked rows. */
  ranked: Uint32Array;
  /** The figure that is looked at, and its values. */
  figure: string;
  values: Float64Array;
  larger: boolean;
  /** Ranked rows that have the figure, the best first. */
  order: Uint32Array;
  over: Over;
  /** Row of the best trial by the objective; -1 if none is ranked. */
  best: number;
  query: URLSearchParams;
  setQuery: SetQuery;
}

/** The trials of a search: maps of pairs of parameters, slices, what stands around the best, and the table. */
export function TrialsPart({ search, trials, metrics }: { search: Search; trials: Trials; metrics: Metrics }) {
  const { t } = useWords();
  const [query, setQuery] = useQueryString();
  const objective = metricOf(search.objective);
  const ranked = useMemo(() => rankedRows(trials), [trials]);
  const axes = useMemo(
    () =>
      variedOf(trials)
        .map((name) => axisOf(name, column(trials, name), ranked))
        .filter((one) => one.labels.length > 1),
    [trials, ranked],
  );
  const chosen = query.get("figure");
  const figure = chosen && trials.figures.has(chosen) ? chosen : objective;
  const values = trials.figures.get(figure) ?? trials.objective;
  const objectiveLarger = isLarger(search.objective, metrics);
  const larger = figure === objective ? objectiveLarger : metrics.better(figure) !== "smaller";
  const order = useMemo(() => bestFirst(ranked, values, larger), [ranked, values, larger]);
  const best = useMemo(() => bestRow(trials, ranked, objectiveLarger), [trials, ranked, objectiveLarger]);
  const said = query.get("over");
  const over = OVERS.find((one) => one === said) ?? "best";
  const looked: Looked = {
    search,
    trials,
    metrics,
    axes,
    ranked,
    figure,
    values,
    larger,
    order,
    over,
    best,
    query,
    setQuery,
  };

  const [x, y] = pairOf(axes, query);
  const rect = readRect(query.get("brush"));
  const shown = query.get("rows") === "all" ? null : ranked;
  const brush = query.get("brush");
  const rows = useMemo(() => {
    const found = readRect(brush);
    return found && x && y ? brushed(x, y, found, ranked) : shown;
  }, [brush, x, y, ranked, shown]);
  const row = Number(query.get("trial") ?? NaN);
  const at = Number.isNaN(row) ? -1 : trials.number.indexOf(row);
  return (
    <>
      {search.state !== "running" && <SurfaceCards looked={looked} part="warnings" />}
      {x && y && <PairCard looked={looked} x={x} y={y} rect={rect} />}
      {at >= 0 && <TrialCard looked={looked} row={at} />}
      <Card
        title={t("search.trials")}
        end={<TableChoice looked={looked} brushed={rect ? (rows?.length ?? 0) : null} />}
        className="tall"
      >
        <TrialTable looked={looked} rows={rows} chosen={at} />
      </Card>
      {best >= 0 && axes.length > 0 && <SlicesCard looked={looked} />}
      {search.state !== "running" && <SurfaceCards looked={looked} part="optima" />}
    </>
  );
}

function column(trials: Trials, name: string) {
  const found = trials.parameters.get(name);
  if (!found) throw new Error(`there is no parameter ${name}`);
  return found;
}

/** True if a larger objective is better: its sign says so, or its figure. */
export function isLarger(objective: string, metrics: Metrics): boolean {
  if (objective.startsWith("+")) return true;
  return !objective.startsWith("-") && metrics.better(objective) !== "smaller";
}

function bestRow(trials: Trials, ranked: Uint32Array, larger: boolean): number {
  let found = -1;
  for (const row of ranked) {
    const [value, before] = [trials.objective[row] ?? NaN, trials.objective[found] ?? NaN];
    if (Number.isNaN(value)) continue;
    if (Number.isNaN(before) || (larger ? value > before : value < before)) found = row;
  }
  return found;
}

/** Return the two axes of the map: those that the address names, else the first two. */
function pairOf(axes: readonly TrialAxis[], query: URLSearchParams): [TrialAxis | undefined, TrialAxis | undefined] {
  const named = (name: string) => axes.find((one) => one.name === query.get(name));
  const sorted = [...axes].sort((one, other) => other.labels.length - one.labels.length);
  const x = named("x") ?? sorted.find((one) => one !== named("y"));
  const y = named("y") ?? sorted.find((one) => one !== x);
  return [x, y === x ? sorted.find((one) => one !== x) : y];
}

/** Return the query with some names changed; null takes one away. */
export function changed(query: URLSearchParams, names: Readonly<Record<string, string | null>>): URLSearchParams {
  const next = new URLSearchParams(query);
  for (const [name, text] of Object.entries(names)) {
    if (text === null) next.delete(name);
    else next.set(name, text);
  }
  return next;
}

function TableChoice({ looked, brushed: held }: { looked: Looked; brushed: number | null }) {
  const { t } = useWords();
  const { query, setQuery } = looked;
  if (held !== null) {
    return (
      <>
        <span role="status">{t("search.brushed", { count: held })}</span>
        <button type="button" onClick={() => setQuery(changed(query, { brush: null }))}>
          {t("search.unbrush")}
        </button>
      </>
    );
  }
  const all = query.get("rows") === "all";
  return (
    <div className="segments" role="group" aria-label={t("search.rows")}>
      {[false, true].map((one) => (
        <button
          key={String(one)}
          type="button"
          aria-pressed={all === one}
          onClick={() => setQuery(changed(query, { rows: one ? "all" : null }))}
        >
          {one
            ? t("search.rows.all", { number: looked.trials.count })
            : t("search.rows.ranked", { number: looked.ranked.length })}
        </button>
      ))}
    </div>
  );
}
