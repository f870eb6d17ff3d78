import { useState } from "react";
import { useWords } from "../../../lang/words";
import { Card } from "../../../ui/Card";
import type { ResultDetail } from "../results";

/** The report, opened on request: it is some megabytes. Its sandbox has no origin, so that it reaches nothing here. */
export function ReportCard({ result }: { result: ResultDetail }) {
  const { t, language } = useWords();
  const [shown, setShown] = useState(false);
  if (!result.has_report) {
    return (
      <Card title={t("backtest.report")}>
        <div className="body muted">{t("backtest.noreport")}</div>
      </Card>
    );
  }
  const source = `/api/v1/backtests/${result.id}/report?lang=${language}`;
  const end = (
    <>
      {!shown && (
        <button type="button" onClick={() => setShown(true)}>
          {t("backtest.report.show")}
        </button>
      )}
      <a href={source} target="_blank" rel="noopener">
        {t("backtest.report.tab")}
      </a>
    </>
  );
  return (
    <Card title={t("backtest.report")} end={end}>
      {shown && (
        <iframe className="report" src={source} sandbox="allow-scripts allow-downloads" title={t("backtest.report")} />
      )}
    </Card>
  );
}
