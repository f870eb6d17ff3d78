import { memo, useCallback, useDeferredValue, useMemo } from "react";
import { useWords } from "../../lang/words";
import { useQueryString } from "../../ui/address";
import { Card } from "../../ui/Card";
import type { Metrics } from "../../ui/metrics";
import { bestFirst, brushed, type Over, OVERS, readRect, type TrialAxis } from "./grid";
import { PairCard } from "./PairCard";
import type { PreparedTrials } from "./prepared";
import { metricOf } from "./SearchList";
import type { Search } from "./SearchView";
import { SlicesCard } from "./SlicesCard";
import { SurfaceCards } from "./SurfaceCards";
import { TrialCard } from "./TrialCard";
import { TrialTable } from "./TrialTable";

/** Change names of the address; null takes one away. */
export type Change = (names: Readonly<Record<string, string | null>>) => void;

/** What the parts below share: the trials, and what of them is looked at. */
export interface Looked {
  search: Search;
  trials: PreparedTrials;
  metrics: Metrics;
  /** The figure that is looked at, and its values. */
  figure: string;
  values: Float64Array;
  larger: boolean;
  /** Ranked rows that have the figure, the best first. */
  order: Uint32Array;
  over: Over;
  /** Row of the best trial by the objective; -1 if none is ranked. */
  best: number;
  change: Change;
}

// What does not change with the address is not drawn again with it.
const [Pair, Table, Slices, Surfaces] = [memo(PairCard), memo(TrialTable), memo(SlicesCard), memo(SurfaceCards)];

/** The trials of a search: maps of pairs of parameters, slices, what stands around the best, and the table. */
export function TrialsPart(props: { search: Search; trials: PreparedTrials; metrics: Metrics }) {
  const { search, trials } = props;
  const { t } = useWords();
  const [query, setQuery] = useQueryString();
  const change = useCallback<Change>((names) => setQuery((now) => changed(now, names)), [setQuery]);
  const chosen = chosenIn(query, search, trials);
  const looked = useLooked(props, chosen, change);
  const { axes, rankedRows: ranked } = trials;
  const [x, y] = pairOf(axes, query);
  const brush = query.get("brush");
  const rect = useMemo(() => readRect(brush), [brush]);
  const shown = query.get("rows") === "all" ? null : ranked;
  const rows = useMemo(() => (rect && x && y ? brushed(x, y, rect, ranked) : shown), [rect, x, y, ranked, shown]);
  // The map follows the hand; the table follows the map.
  const listed = useDeferredValue(rows);
  const row = Number(query.get("trial") ?? NaN);
  const at = useMemo(() => (Number.isNaN(row) ? -1 : trials.number.indexOf(row)), [trials, row]);
  return (
    <>
      {search.state !== "running" && <Surfaces looked={looked} part="warnings" />}
      {x && y && <Pair looked={looked} x={x} y={y} rect={rect} figure={chosen.figure} over={chosen.over} />}
      {at >= 0 && <TrialCard looked={looked} row={at} />}
      <Card
        title={t("search.trials")}
        end={<TableChoice looked={looked} brushed={rect ? (rows?.length ?? 0) : null} all={shown === null} />}
        className="tall"
      >
        <Table looked={looked} rows={listed} chosen={at} />
      </Card>
      {looked.best >= 0 && axes.length > 0 && <Slices looked={looked} />}
      {search.state !== "running" && <Surfaces looked={looked} part="optima" />}
    </>
  );
}

interface Chosen {
  figure: string;
  over: Over;
}

/** Return what the address says is looked at. */
function chosenIn(query: URLSearchParams, search: Search, trials: PreparedTrials): Chosen {
  const [figure, over] = [query.get("figure"), query.get("over")];
  return {
    figure: figure && trials.figures.has(figure) ? figure : metricOf(search.objective),
    over: OVERS.find((one) => one === over) ?? "best",
  };
}

/** Return what the cards share, a moment after it was chosen: the choice itself is seen at once. */
function useLooked(
  { search, trials, metrics }: { search: Search; trials: PreparedTrials; metrics: Metrics },
  chosen: Chosen,
  change: Change,
): Looked {
  const [figure, over] = [useDeferredValue(chosen.figure), useDeferredValue(chosen.over)];
  const objectiveLarger = isLarger(search.objective, metrics);
  const larger = figure === metricOf(search.objective) ? objectiveLarger : metrics.better(figure) !== "smaller";
  const { rankedRows: ranked } = trials;
  const values = trials.figures.get(figure) ?? trials.objective;
  const order = useMemo(() => bestFirst(ranked, values, larger), [ranked, values, larger]);
  const best = useMemo(() => bestRow(trials, objectiveLarger), [trials, objectiveLarger]);
  return useMemo(
    () => ({ search, trials, metrics, figure, values, larger, order, over, best, change }),
    [search, trials, metrics, figure, values, larger, order, over, best, change],
  );
}

/** True if a larger objective is better: its sign says so, or its figure. */
export function isLarger(objective: string, metrics: Metrics): boolean {
  if (objective.startsWith("+")) return true;
  return !objective.startsWith("-") && metrics.better(objective) !== "smaller";
}

function bestRow(trials: PreparedTrials, larger: boolean): number {
  let found = -1;
  for (const row of trials.rankedRows) {
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
function changed(query: URLSearchParams, names: Readonly<Record<string, string | null>>): URLSearchParams {
  const next = new URLSearchParams(query);
  for (const [name, text] of Object.entries(names)) {
    if (text === null) next.delete(name);
    else next.set(name, text);
  }
  return next;
}

function TableChoice({ looked, brushed: held, all }: { looked: Looked; brushed: number | null; all: boolean }) {
  const { t } = useWords();
  const { trials, change } = looked;
  if (held !== null) {
    return (
      <>
        <span role="status">{t("search.brushed", { count: held })}</span>
        <button type="button" onClick={() => change({ brush: null })}>
          {t("search.unbrush")}
        </button>
      </>
    );
  }
  return (
    <div className="segments" role="group" aria-label={t("search.rows")}>
      {[false, true].map((one) => (
        <button
          key={String(one)}
          type="button"
          aria-pressed={all === one}
          onClick={() => change({ rows: one ? "all" : null })}
        >
          {one
            ? t("search.rows.all", { number: trials.count })
            : t("search.rows.ranked", { number: trials.rankedRows.length })}
        </button>
      ))}
    </div>
  );
}
