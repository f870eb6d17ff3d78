/** Fields of a backtest spec as controls, and a spec as the query of an address. The parameters of the strategy are not here. */

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, got, type Schemas } from "../api/client";
import { type Key, useWords } from "../lang/words";
import type { Field, FieldKind, FieldValue } from "./fields";

export type Strategy = Schemas["StrategyInfo"];
export type SpecField = Schemas["SpecFieldInfo"];

/** What a spec can say. */
export interface SpecWords {
  fields: readonly SpecField[];
  strategies: readonly Strategy[];
  instruments: readonly Schemas["InstrumentInfo"][];
}

/** The fields that everybody looks at; the others have defaults that are seldom changed. */
export const MARKET: readonly string[] = ["strategy", "instrument", "timeframe", "from", "to"];

const PARAMETER = "parameters.";
const KINDS: Readonly<Record<string, FieldKind>> = {
  money: "decimal",
  integer: "integer",
  choice: "choice",
  date: "date",
};
const LABELS: Readonly<Record<string, Key>> = { instrument: "field.symbol", from: "field.start", to: "field.end" };

/** The fields of a spec, the strategies and the instruments of the server. */
export function useSpecWords() {
  return useQuery({
    queryKey: ["instruments", "spec"],
    queryFn: async ({ signal }): Promise<SpecWords> => {
      const [fields, strategies, instruments] = await Promise.all([
        got(api.GET("/api/v1/backtests/fields", { signal })),
        got(api.GET("/api/v1/strategies", { signal })),
        got(api.GET("/api/v1/instruments", { signal })),
      ]);
      return { fields, strategies, instruments };
    },
    staleTime: 60_000,
  });
}

/** Return the controls of a spec with the values that are given; texts of an address are values too. */
export function useMarketFields(
  words: SpecWords,
  given: Readonly<Record<string, FieldValue | null | undefined>>,
): Field[] {
  const { t, word, language } = useWords();
  return useMemo(() => {
    const shown = words.fields.filter((one) => one.kind !== "parameters" && one.name !== "name");
    return shown.map((field) => {
      const value = given[field.name] ?? (field.default as FieldValue | null);
      const strategies = words.strategies.map((one) => one.name);
      const choices = field.name === "strategy" ? strategies : words.instruments.map((one) => one.symbol);
      const chosen = field.name === "strategy" || field.name === "instrument";
      return {
        name: field.name,
        label: t(LABELS[field.name] ?? (`field.${field.name}` as Key)),
        kind: chosen ? ("choice" as const) : (KINDS[field.kind] ?? "text"),
        hint: MARKET.includes(field.name) ? undefined : field.description,
        value: value ?? (field.name === "timeframe" ? "1h" : null),
        min: field.minimum,
        max: field.maximum,
        above: field.above,
        required: field.required,
        choices: chosen ? choices : field.choices.map((one) => [one, labelled(word, field.name, one)] as const),
      };
    });
    // The words of the language are in what `t` and `word` return.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [words, given, t, word, language]);
}

function labelled(word: (kind: string, name: string) => string, field: string, value: string): string {
  return word(field, value);
}

/** Return the values of a form that are those of a spec and differ from its defaults. */
export function specOf(words: SpecWords, values: Readonly<Record<string, FieldValue>>): Record<string, FieldValue> {
  const found: Record<string, FieldValue> = {};
  for (const field of words.fields) {
    const value = values[field.name];
    if (value === undefined || (!field.required && String(value) === String(field.default))) continue;
    found[field.name] = value;
  }
  return found;
}

/** Return a spec as the query of an address, which the pages of backtests and exploring read. */
export function specQuery(spec: Readonly<Record<string, unknown>>): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(spec)) {
    if (name !== "name" && isPlain(value)) found[name] = String(value);
  }
  for (const [name, value] of Object.entries((spec.parameters ?? {}) as Record<string, unknown>)) {
    found[PARAMETER + name] = String(value);
  }
  return found;
}

function isPlain(value: unknown): value is FieldValue {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

/** Return the values of the fields of a spec that an address says. */
export function fieldsSaid(query: URLSearchParams, words: SpecWords): Record<string, string> {
  const names = words.fields.map((one) => one.name).filter((name) => query.has(name));
  return Object.fromEntries(names.map((name) => [name, query.get(name) ?? ""]));
}

/** Return the parameters of a strategy that an address says, as values. */
export function parametersSaid(query: URLSearchParams, strategy: Strategy | undefined): Record<string, FieldValue> {
  const found: Record<string, FieldValue> = {};
  for (const { name, type } of strategy?.parameters ?? []) {
    const text = query.get(PARAMETER + name);
    if (text === null) continue;
    found[name] = type === "boolean" ? text === "true" : type === "string" || text === "" ? text : Number(text);
  }
  return found;
}
