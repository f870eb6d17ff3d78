import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { api, got, type Schemas } from "../api/client";
import { follow } from "../api/live";
import { ago, clock, lasting, moment, number } from "../format/format";
import { t, useWords, word } from "../lang/words";
import { pathTo } from "./address";
import { sentence } from "./failures";
import { OuterLink, PageLink } from "./Link";

export type Job = Schemas["JobStatus"];

export interface ToldEvent {
  at: string;
  step: string;
  message: string;
  failed: boolean;
  cursor: string;
  /** Class of the error, and the innermost one in its own words. */
  error?: string | null;
  cause?: string | null;
}

const FINAL: readonly string[] = ["succeeded", "failed", "cancelled"];
const TONES: Record<string, string> = {
  succeeded: "good",
  failed: "bad",
  cancelled: "warn",
  running: "live",
  queued: "live",
};
const KEPT = 400;

/** True when nothing will happen to the job any more. */
export function isOver(job: Job): boolean {
  return FINAL.includes(job.state);
}

/** The state of a job as a word in a colour. */
export function StateTag({ job }: { job: Job }) {
  const { word } = useWords();
  return <span className={`tag ${TONES[job.state] ?? "warn"}`}>{word("job", job.state)}</span>;
}

/** One line of a job that is not followed. */
export function JobLine({ job, children }: { job: Job; children?: ReactNode }) {
  return (
    <article className="job" data-state={job.state}>
      <JobHead job={job} />
      <JobProgress job={job} />
      {children}
    </article>
  );
}

interface LiveJobProps {
  job: Job;
  /** Called once when the job has ended. */
  ended?: (job: Job) => void;
  /** What stands below the job, by how it stands now. */
  children?: (job: Job) => ReactNode;
}

/** A job that is followed until it ends: its state, what it tells as it goes, and a way to cancel it. */
export function LiveJob({ job: begun, ended, children }: LiveJobProps) {
  const { t } = useWords();
  const { job, told, trouble, cancel } = useLiveJob(begun, ended);
  const button = isOver(job) ? null : (
    <button type="button" className="danger" onClick={cancel}>
      {t("job.cancel")}
    </button>
  );
  return (
    <article className="job" aria-live="polite" data-state={job.state}>
      <div>
        <JobHead job={job} action={button} />
        <JobProgress job={job} />
      </div>
      <p className="small muted" role="status">
        {trouble}
      </p>
      <JobLog told={told} />
      {children?.(job)}
    </article>
  );
}

/** What a job tells as it goes; the end stays in view while nobody scrolls up. */
export function JobLog({ told, className = "" }: { told: readonly ToldEvent[]; className?: string }) {
  const { t } = useWords();
  const log = useRef<HTMLOListElement>(null);
  useEffect(() => {
    const list = log.current;
    if (list && list.scrollHeight - list.scrollTop - list.clientHeight < 60) list.scrollTop = list.scrollHeight;
  }, [told]);
  if (!told.length) return null;
  return (
    <ol className={`log ${className}`} tabIndex={0} aria-label={t("job.log")} ref={log}>
      {told.map((event) => (
        <li key={event.cursor}>
          <time dateTime={event.at}>{clock(event.at)}</time>
          <span className={event.failed ? "bad" : undefined}>
            {[event.step, event.message].filter(Boolean).join(": ")}
          </span>
        </li>
      ))}
    </ol>
  );
}

