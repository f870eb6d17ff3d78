import { day } from "../../format/format";
import { useWords } from "../../lang/words";
import type { Row } from "../../ui/study/studies";
import { secondsOf } from "../../ui/study/values";
import type { WalkForwardSummary } from "./summary";

const DAY = 86400;

/** Training, gap and test of each window on one scale of time. The table below has the same days. */
export function Timeline({ windows, summary }: { windows: Row[]; summary: WalkForwardSummary }) {
  const { t } = useWords();
  if (!windows.length) return null;
  const first = Math.min(...windows.map((one) => secondsOf(one.train_from)));
  const last = Math.max(...windows.map((one) => secondsOf(one.test_to))) + DAY;
  const span = (from: number, to: number) => ({
    left: `${((from - first) / (last - first)) * 100}%`,
    width: `${((to - from) / (last - first)) * 100}%`,
  });
  return (
    <>
      <div className="timeline" role="img" aria-label={t("wf.timeline", { count: windows.length })}>
        {windows.map((one) => (
          <Lane key={String(one.window)} row={one} span={span} />
        ))}
        <div className="ends">
          <span>{day(new Date(first * 1000).toISOString().slice(0, 10))}</span>
          <span>{day(new Date((last - DAY) * 1000).toISOString().slice(0, 10))}</span>
        </div>
      </div>
      <p className="key-line">
        <span>
          <i className="swatch train" /> {t("wf.column.training")}
        </span>
        <span>
          <i className="swatch gap" /> {t("wf.purge", { count: summary.gap.purge })}
        </span>
        <span>
          <i className="swatch test" /> {t("wf.column.test")}
        </span>
        {summary.paths && <span>{t("wf.embargo", { count: summary.gap.embargo })}</span>}
      </p>
    </>
  );
}

function Lane({ row, span }: { row: Row; span: (from: number, to: number) => { left: string; width: string } }) {
  const trained = secondsOf(row.train_to) + DAY;
  return (
    <>
      <span className="num">{row.window}</span>
      <span className="lane">
        <span className="train" style={span(secondsOf(row.train_from), trained)} />
        <span className="gap" style={span(trained, secondsOf(row.test_from))} />
        <span className="test" style={span(secondsOf(row.test_from), secondsOf(row.test_to) + DAY)} />
      </span>
    </>
  );
}
