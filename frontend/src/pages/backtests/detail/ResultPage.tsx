import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { api, got } from "../../../api/client";
import { useWords } from "../../../lang/words";
import { pathTo } from "../../../ui/address";
import { Card } from "../../../ui/Card";
import { Confirm } from "../../../ui/Confirm";
import { PageLink } from "../../../ui/Link";
import { useMetrics } from "../../../ui/metrics";
import { Region } from "../../../ui/Region";
import { monteCarloOf, portfolioOf, walkForwardOf } from "../../../ui/study/links";
import { columnsOf, nameOf, type ResultDetail, useSpecFields } from "../results";
import { writeSpec } from "../spec";
import { chartOf } from "./chartPlace";
import { Downloads } from "./Downloads";
import { EquityCurve } from "./EquityCurve";
import { Headlines } from "./Headlines";
import { MonthTable } from "./MonthTable";
import { FigureTable } from "./FigureTable";
import { ReportCard } from "./ReportCard";
import { ResultHead } from "./ResultHead";
import { ResultTables } from "./ResultTables";
import { TradeTable } from "./TradeTable";
import { Worth } from "./Worth";

/** A result: its figures, curve, months, trades, report and inputs, and what can be done with it. */
export function ResultPage({ result }: { result: ResultDetail }) {
  const { t } = useWords();
  const params = { path: { backtest_id: result.id } };
  const equity = useQuery({
    queryKey: ["results", result.id, "equity", result.created_at],
    queryFn: ({ signal }) =>
      columnsOf(
        api.GET("/api/v1/backtests/{backtest_id}/equity", { params: { ...params, query: { points: 4000 } }, signal }),
      ),
  });
  const trades = useQuery({
    queryKey: ["results", result.id, "trades", result.created_at],
    queryFn: ({ signal }) => columnsOf(api.GET("/api/v1/backtests/{backtest_id}/trades", { params, signal })),
  });
  const months = useQuery({
    queryKey: ["results", result.id, "months", result.created_at],
    queryFn: ({ signal }) => got(api.GET("/api/v1/backtests/{backtest_id}/months", { params, signal })),
  });
  const tables = useQuery({
    queryKey: ["results", result.id, "tables", result.created_at],
    queryFn: ({ signal }) => got(api.GET("/api/v1/backtests/{backtest_id}/tables", { params, signal })),
  });
  const metrics = useMetrics();
  return (
    <div className="stack">
      <ResultHead result={result} />
      <Actions result={result} />
      <section className="card">
        <Region query={metrics}>{(known) => <Headlines result={result} metrics={known} />}</Region>
      </section>
      <Card title={t("worth.title")}>
        <Worth id={result.id} />
      </Card>
      <Card title={t("backtest.curve")} end={<Downloads id={result.id} table="equity" />}>
        <Region query={equity}>{(found) => <EquityCurve columns={found} />}</Region>
      </Card>
      <Card title={t("backtest.months")}>
        <div className="body">
          <Region query={months}>{(found) => <MonthTable months={found.months} />}</Region>
        </div>
      </Card>
      <Card title={t("backtest.trades")} end={<Downloads id={result.id} table="trades" />}>
        <div className="tall">
          <Region query={trades}>{(found) => <TradeTable columns={found} result={result} />}</Region>
        </div>
      </Card>
      <ReportCard result={result} />
      <Card title={t("backtest.figures")} end={<Downloads id={result.id} table="figures" />}>
        <Region query={metrics}>{(known) => <FigureTable result={result} metrics={known} />}</Region>
      </Card>
      <Card title={t("backtest.tables")}>
        <div className="body stack">
          <Region query={tables}>{(found) => <ResultTables tables={found} />}</Region>
        </div>
      </Card>
      <div className="two">
        <Card title={t("backtest.card")}>
          <dl className="body pairs">
            {result.card.map((row) => (
              <Pair key={row.key} name={<span lang="en">{row.name}</span>} value={row.value} />
            ))}
          </dl>
        </Card>
        <Card title={t("backtest.notes")}>
          <div className="body">
            {result.notes.length ? (
              <ul>
                {result.notes.map((note) => (
                  <li key={note}>{note}</li>
                ))}
              </ul>
            ) : (
              t("backtest.nonotes")
            )}
          </div>
        </Card>
      </div>
    </div>
  );
}

function Pair({ name, value }: { name: React.ReactNode; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}

/** Where a result leads, and its end. */
function Actions({ result }: { result: ResultDetail }) {
  const { t } = useWords();
  const router = useRouter();
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const fields = useSpecFields().data;
  const spec = fields ? `?${writeSpec({ ...result.spec, name: null }, fields).toString()}` : "";
  return (
    <div className="row">
      <PageLink className="button" href="/backtests">
        {t("backtest.back")}
      </PageLink>
      <PageLink className="button" href={pathTo("/backtests", { again: result.id })}>
        {t("backtest.again")}
      </PageLink>
      <PageLink className="button" href={chartOf(result)}>
        {t("backtest.onchart")}
      </PageLink>
      <PageLink className="button" href={`/explore${spec}`}>
        {t("backtest.explore")}
      </PageLink>
      <PageLink className="button" href={`/search${spec}`}>
        {t("backtest.search")}
      </PageLink>
      <PageLink className="button" href={walkForwardOf(result.spec)}>
        {t("backtest.walkforward")}
      </PageLink>
      <PageLink className="button" href={monteCarloOf(result.id)}>
        {t("backtest.montecarlo")}
      </PageLink>
      <PageLink className="button" href={portfolioOf([result.spec])}>
        {t("backtest.portfolio")}
      </PageLink>
      <button type="button" className="danger" onClick={() => setAsking(true)}>
        {t("backtest.delete")}
      </button>
      {asking && (
        <Confirm
          title={t("backtest.delete.ask", { count: 1 })}
          verb={t("backtest.delete")}
          act={() =>
            got(
              api.DELETE("/api/v1/backtests/{backtest_id}", {
                params: { path: { backtest_id: result.id }, query: { made_at: result.created_at } },
              }),
            )
          }
          done={() => {
            router.history.push("/backtests");
            queries.removeQueries({ queryKey: ["results", result.id] });
            void queries.invalidateQueries({ queryKey: ["results", "list"] });
          }}
          close={() => setAsking(false)}
        >
          <p>
            <strong>{nameOf(result)}</strong>
          </p>
          <p className="muted">{t("backtest.delete.about")}</p>
        </Confirm>
      )}
    </div>
  );
}
