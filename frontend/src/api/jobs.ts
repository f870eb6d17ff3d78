/** Jobs as the pages list them. */

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { usePolling } from "./changes";
import { api, got, type Schemas } from "./client";

type Job = Schemas["JobStatus"];

const PAGE = 50;

/** The newest jobs of all kinds, asked again every so many milliseconds. */
export function useNewestJobs(limit: number, milliseconds: number) {
  return useQuery({
    queryKey: ["jobs", "newest", limit],
    queryFn: async ({ signal }): Promise<Job[]> =>
      (await got(api.GET("/api/v1/jobs", { params: { query: { limit } }, signal }))).jobs,
    refetchInterval: usePolling(milliseconds),
  });
}

/** All jobs, newest first, a page at a time. */
export function useAllJobs(milliseconds: number) {
  return useInfiniteQuery({
    queryKey: ["jobs", "all"],
    queryFn: ({ signal, pageParam }) =>
      got(api.GET("/api/v1/jobs", { params: { query: { limit: PAGE, before: pageParam } }, signal })),
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
