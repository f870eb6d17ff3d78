/** The range of a result, and its parameters, in one line each. */

import { day, moment } from "../../format/format";
import { t } from "../../lang/words";

/** Return the trade dates that a spec asks for: `Oct 1, 2026 – Oct 30, 2026`, with dots where bars set the end. */
export function rangeOf(spec: Record<string, unknown>): string {
  const [from, to] = [spec.from, spec.to].map((one) => (typeof one === "string" ? day(one) : null));
  return from || to ? `${from ?? "…"} – ${to ?? "…"}` : t("backtests.allbars");
}

/** Return the series that the strategy saw: how it was adjusted, and by which rule it rolls. */
export function seriesOf(spec: Record<string, unknown>): string {
  return [spec.adjustment, spec.roll].filter((one) => typeof one === "string" && one).join(" · ");
}

/** Return the parameters of a spec in one line. */
export function parametersOf(spec: Record<string, unknown>): string {
  const parameters = (spec.parameters ?? {}) as Record<string, unknown>;
  return Object.entries(parameters)
    .map(([name, value]) => `${name}=${String(value as string | number | boolean)}`)
    .join(" ");
}

/** Return when something was made, to the second. */
export function asDay(instant: string): string {
  return moment(instant, "UTC", true);
}
