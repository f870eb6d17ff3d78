/** Studies of one kind as the API has them: lists, names, one study, its tables, and starting one. */

import { useQueries, useQuery } from "@tanstack/react-query";
import { api, got, type Schemas } from "../../api/client";
import { every } from "../../api/queries";
import { rowsOf } from "../columns";

/** A kind by the last part of its paths; all kinds have the same routes. */
export type StudyKind = "walk-forwards" | "monte-carlos" | "portfolios";
export type Study = Schemas["StudyDetail"];
export type StudyLine = Schemas["StudySummary"];
export type Plan = Schemas["PlannedStudy"];
export type Started = Schemas["StartedWork"];
export type Spec = Record<string, unknown>;

/** One step of the columns of a table. */
export type Row = Record<string, string | number | boolean | null>;

const SLOW = 15_000;
/** Rows of an answer. */
const MOST = 100_000;

// The client knows each path by its own name. The routes of all kinds are made by one function of the server, so that
// those of one kind give the types of all.
const at = (kind: StudyKind, rest = "") => `/api/v1/${kind}${rest}`;
type List = "/api/v1/walk-forwards";
type Named = "/api/v1/walk-forwards/named";
type Planned = "/api/v1/walk-forwards/plan";
type One = "/api/v1/walk-forwards/{study_id}";
type Fresh = "/api/v1/walk-forwards/{study_id}/freshness";
type Table = "/api/v1/walk-forwards/{study_id}/tables/{name}";

/** The newest studies. */
export function useStudies(kind: StudyKind, limit: number) {
  return useQuery({
    queryKey: ["studies", kind, "list", limit],
    queryFn: ({ signal }) => got(api.GET(at(kind) as List, { params: { query: { limit } }, signal })),
    refetchInterval: every(SLOW),
  });
}

/** The specs of a kind by name. */
export function useNamed(kind: StudyKind) {
  return useQuery({
    queryKey: ["studies", kind, "named"],
    queryFn: ({ signal }) => got(api.GET(at(kind, "/named") as Named, { signal })),
  });
}

/** One study; one that is running is asked for again. */
export function useStudy(kind: StudyKind, id: string) {
  return useQuery({
    queryKey: ["studies", kind, id],
    queryFn: ({ signal }) =>
      got(api.GET(at(kind, "/{study_id}") as One, { params: { path: { study_id: id } }, signal })),
    refetchInterval: (query) => (query.state.data?.state === "running" ? 3000 : every(SLOW * 4)(query)),
  });
}

/** Whether bars that a study read have changed since. */
export function useFreshness(kind: StudyKind, id: string) {
  return useQuery({
    queryKey: ["studies", kind, id, "freshness"],
    staleTime: SLOW * 4,
    queryFn: ({ signal }) =>
      got(api.GET(at(kind, "/{study_id}/freshness") as Fresh, { params: { path: { study_id: id } }, signal })),
  });
}

/** The rows of tables of a study, by name; undefined until all are there. */
export function useTables(kind: StudyKind, id: string, names: readonly string[]) {
  return useQueries({
    queries: names.map((name) => ({
      queryKey: ["studies", kind, id, "table", name],
      staleTime: Infinity,
      queryFn: ({ signal }: { signal: AbortSignal }) => readTable(kind, id, name, signal),
    })),
    combine: (all) => ({
      tables: all.every((one) => one.data)
        ? named(
            names,
            all.map((one) => one.data ?? []),
          )
        : undefined,
      error: all.find((one) => one.isError)?.error,
      again: () => all.forEach((one) => one.isError && void one.refetch()),
    }),
  });
}

function named(names: readonly string[], tables: Row[][]): Record<string, Row[]> {
  return Object.fromEntries(names.map((name, at) => [name, tables[at] ?? []]));
}

async function readTable(kind: StudyKind, id: string, name: string, signal: AbortSignal): Promise<Row[]> {
  const rows: Row[] = [];
  let offset: number | null = 0;
  while (offset !== null) {
    const answer: unknown = await got<unknown>(
      api.GET(at(kind, "/{study_id}/tables/{name}") as Table, {
        params: { path: { study_id: id, name }, query: { limit: MOST, offset } },
        signal,
      }),
    );
    const page = answer as Schemas["TablePage"];
    rows.push(...rowsOf<Row>(page.columns));
    offset = page.next_offset;
  }
  return rows;
}

/** Ask what a spec will do and cost; nothing is run. */
export function planOf(kind: StudyKind, spec: Spec, signal: AbortSignal): Promise<Plan> {
  return got(api.POST(at(kind, "/plan") as Planned, { body: spec as never, signal }));
}

/** Start a study from its spec. */
export function start(kind: StudyKind, spec: Spec): Promise<Started> {
  return got(api.POST(at(kind) as List, { body: spec as never }));
}

/** Start the study that a name stands for. */
export function startNamed(kind: StudyKind, of: string): Promise<Started> {
  return got(api.POST(at(kind, "/named") as Named, { body: { of } as never }));
}

/** Address of a table as a file. */
export function fileOf(kind: StudyKind, id: string, table: string, format: "csv" | "parquet"): string {
  return at(kind, `/${id}/tables/${table}?format=${format}`);
}
