/** The form of a search: what was typed, kept in the address, and the search that it asks for. */

import { useEffect, useMemo, useState } from "react";
import { useWords } from "../../lang/words";
import { useQueryString } from "../../ui/address";
import type { Field, FieldValue } from "../../ui/fields";
import { fieldsSaid, type SpecWords, specOf, useMarketFields } from "../../ui/marketFields";
import type { Metrics } from "../../ui/metrics";
import { useForm } from "../../ui/useForm";
import { type Bound, readBound, writeBound } from "./constraints";
import { countSets, initialTried, type Parameter, readTried, sent, type Space, type Tried, writeTried } from "./space";

/** The fields of a search that are not those of its backtest. */
export const OF_SEARCH = ["objective", "method", "trials", "minutes", "search_seed", "workers", "search_name"] as const;

const TRIED = "p.";
const BOUND = "bound";
const NO_BOUND = "none";
const WRITE_AFTER = 400;
const METHODS = ["grid", "random", "tpe", "cmaes"];
const NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,99}";

/** Keep the form. */
export function useSearchForm(words: SpecWords, metrics: Metrics) {
  const [query, setQuery] = useQueryString();
  // What the address says when the form appears; afterwards the form says what stands in the address.
  const [said] = useState(() => new URLSearchParams(query));
  const [given] = useState(() => ({ strategy: words.strategies[0]?.name, instrument: words.instruments[0]?.symbol, ...fieldsSaid(said, words) })); // prettier-ignore
  const market = useMarketFields(words, given);
  const own = useSearchFields(metrics, said);
  const form = useForm(useMemo(() => [...market, ...own], [market, own]));

  const strategy = String(form.values.strategy ?? "");
  const parameters = useMemo(
    () => words.strategies.find((one) => one.name === strategy)?.parameters ?? [],
    [words, strategy],
  );
  const [typed, setTyped] = useState<Record<string, Record<string, Tried>>>(() => ({ [strategy]: triedSaid(said) }));
  const space = useMemo(
    () => Object.fromEntries(parameters.map((one) => [one.name, typed[strategy]?.[one.name] ?? initialTried(one)])),
    [parameters, typed, strategy],
  );
  const [bounds, setBounds] = useState<readonly Bound[] | null>(null);
  const shownBounds = bounds ?? boundsSaid(said, metrics);

  const body = searchOf(words, form.values, space, parameters, shownBounds, metrics);
  const address = addressOf(words, form.values, space, parameters, shownBounds, metrics);
  useEffect(() => {
    const timer = setTimeout(() => setQuery(new URLSearchParams(address)), WRITE_AFTER);
    return () => clearTimeout(timer);
  }, [address, setQuery]);

  return {
    form,
    parameters,
    space,
    sets: countSets(space, parameters),
    bounds: shownBounds,
    setBounds,
    setTried: (name: string, tried: Tried) =>
      setTyped((before) => ({ ...before, [strategy]: { ...space, ...before[strategy], [name]: tried } })),
    body,
  };
}