/** Follow a job until it ends. */
export function useLiveJob(begun: Job, ended?: (job: Job) => void) {
  const queries = useQueryClient();
  const [job, setJob] = useState(begun);
  const [told, setTold] = useState<ToldEvent[]>([]);
  const [trouble, setTrouble] = useState("");
  const whenEnded = useRef(ended);
  useEffect(() => {
    whenEnded.current = ended;
  });
  useEffect(() => {
    const stop = new AbortController();
    async function listen() {
      const path = `/api/v1/jobs/${encodeURIComponent(begun.id)}/events`;
      for await (const { event, data } of follow(
        path,
        stop.signal,
        (one) => one.event === "state" && isOver(one.data as Job),
      )) {
        if (event === "trouble") setTrouble((data as { detail: string }).detail);
        if (event === "told") setTold((before) => [...before.slice(1 - KEPT), data as ToldEvent]);
        if (event !== "state") continue;
        const now = data as Job;
        setTrouble("");
        setJob(now);
        if (isOver(now)) {
          void queries.invalidateQueries({ queryKey: ["jobs"] });
          whenEnded.current?.(now);
        }
      }
    }
    listen().catch((error: unknown) => stop.signal.aborted || setTrouble(sentence(error)));
    return () => stop.abort();
  }, [begun.id, queries]);

  function cancel() {
    got(api.DELETE("/api/v1/jobs/{job_id}", { params: { path: { job_id: job.id } } }))
      .then(setJob)
      .catch((error: unknown) => setTrouble(sentence(error)));
  }
  return { job, told, trouble, cancel };
}

function JobHead({ job, action }: { job: Job; action?: ReactNode }) {
  const { t, word } = useWords();
  const when = [word("kind", job.kind), job.job, ago(job.created_at), tookOf(job)].filter(Boolean).join(" · ");
  return (
    <div className="row">
      <div>
        <strong>{job.about || word("kind", job.kind)}</strong>{" "}
        <span className="muted small" title={moment(job.created_at, "UTC", true)}>
          {when}
        </span>
      </div>
      <div className="row">
        <PageLink
          href={pathTo("/runs", { id: job.id })}
          className="small"
          aria-label={t("job.details.of", { job: job.about })}
        >
          {t("job.details")}
        </PageLink>
        {job.url && (
          <OuterLink href={job.url} className="small">
            {t("job.dagster")}
          </OuterLink>
        )}
        <StateTag job={job} />
        {action}
      </div>
    </div>
  );
}

/** Return how long a job took, as text; null while it goes on. */
export function tookOf(job: Job): string | null {
  return job.ended_at ? lasting((Date.parse(job.ended_at) - Date.parse(job.created_at)) / 1000) : null;
}

/** How far a job is, what it waits for, or why it failed. */
export function JobProgress({ job }: { job: Job }) {
  const { t } = useWords();
  const said = job.message ? (
    <p className={`small ${job.state === "failed" ? "loss" : "muted"}`}>{job.message}</p>
  ) : null;
  if (isOver(job)) return said;
  const { progress } = job;
  const [done, all] = progress?.total ? [progress.done, progress.total] : [job.done, job.steps];
  const steps = job.steps ? t("job.steps", { done: job.done, steps: job.steps }) : job.waiting ? "" : t("job.starting");
  const text = [steps, ...advanceOf(job)].filter(Boolean).join(" · ");
  return (
    <>
      {job.waiting && <p className="small warned">{waitOf(job)}</p>}
      <progress max={Math.max(1, all)} value={all ? done : undefined} aria-label={text || waitOf(job)} />
      {text && <p className="small muted">{text}</p>}
      {said}
    </>
  );
}

/** Return why a job has not begun, as a sentence; empty where that is not known. */
export function waitOf({ waiting }: Job): string {
  if (!waiting) return "";
  const reason = word("waiting", waiting.code);
  // A server that knows more reasons than this page says them itself.
  const sentence = reason === waiting.code ? waiting.words : reason;
  return waiting.ahead ? `${sentence} ${t("waiting.ahead", { count: waiting.ahead })}` : sentence;
}

function advanceOf({ progress }: Job): string[] {
  if (!progress) return [];
  const unit = word("unit", progress.unit);
  const of = progress.total === null ? "" : ` / ${number(progress.total)}`;
  const left = progress.eta_seconds === null ? [] : [t("job.left", { time: lasting(progress.eta_seconds) })];
  return [`${number(progress.done)}${of} ${unit}`, ...left];
}
