import { useMemo } from "react";
import type { Schemas } from "../../api/client";
import { number } from "../../format/format";
import { useWords } from "../../lang/words";
import { Card } from "../../ui/Card";
import { type Curve, Curves } from "../../ui/Curves";
import { type Metrics, useMetrics } from "../../ui/metrics";
import { Empty, Failing, Region } from "../../ui/Region";
import { ExploreCandles } from "./ExploreCandles";
import type { Exploration, Explored } from "./useExploration";

const FIGURES = ["net_profit", "annual_return", "sharpe", "sortino", "max_drawdown", "trades", "win_rate", "profit_factor", "exposure", "costs"]; // prettier-ignore

/** Candles, equity and figures of the set; while the next ones come, those before stay. */
export function ExplorePictures({ exploration, started }: { exploration: Exploration; started: boolean }) {
  const { t } = useWords();
  const metrics = useMetrics();
  const { answer, shown, behind, failure } = exploration;
  const spec = useMemo(() => (shown ? (JSON.parse(shown) as Schemas["BacktestSpec"]) : null), [shown]);
  if (!started) return <Empty title={t("explore.empty")} text={t("explore.empty.text")} />;
  return (
    <div className="stack pictures" aria-busy={(behind && !failure) || undefined}>
      {failure !== null && <Failing error={failure} />}
      {answer ? (
        <div className={behind ? "stack behind" : "stack"}>
          <Region query={metrics}>{(known) => <Figures answer={answer} metrics={known} />}</Region>
          <Equity answer={answer} />
          {spec && <ExploreCandles spec={spec} answer={answer} />}
        </div>
      ) : (
        failure === null && <p className="busy">{t("state.loading")}</p>
      )}
    </div>
  );
}

function Figures({ answer, metrics }: { answer: Explored; metrics: Metrics }) {
  return (
    <section className="card">
      <div className="keys">
        {FIGURES.map((name) => (
          <div key={name}>
            <b>{metrics.format(name, answer.metrics[name] as number | null)}</b>
            <span>{metrics.title(name)}</span>
          </div>
        ))}
      </div>
    </section>
  );
}

function Equity({ answer }: { answer: Explored }) {
  const { t } = useWords();
  const { trade_date: days, equity } = answer.equity;
  const x = useMemo(() => days.map((one) => Date.parse(`${one}T00:00Z`) / 1000), [days]);
  const curves = useMemo<Curve[]>(
    () => [{ name: t("explore.equity"), values: equity, colour: "--accent" }],
    [equity, t],
  );
  return (
    <Card title={t("explore.equity")}>
      <Curves
        label={t("explore.equity.label")}
        x={x}
        curves={curves}
        height={240}
        format={(value) => number(value, 0)}
      />
    </Card>
  );
}
