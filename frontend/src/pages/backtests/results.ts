/** Results of backtests as the pages know them, and the questions that the API answers about them. */

import { useQuery } from "@tanstack/react-query";
import { api, got, type Schemas } from "../../api/client";
import { useWords } from "../../lang/words";
import type { Columns } from "../../ui/columns";

export type Result = Schemas["BacktestSummary"];
export type ResultDetail = Schemas["BacktestDetail"];
export type SpecFieldInfo = Schemas["SpecFieldInfo"];
export type StrategyInfo = Schemas["StrategyInfo"];

/** Return the name under which a result is shown. */
export function nameOf(result: { title: string | null; name: string }): string {
  return result.title || result.name;
}

/** The fields of a spec as the server describes them. */
export function useSpecFields() {
  return useQuery({
    queryKey: ["spec-fields"],
    queryFn: ({ signal }) => got(api.GET("/api/v1/backtests/fields", { signal })),
    staleTime: Infinity,
  });
}

/** The strategies with their parameters, described in the visitor's language. */
export function useStrategies() {
  const { language } = useWords();
  return useQuery({
    queryKey: ["strategies", language],
    queryFn: ({ signal }) => got(api.GET("/api/v1/strategies", { signal, headers: { "Accept-Language": language } })),
    placeholderData: (before) => before,
  });
}

/** One result with its inputs. */
export function useResult(id: string, enabled = true) {
  return useQuery({
    queryKey: ["results", id],
    queryFn: ({ signal }) =>
      got(api.GET("/api/v1/backtests/{backtest_id}", { params: { path: { backtest_id: id } }, signal })),
    enabled,
  });
}

/** Return the columns of a table of a result. */
export async function columnsOf(answer: Promise<{ data?: Schemas["ColumnTable"] | string }>): Promise<Columns> {
  return ((await answer).data as Schemas["ColumnTable"]).columns;
}
