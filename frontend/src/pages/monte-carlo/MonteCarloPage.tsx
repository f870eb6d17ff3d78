import schemas from "../../api/spec_schemas.json";
import { percent } from "../../format/format";
import { t, useWords } from "../../lang/words";
import { pathTo } from "../../ui/address";
import { PageLink } from "../../ui/Link";
import { shapeOf } from "../../ui/specShape";
import { StudyPage, type StudyKindPage } from "../../ui/study/StudyPage";
import type { Spec, Study, StudyLine } from "../../ui/study/studies";
import { useOffers } from "../../ui/study/useOffers";
import { MonteCarloView } from "./MonteCarloView";
import { summaryOf } from "./summary";

const SHAPE = shapeOf("MonteCarloSpec", schemas, { result: "BacktestSpec" });

/** Monte Carlo simulations: all of them and a form for a new one, or one of them. */
export default function MonteCarloPage() {
  useWords();
  const { backtests } = useOffers();
  const page: StudyKindPage = {
    kind: "monte-carlos",
    name: "monte-carlo",
    shape: SHAPE,
    groups: [
      { title: t("study.group.of"), names: ["result"] },
      { title: t("mc.group.paths"), names: ["simulations", "paths", "horizon", "block_length", "growth", "seed"] },
      { title: t("mc.group.ruin"), names: ["ruin", "goal", "risks"] },
      {
        title: t("mc.group.runs"),
        names: ["runs", "fee_jitter", "slippage_jitter", "parameter_jitter", "skipped", "delay"],
        folded: true,
      },
    ],
    offers: { result: backtests },
    of,
    short,
    good: (study) => study.checks.every((one) => one.passed),
    verdict,
    view: (study) => <MonteCarloView study={study} />,
    source: (study) => (
      <PageLink href={pathTo("/backtests", { id: summaryOf(study).result.id })}>{t("mc.result.open")}</PageLink>
    ),
  };
  return <StudyPage page={page} />;
}

function of(spec: Spec): string {
  if (typeof spec.result === "string") return spec.result;
  const { strategy, instrument, timeframe } = (spec.result ?? {}) as Record<string, unknown>;
  return [strategy, instrument, timeframe].filter((one) => typeof one === "string").join(" ");
}

function short(study: StudyLine) {
  const figures = study.figures as Record<string, number | null>;
  const share = (name: string) => percent(Math.abs(figures[name] ?? NaN), 1);
  return t("mc.short", {
    expected: share("drawdown to expect"),
    bad: share("drawdown, one path in twenty"),
    ruin: share("risk of ruin"),
  });
}

function verdict(study: Study): string {
  const { main } = summaryOf(study);
  if (!main) return t("mc.verdict.none");
  return t("mc.verdict", {
    expected: percent(Math.abs(main.expected_drawdown)),
    bad: percent(Math.abs(main.bad_drawdown)),
    real: percent(Math.abs(main.real_drawdown)),
    rank: percent(main.drawdown_rank),
  });
}
