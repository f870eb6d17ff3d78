/** Which jobs a list shows: by kind, state and text, as the address says it. */

import type { JobFilter } from "../../api/jobs";
import type { Job } from "../../ui/JobView";

export const STATES = ["running", "queued", "failed", "succeeded", "cancelled"] as const;

/** Return the criteria in an address. */
export function readFilter(query: URLSearchParams): JobFilter {
  const said = (name: string) => query.get(name) ?? "";
  return { kind: said("kind"), state: said("state"), find: said("find") };
}

/** Return the address's query with another criterion. */
export function withCriterion(query: URLSearchParams, name: keyof JobFilter, value: string): URLSearchParams {
  const next = new URLSearchParams(query);
  if (value) next.set(name, value);
  else next.delete(name);
  return next;
}

/** Return what a job is called by: a run that no surface of G4QC began by its job in Dagster, if it has a name. */
export function kindOf(job: Job): string {
  return job.kind === "run" ? (job.job ?? "run") : job.kind;
}

/** Return the kinds of some jobs, each once. */
export function kindsOf(jobs: readonly Job[]): string[] {
  return [...new Set(jobs.map(kindOf))].sort();
}
