import { tone, written } from "./figures";
import type { Result } from "./results";

/** A figure of a result in its colour. */
export function Figure({ name, result }: { name: string; result: Pick<Result, "metrics"> }) {
  const value = result.metrics[name];
  return <span className={tone(name, value)}>{written(name, value, result.metrics.missing_sessions)}</span>;
}
