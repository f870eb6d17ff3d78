import { useWords } from "../../lang/words";
import type { Metrics } from "../../ui/metrics";
import type { Result } from "./results";

interface FigureProps {
  name: string;
  metrics: Metrics;
  result: Pick<Result, "metrics"> & { few?: readonly string[] };
}

/** A figure of a result in its colour; one that rests on few sessions or trades is marked. */
export function Figure({ name, metrics, result }: FigureProps) {
  const { t } = useWords();
  const value = result.metrics[name];
  const text = metrics.written(name, value, result.metrics.missing_sessions);
  const few = value !== null && result.few?.includes(name);
  return (
    <span className={metrics.tone(name, value)}>
      {text}
      {few && (
        <span className="few" role="img" aria-label={t("backtest.few")} title={t("backtest.few")}>
          {" "}
          †
        </span>
      )}
    </span>
  );
}
