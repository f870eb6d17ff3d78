import { useWords } from "../../../lang/words";
import { Figure } from "../Figure";
import { HEADLINES, named, percentOf } from "../figures";
import type { ResultDetail } from "../results";

/** The figures at the top; what the trials of the strategy leave of the Sharpe ratio stands beside it. */
export function Headlines({ result }: { result: ResultDetail }) {
  const { t } = useWords();
  const { few } = result;
  return (
    <>
      <div className="keys">
        {HEADLINES.map((name) => [
          <div key={name}>
            <b>
              <Figure name={name} result={result} />
            </b>
            <span>{named(name)}</span>
          </div>,
          name === "sharpe" && (
            <div key="confidence">
              <b>{percentOf(result.confidence)}</b>
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
