import schemas from "../../api/spec_schemas.json";
import { percent } from "../../format/format";
import { t, useWords, word } from "../../lang/words";
import { shapeOf } from "../../ui/specShape";
import { StudyPage, type StudyKindPage } from "../../ui/study/StudyPage";
import type { Spec, StudyLine } from "../../ui/study/studies";
import { useOffers } from "../../ui/study/useOffers";
import { summaryOf } from "./summary";
import { WalkForwardView } from "./WalkForwardView";

const SHAPE = shapeOf("WalkForwardSpec", schemas, {
  search: "SearchSpec",
  "search.backtest": "BacktestSpec",
  backtest: "BacktestSpec",
});

/** Walk-forward analyses: all of them and a form for a new one, or one of them. */
export default function WalkForwardPage() {
  useWords();
  const { backtests, searches } = useOffers();
  const page: StudyKindPage = {
    kind: "walk-forwards",
    name: "walk-forward",
    shape: SHAPE,
    groups: [
      { title: t("study.group.of"), names: ["search", "backtest"] },
      { title: t("wf.group.windows"), names: ["mode", "windows", "train", "test", "step", "purge"] },
      { title: t("wf.group.splits"), names: ["folds", "test_folds", "embargo"], folded: true },
    ],
    offers: { search: searches, backtest: backtests, "search.backtest": backtests },
    of,
    short,
    good: (study) => summaryOf(study).verdict === "survives",
    verdict: (study) => word("wf.verdict", summaryOf(study).verdict),
    view: (study) => <WalkForwardView study={study} />,
  };
  return <StudyPage page={page} />;
}

function of(spec: Spec): string {
  const search = named(spec.search) ?? named(spec.backtest) ?? "";
  return [search, word("mode", typeof spec.mode === "string" ? spec.mode : "rolling")].filter(Boolean).join(" · ");
}

/** The name of what a spec is about, or its strategy and instrument. */
function named(given: unknown): string | null {
  if (typeof given === "string") return given;
  if (typeof given !== "object" || given === null) return null;
  const fields = given as Record<string, unknown>;
  if (fields.backtest) return named(fields.backtest);
  const parts = [fields.strategy, fields.instrument, fields.timeframe].filter((one) => typeof one === "string");
  return parts.join(" ");
}

function short(study: StudyLine) {
  const figures = study.figures as Record<string, number | string | null>;
  const share = (name: string) => percent(figures[name] as number | null, 0);
  return (
    <>
      {figures.verdict}{" "}
      <span className="muted small">
        {t("wf.short", {
          efficiency: share("efficiency"),
          deflated: share("deflated Sharpe"),
          overfitting: share("overfitting"),
        })}
      </span>
    </>
  );
}
