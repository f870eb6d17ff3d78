/**
 * The cache of answers. A key begins with what the answer is made of, as the server's events name it: `jobs`, `bars`,
 * `results`, `searches`, `studies`, `quarantine`, `trading`, `health`; anything else stands for itself.
 */

import { QueryClient } from "@tanstack/react-query";
import { Problem } from "./problem";

const AGAIN = 4000;

/** Make a cache; a failure that may pass is tried again every few seconds for as long as it is on a page. */
export function makeQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        retry: false,
        staleTime: 0,
        gcTime: 60_000,
        networkMode: "always",
        refetchInterval: (query) => (isPassing(query.state.error) ? AGAIN : false),
      },
      mutations: { retry: false, networkMode: "always" },
    },
  });
}

/** Return how often a page asks again, in milliseconds; a hidden tab does not. */
export function every(milliseconds: number) {
  return (query: { state: { error: Error | null } }): number =>
    isPassing(query.state.error) ? Math.min(AGAIN, milliseconds) : milliseconds;
}

function isPassing(error: unknown): boolean {
  return error instanceof Problem && error.passing;
}
