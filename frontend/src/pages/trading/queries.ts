/** What the page reads of trading; the stream of changes names it `trading`. */

import { queryOptions } from "@tanstack/react-query";
import { api, got, type Schemas } from "../../api/client";

export type Account = Schemas["AccountEntry"];
export type Trader = Schemas["TraderEntry"];
export type Order = Schemas["OrderEntry"];
export type Decision = Schemas["DecisionEntry"];
export type Fill = Schemas["FillView"];
export type Lock = Schemas["LockView"];
export type Halt = Schemas["HaltView"];
export type Drift = Schemas["DriftView"];
export type Position = Schemas["PositionView"];
export type Reconciliation = Schemas["ReconciliationEntry"];
export type Command = Schemas["CommandEntry"];

/** Most rows of a list on the page. */
export const MOST = 100;

export const summaryQuery = queryOptions({
  queryKey: ["trading"],
  queryFn: ({ signal }) => got(api.GET("/api/v1/trading", { signal })),
});

export const ordersQuery = (account: string, open: boolean) =>
  queryOptions({
    queryKey: ["trading", "orders", account, open],
    queryFn: ({ signal }) =>
      got(api.GET("/api/v1/trading/orders", { params: { query: { account, open, limit: MOST } }, signal })),
  });

export const orderQuery = (ref: string) =>
  queryOptions({
    queryKey: ["trading", "order", ref],
    queryFn: ({ signal }) => got(api.GET("/api/v1/trading/orders/{ref}", { params: { path: { ref } }, signal })),
  });

export const fillsQuery = (account: string) =>
  queryOptions({
    queryKey: ["trading", "fills", account],
    queryFn: ({ signal }) =>
      got(api.GET("/api/v1/trading/fills", { params: { query: { account, limit: MOST } }, signal })),
  });

export const decisionsQuery = (account: string) =>
  queryOptions({
    queryKey: ["trading", "decisions", account],
    queryFn: ({ signal }) =>
      got(api.GET("/api/v1/trading/decisions", { params: { query: { account, limit: MOST } }, signal })),
  });

export const reconciliationsQuery = (account: string) =>
  queryOptions({
    queryKey: ["trading", "reconciliations", account],
    queryFn: ({ signal }) =>
      got(api.GET("/api/v1/trading/reconciliations", { params: { query: { account, limit: 10 } }, signal })),
  });

export const logQuery = (account: string) =>
  queryOptions({
    queryKey: ["trading", "log", account],
    queryFn: ({ signal }) =>
      got(api.GET("/api/v1/trading/log", { params: { query: { account, limit: MOST } }, signal })),
  });

export const driftsQuery = (account: string) =>
  queryOptions({
    queryKey: ["trading", "drifts", account],
    queryFn: ({ signal }) =>
      got(api.GET("/api/v1/trading/drifts", { params: { query: { account, limit: MOST } }, signal })),
  });
