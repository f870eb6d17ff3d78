/** The figures of results: what they are called, how their values are written, and which value is the better one. */

import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { useCallback } from "react";
import { api, got, type Schemas } from "../api/client";
import { money, NOTHING, number, percent } from "../format/format";
import { t, useWords, word } from "../lang/words";

export type Metric = Schemas["MetricDefinition"];

/** The figures by name, as the server defines them. */
export interface Metrics {
  all: readonly Metric[];
  names: readonly string[];
  /** What a figure is called. */
  title: (name: string) => string;
  /** A value of a figure as it is written. */
  format: (name: string, value: number | null | undefined) => string;
  /** A figure of a result; `missing` is the number of sessions without bars, which distort some figures. */
  written: (name: string, value: unknown, missing?: unknown) => string;
  /** The class of a value that is a gain above zero and a loss below. */
  tone: (name: string, value: unknown) => "gain" | "loss" | undefined;
  better: (name: string) => "larger" | "smaller" | null;
  /** The places of the best of some values; none where no way is better, or all are alike. */
  bestOf: (name: string, values: readonly unknown[]) => readonly number[];
  isShare: (name: string) => boolean;
}

/** Load the figures, once for all pages. */
export function useMetrics(): UseQueryResult<Metrics> {
  const { language } = useWords();
  return useQuery({
    queryKey: ["metrics"],
    queryFn: ({ signal }) => got(api.GET("/api/v1/backtests/metrics", { signal })),
    staleTime: Infinity,
    gcTime: Infinity,
    // Numbers are written as the language does.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    select: useCallback(({ metrics }: Schemas["MetricList"]) => metricsOf(metrics), [language]),
  });
}

/** Return a figure as a number; null where it has none. */
export function figureOf(value: unknown): number | null {
  return typeof value === "number" && !Number.isNaN(value) ? value : null;
}

/** Return the figures that the server defines. */
export function metricsOf(all: readonly Metric[]): Metrics {
  const known = new Map(all.map((one) => [one.key, one]));
  const format = (name: string, value: number | null | undefined) => writtenIn(known.get(name)?.unit, figureOf(value));
  return {
    all,
    names: [...known.keys()],
    title: (name) => word("metric", name),
    format,
    written: (name, value, missing) => {
      const figure = figureOf(value);
      if (figure === null) return known.get(name)?.least ? t("backtest.notmeaningful") : NOTHING;
      return missing && known.get(name)?.distorted ? `${format(name, figure)} *` : format(name, figure);
    },
    tone: (name, value) => {
      const figure = figureOf(value);
      if (!figure || !known.get(name)?.gain) return undefined;
      return figure > 0 ? "gain" : "loss";
    },
    better: (name) => known.get(name)?.better ?? null,
    bestOf: (name, values) => bestPlaces(known.get(name)?.better, values),
    isShare: (name) => known.get(name)?.unit === "share",
  };
}

function writtenIn(unit: string | undefined, value: number | null): string {
  if (unit === "share") return percent(value, 2);
  if (unit === "money") return money(value);
  return unit !== "ratio" && Number.isInteger(value) ? number(value) : number(value, 3);
}

function bestPlaces(better: Metric["better"] | undefined, values: readonly unknown[]): readonly number[] {
  const figures = values.map(figureOf);
  const known = figures.filter((one) => one !== null);
  if (!better || known.length < 2) return [];
  const best = better === "larger" ? Math.max(...known) : Math.min(...known);
  const places = figures.flatMap((one, at) => (one === best ? [at] : []));
  return places.length === known.length ? [] : places;
}
