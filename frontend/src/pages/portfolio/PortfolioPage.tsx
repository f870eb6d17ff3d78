import schemas from "../../api/spec_schemas.json";
import { money, number, percent } from "../../format/format";
import { t, useWords } from "../../lang/words";
import { shapeOf } from "../../ui/specShape";
import { StudyPage, type StudyKindPage } from "../../ui/study/StudyPage";
import type { Spec, Study, StudyLine } from "../../ui/study/studies";
import { useOffers } from "../../ui/study/useOffers";
import { PortfolioView } from "./PortfolioView";
import { summaryOf } from "./summary";

const SHAPE = shapeOf("PortfolioSpec", schemas, { "parts.backtest": "BacktestSpec" });
/** Share of the ideal volatility from which whole contracts are called far from the ideal. */
const FAR = 0.25;

/** Portfolios: all of them and a form for a new one, or one of them. */
export default function PortfolioPage() {
  useWords();
  const { backtests } = useOffers();
  const page: StudyKindPage = {
    kind: "portfolios",
    name: "portfolio",
    shape: SHAPE,
    groups: [
      { title: t("pf.group.account"), names: ["cash", "currency", "from", "to"] },
      { title: t("study.group.of"), names: ["parts"] },
      { title: t("pf.group.sizing"), names: ["sizing", "rounding", "buffer", "weights"] },
      {
        title: t("pf.group.weights"),
        names: ["estimation", "window", "every", "scaled", "cap", "multiplier", "multiplier_cap"],
        folded: true,
      },
    ],
    offers: { "parts.*.backtest": backtests },
    of,
    short,
    good: (study) => study.checks.every((one) => one.passed),
    verdict,
    view: (study) => <PortfolioView study={study} />,
  };
  return <StudyPage page={page} />;
}

function of(spec: Spec): string {
  const parts = (spec.parts ?? []) as { backtest: unknown }[];
  const names = parts.map(({ backtest }) =>
    typeof backtest === "string" ? backtest : String((backtest as Record<string, unknown>).instrument),
  );
  const cash = `${money(String(spec.cash))} ${typeof spec.currency === "string" ? spec.currency : "USD"}`;
  return [names.join(", "), cash].join(" · ");
}

function short(study: StudyLine) {
  const figures = study.figures as Record<string, number | null>;
  return t("pf.short", {
    return: percent(figures["total return"], 1, true),
    sharpe: number(figures.Sharpe, 2),
    distance: percent(figures["distance from the ideal"], 0),
  });
}

function verdict(study: Study): string {
  const { portfolio, figures, currency } = summaryOf(study);
  const distance = portfolio.relative_distance ?? null;
  const gaps = {
    capital: money(figures.starting_cash),
    currency,
    held: portfolio.instruments_held ?? 0,
    all: portfolio.instruments ?? 0,
    error: percent(portfolio.tracking_error),
    distance: percent(distance),
  };
  if (!portfolio.instruments_held) return t("pf.verdict.nothing", { ...gaps, least: "–" });
  if (distance === null) return t("pf.verdict.unknown", gaps);
  return t(distance > FAR ? "pf.verdict.far" : "pf.verdict.near", gaps);
}
