/** The values that a search tries for each parameter: as they are typed, written in an address, counted and sent. */

import type { Schemas } from "../../api/client";

export type Parameter = Schemas["StrategyParameter"];
export type Value = string | number | boolean;

/** What is tried for one parameter; numbers are texts, as they were typed, with a point. */
export type Tried =
  | { kind: "fixed"; value: string }
  | { kind: "list"; values: string }
  | { kind: "range"; from: string; to: string; step: string }
  | { kind: "log"; from: string; to: string; count: string };

export type Kind = Tried["kind"];

/** Return the ways that a parameter may be tried. */
export function kindsOf(parameter: Parameter): Kind[] {
  return parameter.type === "integer" || parameter.type === "number"
    ? ["range", "log", "list", "fixed"]
    : ["list", "fixed"];
}

/** Return what a strategy tries for a parameter by itself; its default where it tries nothing. */
export function initialTried(parameter: Parameter): Tried {
  const own = parameter.search;
  if (own?.choices.length) return { kind: "list", values: own.choices.join(",") };
  if (own && own.low !== null && own.high !== null) {
    return { kind: "range", from: String(own.low), to: String(own.high), step: String(own.step ?? 1) };
  }
  return { kind: "fixed", value: parameter.default === null ? "" : String(parameter.default) };
}

/** Return the same parameter tried in another way, with as much of what was typed as fits. */
export function turned(tried: Tried, kind: Kind, parameter: Parameter): Tried {
  if (tried.kind === kind) return tried;
  const own = initialTried(parameter);
  const ends = "from" in tried ? tried : "from" in own ? own : { from: "1", to: "100" };
  if (kind === "fixed") return { kind, value: String(parameter.default ?? "") };
  if (kind === "log") return { kind, from: ends.from, to: ends.to, count: "8" };
  if (kind === "range") return { kind, from: ends.from, to: ends.to, step: own.kind === "range" ? own.step : "1" };
  const listed = tried.kind === "fixed" ? [tried.value] : valuesOf(tried, parameter, 12);
  const choices = parameter.type === "boolean" ? ["false", "true"] : listed.map(String);
  return { kind, values: choices.join(",") };
}

/** Write what is tried as a text of an address: `=20`, `5,10,20`, `5:60:5`, `5:160:x6`. */
export function writeTried(tried: Tried): string {
  if (tried.kind === "fixed") return `=${tried.value}`;
  if (tried.kind === "list") return tried.values;
  return tried.kind === "range"
    ? `${tried.from}:${tried.to}:${tried.step}`
    : `${tried.from}:${tried.to}:x${tried.count}`;
}

/** Read a text of an address. */
export function readTried(text: string): Tried {
  if (text.startsWith("=")) return { kind: "fixed", value: text.slice(1) };
  const [from, to, step = "1"] = text.split(":");
  if (from === undefined || to === undefined) return { kind: "list", values: text };
  return step.startsWith("x") ? { kind: "log", from, to, count: step.slice(1) } : { kind: "range", from, to, step };
}

/** Return the first values that are tried, at most so many; none where something is not a number. */
export function valuesOf(tried: Tried, { type }: Pick<Parameter, "type">, most = 10_000): Value[] {
  const whole = type === "integer";
  if (tried.kind === "fixed") return tried.value === "" ? [] : [valueOf(tried.value, type)];
  if (tried.kind === "list") {
    const texts = tried.values.split(",").map((one) => one.trim());
    return [...new Set(texts.filter(Boolean).map((text) => valueOf(text, type)))].slice(0, most);
  }
  const [from, to] = [Number(tried.from), Number(tried.to)];
  if (tried.kind === "range") {
    const count = Math.min(most, sizeOfRange(tried.from, tried.to, tried.step));
    const decimals = Math.max(decimalsOf(tried.from), decimalsOf(tried.step));
    return Array.from({ length: count }, (_, at) => Number((from + at * Number(tried.step)).toFixed(decimals)));
  }
  const count = Number(tried.count);
  if (!(from > 0 && to >= from && Number.isInteger(count) && count >= 2)) return [];
  const values = Array.from({ length: Math.min(count, most) }, (_, at) => {
    const value = from * (to / from) ** (at / (count - 1));
    return whole ? Math.round(value) : Number(value.toPrecision(4));
  });
  return [...new Set(values)];
}

