/** What the page reads of trading; the stream of changes names it `trading`. */

import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, got, type Schemas } from "../../api/client";

export type Account = Schemas["AccountEntry"];
export type Trader = Schemas["TraderEntry"];
export type Order = Schemas["OrderEntry"];
export type Decision = Schemas["DecisionEntry"];
export type Fill = Schemas["FillView"];
export type Lock = Schemas["LockEntry"];
export type Halt = Schemas["HaltView"];
export type Drift = Schemas["DriftView"];
export type Position = Schemas["PositionView"];
export type Reconciliation = Schemas["ReconciliationEntry"];
export type Command = Schemas["CommandEntry"];

/** Rows of a page of a list. */
export const MOST = 100;

export const summaryQuery = queryOptions({
  queryKey: ["trading"],
  queryFn: ({ signal }) => got(api.GET("/api/v1/trading", { signal })),
});

export const ordersQuery = (account: string, open: boolean) =>
  infiniteQueryOptions({
    queryKey: ["trading", "orders", account, open],
    queryFn: ({ signal, pageParam: before }) =>
      got(api.GET("/api/v1/trading/orders", { params: { query: { account, open, limit: MOST, before } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    select: ({ pages }) => pages.flatMap((page) => page.orders),
  });

export const orderQuery = (ref: string) =>
  queryOptions({
    queryKey: ["trading", "order", ref],
    queryFn: ({ signal }) => got(api.GET("/api/v1/trading/orders/{ref}", { params: { path: { ref } }, signal })),
  });

export const fillsQuery = (account: string) =>
  infiniteQueryOptions({
    queryKey: ["trading", "fills", account],
    queryFn: ({ signal, pageParam: before }) =>
      got(api.GET("/api/v1/trading/fills", { params: { query: { account, limit: MOST, before } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    select: ({ pages }) => pages.flatMap((page) => page.fills),
  });

export const decisionsQuery = (account: string) =>
  infiniteQueryOptions({
    queryKey: ["trading", "decisions", account],
    queryFn: ({ signal, pageParam: before }) =>
      got(api.GET("/api/v1/trading/decisions", { params: { query: { account, limit: MOST, before } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    select: ({ pages }) => pages.flatMap((page) => page.decisions),
  });

export const reconciliationsQuery = (account: string) =>
  queryOptions({
    queryKey: ["trading", "reconciliations", account],
    queryFn: ({ signal }) =>
      got(api.GET("/api/v1/trading/reconciliations", { params: { query: { account, limit: 10 } }, signal })),
  });

export const logQuery = (account: string) =>
  infiniteQueryOptions({
    queryKey: ["trading", "log", account],
    queryFn: ({ signal, pageParam: before }) =>
      got(api.GET("/api/v1/trading/log", { params: { query: { account, limit: MOST, before } }, signal })),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    select: ({ pages }) => pages.flatMap((page) => page.lines),
  });

export const driftsQuery = (account: string) =>
  queryOptions({
    queryKey: ["trading", "drifts", account],
    queryFn: ({ signal }) =>
      got(api.GET("/api/v1/trading/drifts", { params: { query: { account, limit: MOST } }, signal })),
  });
