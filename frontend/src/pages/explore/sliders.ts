/** Sliders of the parameters of a strategy: their ends and steps. */

import type { Schemas } from "../../api/client";
import type { FieldValue } from "../../ui/fields";

export type Parameter = Schemas["StrategyParameter"];

/** The ends of a slider, and its step. */
export interface SliderRange {
  min: number;
  max: number;
  step: number;
}

const MOST_STEPS = 200;

/**
 * Return the range of a slider: what a search tries for the parameter, else its bounds; wider where the value lies outside.
 * Null for what is no number.
 */
export function rangeOf(parameter: Parameter, value: number): SliderRange | null {
  const whole = parameter.type === "integer";
  if (!whole && parameter.type !== "number") return null;
  const base = Number(parameter.default ?? 1) || 1;
  const [low, high] = [parameter.search?.low, parameter.search?.high];
  const least = low ?? parameter.minimum ?? (parameter.above === null ? Math.min(0, base) : parameter.above);
  const most = high ?? Math.min(parameter.maximum ?? Infinity, Math.max(4 * Math.abs(base), whole ? 10 : 1));
  const [min, max] = [Math.min(least, value), Math.max(most, value)];
  return { min, max, step: whole ? 1 : stepOf(max - min) };
}

/** Return a round step that divides a length into at most 200. */
function stepOf(length: number): number {
  const rough = length / MOST_STEPS;
  const power = 10 ** Math.floor(Math.log10(rough || 0.01));
  return Number((([1, 2, 5, 10].find((one) => one * power >= rough) ?? 10) * power).toPrecision(3));
}

/** Return the parameters with their defaults where nothing is given. */
export function withDefaults(
  parameters: readonly Parameter[],
  given: Readonly<Record<string, FieldValue>>,
): Record<string, FieldValue> {
  return Object.fromEntries(
    parameters.flatMap(({ name, default: value }) => {
      const found = given[name] ?? value;
      return found === null || found === undefined ? [] : [[name, found]];
    }),
  );
}