function valueOf(text: string, type: string): Value {
  if (type === "boolean") return text === "true";
  const number = Number(text);
  return type === "string" || Number.isNaN(number) ? text : number;
}

/** Return the number of values of a range, both ends included; zero for what is none. The arithmetic is decimal. */
export function sizeOfRange(from: string, to: string, step: string): number {
  const numbers = [from, to, step].map((one) => (one.trim() === "" ? NaN : Number(one)));
  const [first = NaN, last = NaN, by = NaN] = numbers;
  if (!numbers.every(Number.isFinite) || by <= 0 || last < first) return 0;
  const scale = 10 ** Math.max(decimalsOf(from), decimalsOf(to), decimalsOf(step));
  return Math.floor(Math.round((last - first) * scale) / Math.round(by * scale)) + 1;
}

function decimalsOf(text: string): number {
  return Math.min(10, /\.(\d+)$/.exec(text.trim())?.[1]?.length ?? 0);
}

/** Return how many values are tried for a parameter. */
export function sizeOf(tried: Tried, parameter: Pick<Parameter, "type">): number {
  return tried.kind === "range" ? sizeOfRange(tried.from, tried.to, tried.step) : valuesOf(tried, parameter).length;
}

/** What is tried, by parameter. */
export type Space = Readonly<Record<string, Tried>>;

/** Return the number of sets of a space; zero where a parameter that varies has no value. */
export function countSets(space: Space, parameters: readonly Parameter[]): number {
  return parameters.reduce((product, parameter) => {
    const tried = space[parameter.name];
    return !tried || tried.kind === "fixed" ? product : product * sizeOf(tried, parameter);
  }, 1);
}

/** Return a space as a search and its backtest have it: values to try, and values that are fixed. */
export function sent(
  space: Space,
  parameters: readonly Parameter[],
): { parameters: Record<string, unknown>; fixed: Record<string, Value> } {
  const [varied, fixed]: [Record<string, unknown>, Record<string, Value>] = [{}, {}];
  for (const parameter of parameters) {
    const tried = space[parameter.name];
    if (!tried) continue;
    const [value] = tried.kind === "fixed" ? valuesOf(tried, parameter) : [];
    if (tried.kind === "range") {
      varied[parameter.name] = { from: Number(tried.from), to: Number(tried.to), step: Number(tried.step) };
    } else if (tried.kind !== "fixed") varied[parameter.name] = valuesOf(tried, parameter);
    else if (value !== undefined) fixed[parameter.name] = value;
  }
  return { parameters: varied, fixed };
}

/** Return the space that a search was started with. */
export function spaceOf(
  varied: Readonly<Record<string, unknown>>,
  fixed: Readonly<Record<string, unknown>>,
  parameters: readonly Parameter[],
): Record<string, Tried> {
  const own = Object.keys(varied).length === 0;
  return Object.fromEntries(
    parameters.map((parameter) => {
      const [given, value] = [varied[parameter.name], fixed[parameter.name] ?? parameter.default];
      return [parameter.name, own && parameter.search ? initialTried(parameter) : triedOf(given, value)];
    }),
  );
}

function triedOf(given: unknown, value: unknown): Tried {
  if (Array.isArray(given)) return { kind: "list", values: given.join(",") };
  if (typeof given === "object" && given !== null) {
    const { from, to, step } = given as Record<string, number>;
    return { kind: "range", from: String(from), to: String(to), step: String(step ?? 1) };
  }
  return { kind: "fixed", value: value === null || value === undefined ? "" : textOf(value) };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
