import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, got } from "../../api/client";
import { Problem } from "../../api/problem";
import { number, percent } from "../../format/format";
import { useWords } from "../../lang/words";
import { Card } from "../../ui/Card";
import { type Column, DataTable } from "../../ui/DataTable";
import { Region } from "../../ui/Region";
import type { Looked } from "./TrialsPart";
import { metricOf } from "./SearchList";
import type { Search } from "./SearchView";

type Value = string | number | boolean;

/** The surface of a search as the server sends it. */
export interface Surface {
  objective: string;
  optima: { value: number; neighbours: number; parameters: Record<string, Value> }[];
  neighbourhood: {
    count: number;
    possible: number;
    mean: number | null;
    spread: number | null;
    worst: number | null;
    keep: number;
    kept: number | null;
  };
  edges: { parameter: string; label: Value; end: "smallest" | "largest" }[];
  axes: { name: string }[];
}

const FEW_KEPT = 0.5;

/** The surface of a search; without one, an answer of 404. */
export function useSurface(search: Search) {
  return useQuery({
    queryKey: ["searches", search.id, "surface", search.state],
    queryFn: async ({ signal }) =>
      (await got(
        api.GET("/api/v1/searches/{search_id}/surface", { params: { path: { search_id: search.id } }, signal }),
      )) as unknown as Surface,
    enabled: search.state !== "running",
    staleTime: Infinity,
  });
}

/** What speaks against the best set, or the local optima with what stands around the best. */
export function SurfaceCards({ looked, part }: { looked: Looked; part: "warnings" | "optima" }) {
  const surface = useSurface(looked.search);
  // A search without ranked sets, or without parameters that vary, has none.
  if (surface.error instanceof Problem && surface.error.status === 404) return null;
  if (part === "warnings") return surface.data ? <Warnings surface={surface.data} looked={looked} /> : null;
  return <Region query={surface}>{(found) => <Around surface={found} looked={looked} />}</Region>;
}

function Warnings({ surface, looked }: { surface: Surface; looked: Looked }) {
  const { t } = useWords();
  const around = surface.neighbourhood;
  const found = surface.edges.map((one) => {
    const gaps = {
      parameter: one.parameter,
      value: typeof one.label === "number" ? number(one.label) : String(one.label),
    };
    return one.end === "smallest" ? t("edge.smallest", gaps) : t("edge.largest", gaps);
  });
  if (around.count && around.kept !== null && around.kept < FEW_KEPT) {
    const gaps = { kept: percent(around.kept, 0), keep: percent(around.keep, 0), count: around.count };
    found.push(t("edge.alone", { ...gaps, figure: looked.metrics.title(metricOf(looked.search.objective)) }));
  }
  if (surface.axes.length && !around.count) found.push(t("edge.unknown"));
  if (!found.length) return null;
  return (
    <Card title={t("search.warnings")} className="warned">
      <ul className="warnings">
        {found.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </Card>
  );
}

function Around({ surface, looked }: { surface: Surface; looked: Looked }) {
  const { t } = useWords();
  const { metrics } = looked;
  const around = surface.neighbourhood;
  const shown = (value: number | null) => metrics.format(surface.objective, value);
  const plateau = around.kept !== null && around.kept >= FEW_KEPT;
  return (
    <div className="two">
      <Card title={t("search.optima")}>
        <Optima surface={surface} looked={looked} />
      </Card>
      <Card title={t("search.around")}>
        <div className="body stack">
          {around.kept !== null && (
            <p>
              <strong>{plateau ? t("around.plateau") : t("around.peak")}</strong>{" "}
              {t("around.words", { kept: percent(around.kept, 0), keep: percent(around.keep, 0), count: around.count })}
            </p>
          )}
          <dl className="pairs">
            <dt>{t("around.count")}</dt>
            <dd>{t("around.of", { count: around.count, possible: around.possible })}</dd>
            <dt>{t("around.mean")}</dt>
            <dd>{shown(around.mean)}</dd>
            <dt>{t("around.spread")}</dt>
            <dd>{shown(around.spread)}</dd>
            <dt>{t("around.worst")}</dt>
            <dd>{shown(around.worst)}</dd>
          </dl>
        </div>
      </Card>
    </div>
  );
}

function Optima({ surface, looked }: { surface: Surface; looked: Looked }) {
  const { t } = useWords();
  const { metrics } = looked;
  const columns = useMemo<Column<Surface["optima"][number]>[]>(
    () => [
      ...surface.axes.map(({ name }) => ({
        name,
        title: <code>{name}</code>,
        number: true,
        value: (one: Surface["optima"][number]) => one.parameters[name],
        show: (one: Surface["optima"][number]) => valueText(one.parameters[name]),
      })),
      {
        name: "value",
        title: metrics.title(surface.objective),
        number: true,
        value: (one) => one.value,
        show: (one) => metrics.format(surface.objective, one.value),
      },
      {
        name: "neighbours",
        title: t("search.neighbours"),
        number: true,
        value: (one) => one.neighbours,
        show: (one) => number(one.neighbours),
      },
    ],
    [surface, metrics, t],
  );
  if (!surface.optima.length) return <p className="body muted">{t("search.optima.none")}</p>;
  return (
    <>
      <p className="body muted small">{t("search.optima.text")}</p>
      <DataTable caption={t("search.optima")} columns={columns} rows={surface.optima} rowKey={(_, index) => index} />
    </>
  );
}

/** A value of a parameter as it is written. */
export function valueText(value: Value | null | undefined): string {
  return typeof value === "number" ? number(value) : String(value ?? "–");
}
