import { useQueries, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, got } from "../../../api/client";
import { percent } from "../../../format/format";
import { useWords } from "../../../lang/words";
import { Card, PageHead } from "../../../ui/Card";
import type { Columns } from "../../../ui/columns";
import { type Curve, Curves } from "../../../ui/Curves";
import { PageLink } from "../../../ui/Link";
import { useMetrics } from "../../../ui/metrics";
import { Failing, Region } from "../../../ui/Region";
import { portfolioOf } from "../../../ui/study/links";
import { distinctNames } from "../apart";
import { columnsOf } from "../results";
import { align, growth, type Line } from "./align";
import { Pairs, Verdict } from "./Differences";
import { SideBySide } from "./SideBySide";
import { lookOf } from "./looks";

const POINTS = 1000;
const SERIES = { staleTime: 60_000 };
const share = (value: number) => percent(value);

/** Several results: curves over one another, whether sessions tell them apart, what differs, and every figure. */
export function ComparisonView({ ids }: { ids: readonly string[] }) {
  const { t } = useWords();
  const [a = "", b = ""] = ids;
  const two = ids.length === 2;
  const compared = useQuery({
    queryKey: ["results", "compared", ...ids],
    queryFn: ({ signal }) =>
      got(api.GET("/api/v1/backtests/compare", { params: { query: { ids: [...ids] } }, signal })),
  });
  const pair = useQuery({
    queryKey: ["results", "pair", a, b],
    queryFn: ({ signal }) => got(api.GET("/api/v1/backtests/compare", { params: { query: { a, b } }, signal })),
    enabled: two,
  });
  const metrics = useMetrics();
  const { data: details } = useDetails(ids);
  const names = useMemo(
    () => (details ? distinctNames(details) : (compared.data?.names ?? ids.map((id) => id.slice(0, 8)))),
    [details, compared.data, ids],
  );
  return (
    <>
      <PageHead title={t("compare.title")} about={t("compare.about")} />
      <div className="row">
        <PageLink className="button" href="/backtests">
          {t("backtest.back")}
        </PageLink>
        {details && (
          <PageLink className="button" href={portfolioOf(details.map((one) => one.spec))}>
            {t("compare.portfolio")}
          </PageLink>
        )}
      </div>
      {ids.length > 1 && (
        <Card title={t("compare.apart")}>
          {two ? (
            <Region query={pair}>{(found) => <Verdict found={found} names={names} />}</Region>
          ) : (
            <Region query={compared}>{(found) => <Pairs found={found} names={names} />}</Region>
          )}
        </Card>
      )}
      <Card title={t("backtest.curve")}>
        <ComparedCurves ids={ids} names={names} />
      </Card>
      <Card title={t("backtest.figures")}>
        <Region query={compared}>
          {(found) => (
            <Region query={metrics}>{(known) => <SideBySide found={found} names={names} metrics={known} />}</Region>
          )}
        </Region>
      </Card>
    </>
  );
}

/** The results themselves, which tell what to call those of the same name. */
function useDetails(ids: readonly string[]) {
  return useQuery({
    queryKey: ["results", "details", ...ids],
    queryFn: ({ signal }) =>
      Promise.all(
        ids.map((id) =>
          got(api.GET("/api/v1/backtests/{backtest_id}", { params: { path: { backtest_id: id } }, signal })),
        ),
      ),
    ...SERIES,
  });
}

function ComparedCurves({ ids, names }: { ids: readonly string[]; names: readonly string[] }) {
  const { t } = useWords();
  const found = useQueries({
    queries: ids.map((id) => ({
      queryKey: ["results", id, "equity", POINTS],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        columnsOf(
          api.GET("/api/v1/backtests/{backtest_id}/equity", {
            params: { path: { backtest_id: id }, query: { points: POINTS } },
            signal,
          }),
        ),
      ...SERIES,
    })),
    combine: (results) => ({
      failed: results.find((one) => one.isError),
      tables: results.every((one) => one.data) ? results.map((one) => one.data as Columns) : null,
    }),
  });
  const { failed, tables } = found;
  if (failed) return <Failing error={failed.error} again={() => void failed.refetch()} />;
  if (!tables) {
    return (
      <p className="busy" aria-busy="true">
        {t("state.loading")}
      </p>
    );
  }
  return <Drawn tables={tables} names={names} />;
}

function Drawn({ tables, names }: { tables: readonly Columns[]; names: readonly string[] }) {
  const { t } = useWords();
  const drawn = useMemo(() => {
    const grown = align(tables.map((table) => lineOf(table, "equity")));
    const fallen = align(tables.map((table) => lineOf(table, "drawdown")));
    const curve = (values: (number | null)[], at: number): Curve => ({ name: names[at] ?? "", values, ...lookOf(at) });
    return { x: grown.x, equity: grown.values.map(curve), drawdown: fallen.values.map(curve) };
  }, [tables, names]);
  return (
    <div className="curve">
      <Curves
        label={t("backtest.curve.label")}
        x={drawn.x}
        curves={drawn.equity}
        height={320}
        format={share}
        together="compared"
      />
      <Curves
        label={t("figure.depth")}
        x={drawn.x}
        curves={drawn.drawdown}
        height={170}
        format={share}
        together="compared"
      />
    </div>
  );
}

function lineOf(table: Columns, name: "equity" | "drawdown"): Line {
  const x = ((table.timestamp ?? []) as string[]).map((one) => Date.parse(one) / 1000);
  const values = (table[name] ?? []) as number[];
  return { x, values: name === "equity" ? growth(values) : values };
}
