import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, got } from "../../api/client";
import { usePolling } from "../../api/changes";
import { useWords } from "../../lang/words";
import { useQueryString } from "../../ui/address";
import { Card, PageHead } from "../../ui/Card";
import { type Job, LiveJob } from "../../ui/JobView";
import { PageLink } from "../../ui/Link";
import { Empty, Region } from "../../ui/Region";
import { Gaps } from "./Gaps";
import { Imports } from "./Imports";
import { Origins } from "./Origins";
import { Review } from "./Review";
import { Revisions } from "./Revisions";
import { Sources } from "./Sources";
import { Wholeness } from "./Wholeness";
import { type BarFilter, readFilter, writeFilter } from "./filter";
import { useInstruments } from "./instruments";
import "../../styles/quality.css";

const SOMETIMES = 30_000;

/** Quality: bars that wait for a decision, what is missing, and what the gateway restated. */
export default function QualityPage() {
  const { t } = useWords();
  const [query, setQuery] = useQueryString();
  const filter = readFilter(query);
  const [jobs, setJobs] = useState<Job[]>([]);
  const instruments = useInstruments();
  const coverage = useQuery({
    queryKey: ["coverage"],
    queryFn: ({ signal }) => got(api.GET("/api/v1/coverage", { signal })),
    refetchInterval: usePolling(SOMETIMES),
  });
  const change = (next: BarFilter) => setQuery(writeFilter(next));
  const started = (job: Job) => setJobs((before) => [job, ...before]);
  const running = jobs.length > 0 && (
    <Card title={t("quality.running")}>
      {jobs.map((job) => (
        <LiveJob key={job.id} job={job} />
      ))}
    </Card>
  );
  return (
    <>
      <PageHead title={t("nav.quality")} about={t("quality.about")} />
      <Region query={coverage}>
        {({ instruments: held }) =>
          held.length === 0 && !filter.symbol ? (
            <>
              <Empty title={t("overview.empty")} text={t("overview.empty.text")}>
                <PageLink className="button" href="/extract">
                  {t("nav.extract")}
                </PageLink>
              </Empty>
              {running}
              <Imports started={started} />
            </>
          ) : (
            <Region query={instruments}>
              {(known) => (
                <>
                  <SymbolChoice held={held.map((one) => one.symbol)} names={known} filter={filter} change={change} />
                  {running}
                  <Review filter={filter} change={change} started={started} />
                  {filter.symbol ? (
                    <>
                      <div className="two">
                        <Gaps symbol={filter.symbol} />
                        <Revisions symbol={filter.symbol} prices={known.get(filter.symbol)} />
                      </div>
                      <Origins symbol={filter.symbol} />
                      <Sources symbol={filter.symbol} />
                    </>
                  ) : (
                    <>
                      <Wholeness instruments={held} />
                      <Imports started={started} />
                    </>
                  )}
                </>
              )}
            </Region>
          )
        }
      </Region>
    </>
  );
}

interface SymbolChoiceProps {
  held: readonly string[];
  names: ReadonlyMap<string, { name: string }>;
  filter: BarFilter;
  change: (filter: BarFilter) => void;
}

/** All instruments that have bars, or one. One that is asked for and has none stays what is asked for. */
function SymbolChoice({ held, names, filter, change }: SymbolChoiceProps) {
  const { t } = useWords();
  const symbols = !filter.symbol || held.includes(filter.symbol) ? held : [filter.symbol, ...held];
  return (
    <div className="row">
      <label htmlFor="symbol">{t("field.symbol")}</label>
      <div>
        <select
          id="symbol"
          value={filter.symbol}
          onChange={(event) => change({ ...filter, symbol: event.target.value, contract: "" })}
        >
          <option value="">{t("quality.everything")}</option>
          {symbols.map((symbol) => (
            <option key={symbol} value={symbol}>
              {[symbol, names.get(symbol)?.name].filter(Boolean).join(" · ")}
            </option>
          ))}
        </select>
      </div>
    </div>
  );
}
