import { money, number, percent } from "../../format/format";
import { type Key, useWords } from "../../lang/words";
import { Card } from "../../ui/Card";
import { Keys } from "../../ui/Keys";
import { Loaded } from "../../ui/study/Loaded";
import type { Row, Study } from "../../ui/study/studies";
import { Drift, Paths, Sample, Stitched } from "./Charts";
import { summaryOf } from "./summary";
import { Splits, Tried, Windows } from "./Tables";
import { Timeline } from "./Timeline";

const TABLES = ["windows", "stitched", "parameters", "paths", "splits", "trials"] as const;

/** What a walk-forward analysis shows of its own. */
export function WalkForwardView({ study }: { study: Study }) {
  return (
    <>
      <KeyFigures study={study} />
      <Loaded kind="walk-forwards" id={study.id} names={TABLES}>
        {(tables) => <Parts study={study} tables={tables} />}
      </Loaded>
    </>
  );
}

function Parts({ study, tables }: { study: Study; tables: (name: string) => Row[] }) {
  const { t } = useWords();
  const summary = summaryOf(study);
  const [windows, stitched, paths] = [tables("windows"), tables("stitched"), tables("paths")];
  return (
    <>
      {stitched.length > 0 && (
        <Card title={t("wf.part.stitched")}>
          <Stitched stitched={stitched} windows={windows} summary={summary} />
        </Card>
      )}
      <Card title={t("wf.part.windows")}>
        <Timeline windows={windows} summary={summary} />
        <Windows windows={windows} parameters={Object.keys(summary.stability.parameters)} />
      </Card>
      <div className="two">
        <Card title={t("wf.part.sample")}>
          <Sample windows={windows} />
        </Card>
        {summary.paths && (
          <Card title={t("wf.part.paths")}>
            <Paths paths={paths} found={summary.paths} />
          </Card>
        )}
      </div>
      <Card title={t("wf.part.drift")}>
        <Drift parameters={tables("parameters")} steady={summary.stability.parameters} />
      </Card>
      {tables("splits").length > 0 && (
        <Card title={t("wf.group.splits")}>
          <p className="body muted">{t("wf.splits.note")}</p>
          <Splits splits={tables("splits")} parameters={Object.keys(summary.stability.parameters)} />
        </Card>
      )}
      <Card title={t("wf.part.tried")}>
        <p className="body muted">{t("wf.tried.note")}</p>
        <Tried trials={tables("trials")} />
      </Card>
    </>
  );
}

function KeyFigures({ study }: { study: Study }) {
  const { t } = useWords();
  const { figures, efficiency, deflation, overfitting, stability } = summaryOf(study);
  const shown: [string, string][] = [
    ["net_profit", money(figures?.net_profit, true)],
    ["total_return", percent(figures?.total_return, 1, true)],
    ["sharpe", number(figures?.sharpe, 2)],
    ["max_drawdown", percent(figures?.max_drawdown)],
    ["sharpe_efficiency", percent(efficiency.sharpe, 0)],
    ["return_efficiency", percent(efficiency.return, 0)],
    ["deflated_sharpe", percent(deflation.deflated_sharpe, 0)],
    ["overfitting_probability", percent(overfitting.probability, 0)],
    ["stability", percent(stability.overall, 0)],
  ];
  return (
    <Keys
      label={t("study.keys")}
      figures={shown.map(([name, value]) => ({
        name,
        title: t(`wf.figure.${name}` as Key),
        value,
        means: t(`wf.means.${name}` as Key),
      }))}
    />
  );
}
