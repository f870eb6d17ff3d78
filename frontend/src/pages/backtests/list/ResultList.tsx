import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { api, got } from "../../../api/client";
import { useWords } from "../../../lang/words";
import { pathTo, useQueryString } from "../../../ui/address";
import { Confirm } from "../../../ui/Confirm";
import { DataTable } from "../../../ui/DataTable";
import { PageLink } from "../../../ui/Link";
import { type Metrics, useMetrics } from "../../../ui/metrics";
import { Empty, Region } from "../../../ui/Region";
import { apartOf } from "../apart";
import { nameOf, type Result } from "../results";
import { useAddressPart } from "../useAddressPart";
import { resultColumns } from "./columns";
import { Filters } from "./Filters";
import { fitting, readShown, type Shown, sortOf, withoutIdle, writeShown } from "./filter";

const MOST = 1000;
const MOST_COMPARED = 20;
const NAMED = 5;

/** All results: filtered and sorted as the address says, and some of them chosen to be compared or deleted. */
export function ResultList() {
  const { t } = useWords();
  const metrics = useMetrics();
  const query = useQuery({
    queryKey: ["results", "list"],
    queryFn: ({ signal }) => got(api.GET("/api/v1/backtests", { params: { query: { limit: MOST } }, signal })),
  });
  return (
    <Region query={query}>
      {({ backtests, total }) =>
        backtests.length ? (
          <Region query={metrics}>{(known) => <Results results={backtests} total={total} metrics={known} />}</Region>
        ) : (
          <Empty title={t("backtests.empty")} text={t("backtests.empty.text")} />
        )
      }
    </Region>
  );
}

interface ResultsProps {
  results: readonly Result[];
  total: number;
  metrics: Metrics;
}

function Results({ results, total, metrics }: ResultsProps) {
  const { t, language } = useWords();
  const [query] = useQueryString();
  const change = useAddressPart();
  const shown = readShown(query);
  const kept = fitting(results, shown);
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const chosen = results.filter((row) => ticked.has(row.id));
  const apart = useMemo(() => apartOf(results), [results]);
  const columns = useMemo(
    () => resultColumns(metrics, ticked, tick, apart),
    [metrics, ticked, apart, language], // eslint-disable-line react-hooks/exhaustive-deps
  );

  function tick(id: string, on: boolean) {
    setTicked((before) => {
      const after = new Set(before);
      if (on) after.add(id);
      else after.delete(id);
      return after;
    });
  }

  function show(next: Shown) {
    change((said) => writeShown(said, next));
  }

  /** Forget the deleted results. */
  function forget() {
    setTicked(new Set());
    show(
      withoutIdle(
        shown,
        results.filter((row) => !ticked.has(row.id)),
      ),
    );
  }

  return (
    <>
      <div className="line">
        <Filters results={results} shown={shown} show={show} />
        <span className="muted small" role="status">
          {t("backtests.shown", { shown: kept.length, all: total })}
        </span>
        <span className="end">
          <CompareLink chosen={chosen} />
          <DeleteButton chosen={chosen} done={forget} />
        </span>
      </div>
      {total > results.length && <p className="line muted small">{t("backtests.newest", { count: results.length })}</p>}
      <DataTable
        caption={t("backtests.results")}
        columns={columns}
        rows={kept}
        rowKey={(row) => row.id}
        {...sortOf(shown)}
        onSort={(sort, descending) => show({ ...shown, sort: (descending ? "-" : "") + sort })}
        marked={(row) => ticked.has(row.id)}
        uneven
      />
    </>
  );
}

function CompareLink({ chosen }: { chosen: readonly Result[] }) {
  const { t } = useWords();
  const text = chosen.length ? t("backtests.compare.count", { count: chosen.length }) : t("backtests.compare");
  if (chosen.length > 1 && chosen.length <= MOST_COMPARED) {
    return (
      <PageLink className="button" href={pathTo("/backtests", { compare: chosen.map((row) => row.id) })}>
        {text}
      </PageLink>
    );
  }
  return (
    <button type="button" disabled title={t("backtests.compare.hint", { most: MOST_COMPARED })}>
      {text}
    </button>
  );
}

function DeleteButton({ chosen, done }: { chosen: readonly Result[]; done: () => void }) {
  const { t } = useWords();
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const named = chosen.slice(0, NAMED).map(nameOf).join(", ");
  return (
    <>
      <button type="button" className="danger" disabled={!chosen.length} onClick={() => setAsking(true)}>
        {chosen.length ? t("backtests.delete.count", { count: chosen.length }) : t("backtest.delete")}
      </button>
      {asking && (
        <Confirm
          title={t("backtest.delete.ask", { count: chosen.length })}
          verb={t("backtest.delete")}
          act={() =>
            got(
              api.DELETE("/api/v1/backtests", {
                params: { query: { id: chosen.map((row) => row.id), made_at: chosen.map((row) => row.created_at) } },
              }),
            )
          }
          done={() => {
            done();
            void queries.invalidateQueries({ queryKey: ["results"] });
          }}
          close={() => setAsking(false)}
        >
          <p>{chosen.length > NAMED ? `${named} …` : named}</p>
          <p className="muted">{t("backtest.delete.about")}</p>
        </Confirm>
      )}
    </>
  );
}
