import { useWords } from "../../lang/words";
import { tone, written } from "./figures";
import type { Result } from "./results";

interface FigureProps {
  name: string;
  result: Pick<Result, "metrics"> & { few?: readonly string[] };
}

/** A figure of a result in its colour; one that rests on few sessions or trades is marked. */
export function Figure({ name, result }: FigureProps) {
  const { t } = useWords();
  const value = result.metrics[name];
  const text = written(name, value, result.metrics.missing_sessions);
  const few = value !== null && result.few?.includes(name);
  return (
    <span className={tone(name, value)}>
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
