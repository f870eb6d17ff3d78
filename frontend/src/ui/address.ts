/** The address of the page as the state of a view: what it says is shown, and a link shows the same elsewhere. */

import { useRouter, useRouterState } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";

/**
 * Change the query of the address, to this one or to what a function makes of the present one; `entry` makes a new entry in
 * the history, so that Back returns to the one before.
 */
export type SetQuery = (
  query: URLSearchParams | ((now: URLSearchParams) => URLSearchParams),
  options?: { entry?: boolean },
) => void;

/**
 * Return the query of the address and a function that changes it. While another page is on its way, the address is that
 * page's already: the one that goes keeps its own query, and changes nothing.
 */
export function useQueryString(): [URLSearchParams, SetQuery] {
  const router = useRouter();
  const [own] = useState(() => router.state.location.pathname);
  const said = useRouterState({
    select: ({ location }) => (location.pathname === own ? location.searchStr : null),
  });
  const [kept, keep] = useState(said);
  if (said !== null && said !== kept) keep(said);
  const text = said ?? kept ?? "";
  const query = useMemo(() => new URLSearchParams(text), [text]);
  const set = useCallback<SetQuery>(
    (next, { entry = false } = {}) => {
      if (router.state.location.pathname !== own) return;
      const query = typeof next === "function" ? next(new URLSearchParams(router.history.location.search)) : next;
      router.history[entry ? "push" : "replace"](own + asText(asRecord(query)));
    },
    [router, own],
  );
  return [query, set];
}

/** Return a query as names and texts; a name that stands several times has a list. */
export function asRecord(query: URLSearchParams): Record<string, string | string[]> {
  const found: Record<string, string | string[]> = {};
  for (const name of new Set(query.keys())) {
    const texts = query.getAll(name);
    found[name] = texts.length === 1 ? (texts[0] ?? "") : texts;
  }
  return found;
}

/** Return names and texts as a query, with `:` and `,` as they are. */
export function asText(record: Record<string, unknown>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(record)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null) query.append(name, String(one));
    }
  }
  const text = query.toString().replaceAll("%3A", ":").replaceAll("%2C", ",");
  return text ? `?${text}` : "";
}

/** Return the path of a page with a query: `pathTo("/chart", { symbol: "ES" })`; empty values are left out. */
export function pathTo(
  page: string,
  query: Record<string, string | number | readonly string[] | null | undefined> = {},
): string {
  const given = Object.fromEntries(
    Object.entries(query).filter(([, value]) => value !== "" && value !== null && value !== undefined),
  );
  return page + asText(given);
}
