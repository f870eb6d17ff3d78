import { type ReactElement, useState } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { api, got } from "../../api/client";
import { useJob, useJobLog } from "../../api/jobs";
import { moment } from "../../format/format";
import { useWords } from "../../lang/words";
import { Card, PageHead } from "../../ui/Card";
import { Confirm } from "../../ui/Confirm";
import {
  isOver,
  type Job,
  JobLog,
  JobProgress,
  StateTag,
  tookOf,
  type ToldEvent,
  useLiveJob,
  waitOf,
} from "../../ui/JobView";
import { OuterLink, PageLink } from "../../ui/Link";
import { Region } from "../../ui/Region";
import { sentence } from "../../ui/failures";

/** One job: how it stands, why it failed, what it tells as it goes, and a way to cancel it. */
export function OneJob({ id }: { id: string }) {
  const { t } = useWords();
  const job = useJob(id);
  return (
    <>
      <PageHead title={job.data?.about || t("nav.runs")}>
        <PageLink href="/runs">{t("runs.back")}</PageLink>
      </PageHead>
      <Region query={job}>{(begun) => <WholeJob begun={begun} />}</Region>
    </>
  );
}

/** What ended before is read; what goes on is followed, and stays as it was heard when it ends. */
function WholeJob({ begun }: { begun: Job }) {
  const [over] = useState(isOver(begun));
  return over ? <EndedJob job={begun} /> : <FollowedJob begun={begun} />;
}

function EndedJob({ job }: { job: Job }) {
  const log = useJobLog(job.id);
  return <ShownJob job={job} told={log.data} trouble={log.isError ? sentence(log.error) : ""} />;
}

function FollowedJob({ begun }: { begun: Job }) {
  return <ShownJob {...useLiveJob(begun)} />;
}

interface ShownJobProps {
  job: Job;
  /** Undefined while it is being read. */
  told: readonly ToldEvent[] | undefined;
  trouble: string;
}

function ShownJob({ job, told, trouble }: ShownJobProps) {
  const { t } = useWords();
  const failures = (told ?? []).filter((event) => event.failed);
  return (
    <>
      {job.state === "failed" && (
        <Card title={t("runs.failedby")}>
          <Failures job={job} failures={failures} />
        </Card>
      )}
      <Card title={<StateTag job={job} />} end={isOver(job) ? null : <CancelButton job={job} />}>
        <div className="body stack" data-state={job.state}>
          {!isOver(job) && <JobProgress job={job} />}
          <p className="small muted" role="status">
            {trouble}
          </p>
          <Facts job={job} />
        </div>
      </Card>
      <Card title={t("job.log")}>
        <div className="body">
          {told?.length ? <JobLog told={told} className="tall" /> : null}
          {told && !told.length && <p className="muted">{t("runs.notold")}</p>}
        </div>
      </Card>
    </>
  );
}

/** Why a job failed, its innermost errors first. */
function Failures({ job, failures }: { job: Job; failures: readonly ToldEvent[] }) {
  const { t } = useWords();
  return (
    <div className="body stack">
      <p className="loss" role="alert">
        {job.message}
      </p>
      {failures.map((event) => (
        <p key={event.cursor} className="small">
          {event.step && (
            <>
              {t("runs.step")} <span className="mono">{event.step}</span>:{" "}
            </>
          )}
          {event.error && <b>{event.error} </b>}
          {event.cause ?? event.message}
        </p>
      ))}
    </div>
  );
}

function CancelButton({ job }: { job: Job }) {
  const { t } = useWords();
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  return (
    <>
      <button type="button" className="danger" onClick={() => setAsking(true)}>
        {t("job.cancel")}
      </button>
      {asking && (
        <Confirm
          title={t("runs.cancel")}
          verb={t("runs.cancel.verb")}
          act={() => got(api.DELETE("/api/v1/jobs/{job_id}", { params: { path: { job_id: job.id } } }))}
          done={() => void queries.invalidateQueries({ queryKey: ["jobs"] })}
          close={() => setAsking(false)}
        >
          <p>{t("runs.cancel.text", { job: job.about })}</p>
        </Confirm>
      )}
    </>
  );
}

function Facts({ job }: { job: Job }) {
  const { t, word } = useWords();
  const facts: [string, ReactElement | string | null | undefined][] = [
    [t("runs.waits"), waitOf(job)],
    [t("runs.kind"), word("kind", job.kind)],
    [t("runs.job"), job.job && <span className="mono">{job.job}</span>],
    [t("runs.by"), job.surface && word("surface", job.surface)],
    [t("runs.started"), `${moment(job.created_at, "UTC", true)} UTC`],
    [t("runs.ended"), job.ended_at && `${moment(job.ended_at, "UTC", true)} UTC`],
    [t("runs.took"), tookOf(job)],
    [t("runs.steps"), job.steps ? `${job.done} / ${job.steps}` : ""],
    [t("runs.result"), job.backtest && <PageLink href="/backtests">{job.backtest}</PageLink>],
    [t("runs.runs"), <RunLinks key="runs" job={job} />],
    [
      t("runs.id"),
      <span key="id" className="mono">
        {job.id}
      </span>,
    ],
  ];
  return (
    <dl className="pairs">
      {facts
        .filter(([, value]) => Boolean(value))
        .map(([name, value]) => (
          <div key={name} className="pair">
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

/** Links to the runs, whose pages in Dagster differ by their id alone. */
function RunLinks({ job }: { job: Job }) {
  const newest = job.runs.at(-1);
  return (
    <span className="row">
      {job.runs.map((run) => (
        <OuterLink key={run} className="mono" href={newest && job.url?.replace(newest, run)}>
          {run.slice(0, 8)}
        </OuterLink>
      ))}
    </span>
  );
}
