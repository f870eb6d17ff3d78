import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, got } from "../../api/client";
import { useNewestJobs } from "../../api/jobs";
import { every } from "../../api/queries";
import { chartAddress } from "../../chart/address";
import { useWords } from "../../lang/words";
import { pathTo } from "../../ui/address";
import { Card, PageHead } from "../../ui/Card";
import { isOver, type Job, JobLine, LiveJob } from "../../ui/JobView";
import { PageLink } from "../../ui/Link";
import { Plans } from "../../ui/Meter";
import { Empty, Region } from "../../ui/Region";
import { ExtractForm } from "./ExtractForm";
import { symbolIn } from "./order";
import "../../styles/extract.css";

const NEWEST = 100;
const OFTEN = 10_000;

/** Extraction: a form that is checked before and after it is sent, the jobs live, and what was extracted before. */
export default function ExtractPage() {
  const { t } = useWords();
  const instruments = useQuery({
    queryKey: ["instruments"],
    queryFn: ({ signal }) => got(api.GET("/api/v1/instruments", { signal })),
  });
  const jobs = useNewestJobs(NEWEST, OFTEN);
  const extractions = jobs.data?.filter((job) => job.kind === "extract") ?? [];
  const [followed, follow] = useFollowed(extractions);
  return (
    <>
      <PageHead title={t("nav.extract")} about={t("extract.about")} />
      <Card title={t("extract.what")}>
        <Region query={instruments}>{(all) => <ExtractForm instruments={all} started={follow} />}</Region>
      </Card>
      {followed.length > 0 && (
        <Card title={t("extract.now")}>
          <div id="live">
            {followed.map((job) => (
              <LiveJob key={job.id} job={job}>
                {(now) => now.state === "succeeded" && <WhatNext symbol={symbolIn(now.about)} />}
              </LiveJob>
            ))}
          </div>
          <RunningPlans />
        </Card>
      )}
      <Card title={t("extract.history")} end={<PageLink href="/runs">{t("overview.alljobs")}</PageLink>}>
        <Region query={jobs}>
          {() => {
            const over = extractions.filter(isOver);
            return over.length ? (
              over.map((job) => <JobLine key={job.id} job={job} />)
            ) : (
              <Empty title={t("jobs.empty")} text={t("extract.empty.text")} />
            );
          }}
        </Region>
      </Card>
    </>
  );
}

/** The jobs that are followed: those that were started here, newest first, and those that ran already. */
function useFollowed(jobs: readonly Job[]): [Job[], (job: Job) => void] {
  const [followed, setFollowed] = useState<Job[]>([]);
  const more = jobs.filter((job) => !isOver(job) && !followed.some((one) => one.id === job.id));
  if (more.length) setFollowed([...more, ...followed]);
  const follow = (job: Job) => setFollowed((before) => [job, ...before.filter((one) => one.id !== job.id)]);
  return [followed, follow];
}

function WhatNext({ symbol }: { symbol: string }) {
  const { t } = useWords();
  if (!symbol) return null;
  return (
    <div className="row">
      <PageLink className="button" href={chartAddress(symbol)}>
        {t("extract.see")}
      </PageLink>
      <PageLink href={pathTo("/quality", { symbol })}>{t("extract.quality")}</PageLink>
    </div>
  );
}

/** How far the requests of the extractions are, and when they are done. */
function RunningPlans() {
  const pacing = useQuery({
    queryKey: ["pacing"],
    queryFn: ({ signal }) => got(api.GET("/api/v1/pacing", { signal })),
    refetchInterval: every(OFTEN / 2),
  }).data;
  return pacing?.plans.length ? (
    <div className="body">
      <Plans plans={pacing.plans} />
    </div>
  ) : null;
}
