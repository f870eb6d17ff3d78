/** Jobs as the pages list them. */

import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { usePolling } from "./changes";
import { api, got, type Schemas } from "./client";

type Job = Schemas["JobStatus"];

const PAGE = 50;
const EVENTS = 1000;

/** Which jobs are listed; an empty text leaves none out. */
export interface JobFilter {
  kind: string;
  state: string;
  find: string;
}

/** The newest jobs of all kinds, asked again every so many milliseconds. */
export function useNewestJobs(limit: number, milliseconds: number) {
  return useQuery({
    queryKey: ["jobs", "newest", limit],
    queryFn: async ({ signal }): Promise<Job[]> =>
      (await got(api.GET("/api/v1/jobs", { params: { query: { limit } }, signal }))).jobs,
    refetchInterval: usePolling(milliseconds),
  });
}

/** The jobs that meet a filter, newest first, a page at a time. */
export function useJobs(filter: JobFilter, milliseconds: number) {
  const { kind, state, find } = filter;
  const criteria = {
    kind: kind || undefined,
    state: (state || undefined) as Job["state"] | undefined,
    find: find || undefined,
  };
  return useInfiniteQuery({
    queryKey: ["jobs", "all", kind, state, find],
    queryFn: ({ signal, pageParam }) =>
      got(api.GET("/api/v1/jobs", { params: { query: { limit: PAGE, before: pageParam, ...criteria } }, signal })),
    placeholderData: keepPreviousData,
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: usePolling(milliseconds),
  });
}

/** One job, also one that ended long ago. */
export function useJob(id: string) {
  return useQuery({
    queryKey: ["jobs", "one", id],
    queryFn: ({ signal }) => got(api.GET("/api/v1/jobs/{job_id}", { params: { path: { job_id: id } }, signal })),
  });
}

/** All that a job told, which has ended. */
export function useJobLog(id: string) {
  return useQuery({
    queryKey: ["jobs", "log", id],
    queryFn: ({ signal }) => readLog(id, signal),
    staleTime: Infinity,
  });
}

async function readLog(id: string, signal: AbortSignal): Promise<Schemas["LoggedEvent"][]> {
  const events: Schemas["LoggedEvent"][] = [];
  let after: string | undefined;
  do {
    const query = { after, limit: EVENTS };
    const page = await got(api.GET("/api/v1/jobs/{job_id}/log", { params: { path: { job_id: id }, query }, signal }));
    events.push(...page.events);
    after = page.events.length ? (page.next_cursor ?? undefined) : undefined;
  } while (after !== undefined);
  return events;
}
