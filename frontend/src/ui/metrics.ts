/** The figures of results: what they are called, how their values are written, and which value is the better one. */

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, got, type Schemas } from "../api/client";
import { money, number, percent } from "../format/format";
import { useWords } from "../lang/words";

export type Metric = Schemas["MetricDefinition"];

/** The figures by name. */
export interface Metrics {
  names: readonly string[];
  /** What a figure is called. */
  title: (name: string) => string;
  /** A value of a figure as it is written. */
  format: (name: string, value: number | null | undefined) => string;
  better: (name: string) => "larger" | "smaller" | null;
  isShare: (name: string) => boolean;
}

const WHOLE: readonly string[] = ["count", "sessions", "days", "bars"];

/** Return the figures as the server defines them; before they are known, values are plain numbers. */
export function useMetrics(): Metrics {
  const { word, language } = useWords();
  const found = useQuery({
    queryKey: ["metrics"],
    queryFn: ({ signal }) => got(api.GET("/api/v1/backtests/metrics", { signal })),
    staleTime: Infinity,
  }).data?.metrics;
  return useMemo(() => {
    const known = new Map((found ?? []).map((one) => [one.key, one]));
    return {
      names: [...known.keys()],
      title: (name) => word("metric", name),
      format: (name, value) => writtenMetric(known.get(name)?.unit, value),
      better: (name) => known.get(name)?.better ?? null,
      isShare: (name) => known.get(name)?.unit === "share",
    };
    // Numbers are written as the language does.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [found, word, language]);
}

function writtenMetric(unit: string | undefined, value: number | null | undefined): string {
  const known = value === undefined || Number.isNaN(value) ? null : value;
  if (unit === "share") return percent(known, 2);
  if (unit === "money") return money(known);
  return unit && WHOLE.includes(unit) ? number(known) : number(known, 3);
}
