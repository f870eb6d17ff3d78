import { percent } from "../../../format/format";
import { useWords } from "../../../lang/words";
import type { Metrics } from "../../../ui/metrics";
import { Figure } from "../Figure";
import type { ResultDetail } from "../results";

const SHOWN = [
  "net_profit",
  "total_return",
  "annual_return",
  "sharpe",
  "max_drawdown",
  "profit_factor",
  "win_rate",
  "trades",
] as const;

/** The figures at the top; what the trials of the strategy leave of the Sharpe ratio stands beside it. */
export function Headlines({ result, metrics }: { result: ResultDetail; metrics: Metrics }) {
  const { t } = useWords();
  const { few } = result;
  return (
    <>
      <div className="keys">
        {SHOWN.map((name) => [
          <div key={name}>
            <b>
              <Figure name={name} metrics={metrics} result={result} />
            </b>
            <span>{metrics.title(name)}</span>
          </div>,
          name === "sharpe" && (
            <div key="confidence">
              <b>{percent(result.confidence, 0)}</b>
              <span>{t("worth.confidence")}</span>
            </div>
          ),
        ])}
      </div>
      {few.length > 0 && <p className="line muted small">† {t("backtest.few")}</p>}
      {Boolean(result.metrics.missing_sessions) && <p className="line muted small">* {t("backtest.missing")}</p>}
    </>
  );
}