function useSearchFields(metrics: Metrics, said: URLSearchParams): Field[] {
  const { t, word, language } = useWords();
  return useMemo(() => {
    const objectives = metrics.names.flatMap(
      (name) =>
      metrics.better(name)
        ? [[name, metrics.title(name)] as const]
        : (["+", "-"] as const).map((sign) => [sign + name, t(sign === "+" ? "search.larger" : "search.smaller", { name: metrics.title(name) })] as const), // prettier-ignore
    );
    const text = (name: string) => said.get(name);
    return [
      { name: "objective", label: t("search.objective"), kind: "choice", value: text("objective") ?? "sharpe", choices: objectives },
      { name: "method", label: t("search.method"), kind: "choice", value: text("method") ?? "grid", choices: METHODS.map((one) => [one, word("method", one)] as const) },
      { name: "trials", label: t("search.trials.most"), kind: "integer", value: text("trials"), min: 1, max: 10_000_000, hint: t("search.trials.hint") },
      { name: "minutes", label: t("search.minutes"), kind: "number", value: text("minutes"), above: 0, hint: t("search.minutes.hint") },
      { name: "search_seed", label: t("search.seed"), kind: "integer", value: text("search_seed"), min: 0, hint: t("search.seed.hint") },
      { name: "workers", label: t("search.workers"), kind: "integer", value: text("workers"), min: 1, max: 256, hint: t("search.workers.hint") },
      { name: "search_name", label: t("field.name"), kind: "text", value: text("search_name"), pattern: NAME, placeholder: "my-search", hint: t("search.name.hint") },
    ]; // prettier-ignore
    // Titles are in the language, which `t` and `word` change with.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [metrics, said, t, word, language]);
}

function triedSaid(said: URLSearchParams): Record<string, Tried> {
  return Object.fromEntries(
    [...said]
      .filter(([name]) => name.startsWith(TRIED))
      .map(([name, text]) => [name.slice(TRIED.length), readTried(text)]),
  );
}

function boundsSaid(said: URLSearchParams, metrics: Metrics): Bound[] {
  const texts = said.has(BOUND) ? said.getAll(BOUND) : ["trades >= 30"];
  return texts.flatMap((text) => readBound(text, metrics.isShare) ?? []);
}

type Values = Readonly<Record<string, FieldValue>>;

/** Return the search that the form asks for. */
function searchOf(
  words: SpecWords,
  values: Values,
  space: Space,
  parameters: readonly Parameter[],
  bounds: readonly Bound[],
  metrics: Metrics,
) {
  const { parameters: varied, fixed } = sent(space, parameters);
  return {
    ...(values.search_name === undefined ? {} : { name: String(values.search_name) }),
    backtest: { ...specOf(words, values), parameters: fixed },
    parameters: varied,
    method: String(values.method) as "grid",
    objective: String(values.objective ?? "sharpe"),
    constraints: bounds.map((one) => writeBound(one, metrics.isShare)).filter(Boolean),
    trials: (values.trials as number | undefined) ?? null,
    minutes: (values.minutes as number | undefined) ?? null,
    seed: Number(values.search_seed ?? 0),
    workers: (values.workers as number | undefined) ?? null,
  };
}

/** Return the query that says the form. */
function addressOf(
  words: SpecWords,
  values: Values,
  space: Space,
  parameters: readonly Parameter[],
  bounds: readonly Bound[],
  metrics: Metrics,
): string {
  const query = new URLSearchParams([["new", "1"]]);
  for (const [name, value] of Object.entries(specOf(words, values))) query.set(name, String(value));
  for (const one of parameters) {
    const tried = space[one.name];
    if (tried) query.set(TRIED + one.name, writeTried(tried));
  }
  for (const name of OF_SEARCH) if (values[name] !== undefined) query.set(name, String(values[name]));
  const texts = bounds.map((one) => writeBound(one, metrics.isShare)).filter(Boolean);
  for (const text of texts.length ? texts : [NO_BOUND]) query.append(BOUND, text);
  return query.toString();
}

/** Return the query of a form that begins with a search that ran. */
export function queryOfSearch(
  spec: Readonly<Record<string, unknown>>,
  backtest: Readonly<Record<string, unknown>>,
  space: Space,
): URLSearchParams {
  const query = new URLSearchParams([["new", "1"]]);
  for (const [name, value] of Object.entries(backtest)) {
    if (name !== "name" && isPlain(value)) query.set(name, String(value));
  }
  for (const [name, tried] of Object.entries(space)) query.set(TRIED + name, writeTried(tried));
  for (const name of ["objective", "method", "trials", "minutes", "workers"]) {
    const value = spec[name];
    if (isPlain(value)) query.set(name, String(value));
  }
  if (isPlain(spec.seed)) query.set("search_seed", String(spec.seed));
  const texts = (spec.constraints ?? []) as readonly string[];
  for (const text of texts.length ? texts : [NO_BOUND]) query.append(BOUND, text);
  return query;
}

function isPlain(value: unknown): value is FieldValue {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
