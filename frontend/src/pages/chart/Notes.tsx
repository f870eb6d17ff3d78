import { useWords } from "../../lang/words";
import { sentence } from "../../ui/failures";
import type { Chart } from "./useChart";
import type { Overlays } from "./useOverlays";

/** What is to be known of what is shown: coarser bars, missing sessions, what could not be loaded. */
export function Notes({ chart, overlays, said }: { chart: Chart; overlays: Overlays; said: string }) {
  const { t, word } = useWords();
  const { view, shown, missing, strange, choose } = chart;
  const { other, tradesError, linesError } = overlays;
  const count = missing.reduce((sum, run) => sum + run.sessions, 0);
  const days = missing.map(({ first, last }) => (first === last ? first : `${first} – ${last}`));
  const few = days.slice(0, 3).join(", ") + (days.length > 3 ? " …" : "");
  const all = missing.map((run, at) => `${days[at]} ${run.contract} ${word("class", run.reason)}`).join("\n");
  const told = [
    strange.length ? t("chart.strange", { what: strange.join(", ") }) : "",
    tradesError ? `${t("chart.trades.failed")} ${sentence(tradesError)}` : "",
    linesError ? `${t("chart.lines.failed")} ${sentence(linesError)}` : "",
    said,
  ].filter(Boolean);
  return (
    <div className="end">
      <span className="small muted" role="status">
        {told.join(" ")}
      </span>
      <span className="tag" hidden={!shown || shown === view.timeframe}>
        {t("chart.coarser", { timeframe: shown ?? "" })}
      </span>
      <span className="tag warn" id="chart-missing" role="status" hidden={!count} title={all}>
        {t("chart.missing", { count, days: few })}
      </span>
      <span className="tag warn" role="status" hidden={!chart.unsure}>
        {t("chart.nogaps")}
      </span>
      {other && (
        <span className="tag">
          {t("chart.otherseries")}{" "}
          <button type="button" className="quiet" onClick={() => choose(other)}>
            {t("chart.itsseries")}
          </button>
        </span>
      )}
    </div>
  );
}
