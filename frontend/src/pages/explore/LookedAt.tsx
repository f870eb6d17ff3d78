import { number, percent } from "../../format/format";
import { useWords } from "../../lang/words";
import { Card } from "../../ui/Card";
import type { Exploration } from "./useExploration";

const PROVEN = 0.95;

/** How much was looked at, and what that leaves of what is seen, in honest words. */
export function LookedAt({ exploration }: { exploration: Exploration }) {
  const { t } = useWords();
  const { answer, milliseconds } = exploration;
  if (!answer) return null;
  const figures = answer.worth.figures;
  const left = figures.deflated_sharpe ?? null;
  const sharpe = typeof answer.metrics.sharpe === "number" ? answer.metrics.sharpe : null;
  const luck = figures.sharpe_by_luck ?? null;
  return (
    <Card
      title={t("explore.looked")}
      end={
        <span className={`tag ${answer.new_trial ? "warn" : ""}`}>
          {answer.new_trial ? t("explore.new") : t("explore.known")}
        </span>
      }
    >
      <div className="body stack" role="status">
        <p className="count">
          <b>{number(answer.trials)}</b> {t("explore.trials", { count: answer.trials, family: answer.family })}
        </p>
        {sharpe !== null && sharpe > 0 && luck !== null && left !== null ? (
          <p>
            {t("explore.luck", { luck: number(luck, 2), sharpe: number(sharpe, 2) })}{" "}
            <strong className={left >= PROVEN ? "gain" : "loss"}>
              {t("explore.left", { left: percent(left, 0) })}
            </strong>
          </p>
        ) : (
          <p>{sharpe !== null && sharpe <= 0 ? t("explore.nothing") : t("explore.short")}</p>
        )}
        {milliseconds !== null && (
          <p className="muted small" data-milliseconds={Math.round(milliseconds)}>
            {t("explore.time", { time: Math.round(milliseconds), server: Math.round(answer.milliseconds) })}
          </p>
        )}
      </div>
    </Card>
  );
}
