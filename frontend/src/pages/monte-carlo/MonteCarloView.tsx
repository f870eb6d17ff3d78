import { money, number, percent } from "../../format/format";
import { type Key, useWords } from "../../lang/words";
import { pathTo } from "../../ui/address";
import { Card } from "../../ui/Card";
import { Keys } from "../../ui/Keys";
import { PageLink } from "../../ui/Link";
import { Loaded } from "../../ui/study/Loaded";
import type { Row, Study } from "../../ui/study/studies";
import { Capital, Fan, Histogram } from "./Charts";
import { type MonteCarloSummary, summaryOf } from "./summary";
import { Capitals, Distributions, Ruin, Runs, Scenarios } from "./Tables";

const TABLES = ["fan", "distributions", "histograms", "ruin", "capital", "scenarios", "paths"] as const;
const SHOWN = ["max_drawdown", "max_drawdown_money", "longest_drawdown", "final_equity"] as const;

/** What a Monte Carlo simulation shows of its own. */
export function MonteCarloView({ study }: { study: Study }) {
  const summary = summaryOf(study);
  return (
    <>
      <KeyFigures summary={summary} />
      <Loaded kind="monte-carlos" id={study.id} names={TABLES}>
        {(tables) => <Parts summary={summary} tables={tables} />}
      </Loaded>
      <Means summary={summary} />
    </>
  );
}

function Parts({ summary, tables }: { summary: MonteCarloSummary; tables: (name: string) => Row[] }) {
  const { t } = useWords();
  const main = summary.main?.simulation ?? "";
  const histogram = (simulation: string, figure: string) => (
    <Histogram bins={tables("histograms")} rows={tables("distributions")} simulation={simulation} figure={figure} />
  );
  return (
    <>
      {main && (
        <Card title={t("mc.part.fan")}>
          <Fan rows={tables("fan")} paths={tables("paths")} summary={summary} />
        </Card>
      )}
      {main && main !== "trade_shuffle" && (
        <Card title={t("mc.part.histograms")}>
          <p className="body muted">{t("mc.histograms.note")}</p>
          <div className="figures">
            {SHOWN.map((one) => (
              <section key={one}>
                <h3>{t(`mc.figure.${one}` as Key)}</h3>
                {histogram(main, one)}
              </section>
            ))}
          </div>
        </Card>
      )}
      <div className="two">
        <Card title={t("mc.part.ruin")}>
          <p className="body muted">
            {t(`mc.ruin.${summary.ruin.rule.endsWith("%") ? "share" : summary.ruin.rule}` as Key, {
              level: money(summary.ruin.level),
              currency: "",
            })}{" "}
            {t("mc.ruin.engine")}
          </p>
          <Ruin rows={tables("ruin")} />
        </Card>
        {tables("capital").length > 0 && (
          <Card title={t("mc.part.capital")}>
            <Capital rows={tables("capital")} cash={summary.result.cash} />
            <Capitals capital={summary.capital} />
          </Card>
        )}
      </div>
      {summary.simulations.includes("trade_shuffle") && (
        <Card title={t("mc.part.shuffle")}>
          {histogram("trade_shuffle", "max_drawdown")}
          <p className="body muted">{t("mc.shuffle.note")}</p>
        </Card>
      )}
      {Object.keys(summary.scenarios).length > 0 && (
        <Card title={t("mc.part.scenarios")}>
          <p className="body muted">
            {t("mc.scenarios.note")} {summary.trials > 0 && t("mc.scenarios.trials", { count: summary.trials })}
          </p>
          <Scenarios scenarios={summary.scenarios} />
          <details className="body">
            <summary>{t("mc.runs")}</summary>
            <Runs rows={tables("scenarios")} />
          </details>
        </Card>
      )}
      <Card title={t("mc.part.distributions")}>
        <p className="body muted">{t("mc.distributions.note")}</p>
        <Distributions rows={tables("distributions")} />
      </Card>
    </>
  );
}

/** What each simulation does and assumes. */
function Means({ summary }: { summary: MonteCarloSummary }) {
  const { t, word } = useWords();
  return (
    <Card title={t("mc.assumes")}>
      <dl className="pairs body">
        {summary.simulations.map((one) => (
          <div key={one} className="pair">
            <dt>{word("mc.sim", one)}</dt>
            <dd>{word("mc.does", one)}</dd>
          </div>
        ))}
      </dl>
      <ul className="body notes">
        <li>{word("mc.growth", summary.growth)}</li>
        <li>{t("mc.note.sessions")}</li>
        <li>{t("mc.note.trades")}</li>
        <li>
          {t("mc.head.paths", {
            paths: summary.paths,
            steps: summary.horizon,
            block: number(Math.round(summary.block_length * 10) / 10),
          })}
          ; {t("mc.head.seed", { generator: summary.generator.split(",")[0] ?? "", seed: String(summary.seed) })}
        </li>
        <li>
          {t("mc.result")}{" "}
          <PageLink href={pathTo("/backtests", { id: summary.result.id })}>{summary.result.name}</PageLink>
        </li>
      </ul>
    </Card>
  );
}

function KeyFigures({ summary: { main, capital } }: { summary: MonteCarloSummary }) {
  const { t } = useWords();
  if (!main) return null;
  const shown: [string, string][] = [
    ["expected_drawdown", percent(main.expected_drawdown)],
    ["bad_drawdown", percent(main.bad_drawdown)],
    ["real_drawdown", percent(main.real_drawdown)],
    ["drawdown_rank", percent(main.drawdown_rank)],
    ["risk", main.risk ? percent(main.risk.risk, 2) : "–"],
    ["loss", percent(main.loss)],
    ["median_final", money(main.median_final)],
  ];
  if (capital["5"]) shown.push(["capital", money(capital["5"])]);
  return (
    <Keys
      label={t("study.keys")}
      figures={shown.map(([name, value]) => ({
        name,
        title: t(`mc.key.${name}` as Key),
        value,
        means: t(`mc.means.${name}` as Key),
      }))}
    />
  );
}
