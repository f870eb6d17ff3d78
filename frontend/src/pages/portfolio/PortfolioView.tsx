import { money, number, percent } from "../../format/format";
import { type Key, useWords } from "../../lang/words";
import { Card } from "../../ui/Card";
import { Keys } from "../../ui/Keys";
import { Loaded } from "../../ui/study/Loaded";
import type { Row, Study } from "../../ui/study/studies";
import { Capitals, Equity, Positions, Weights } from "./Charts";
import { Correlation } from "./Correlation";
import { type PortfolioSummary, summaryOf } from "./summary";
import { Capacity, CapitalTable, Contributions, Distance, Drawdowns, Trades } from "./Tables";

const TABLES = [
  ...["equity", "positions", "weights", "instruments", "correlation"],
  ...["drawdowns", "drawdown_parts", "capitals", "trades"],
];

/** What a portfolio shows of its own. */
export function PortfolioView({ study }: { study: Study }) {
  const summary = summaryOf(study);
  return (
    <>
      <KeyFigures summary={summary} />
      <Loaded kind="portfolios" id={study.id} names={TABLES}>
        {(tables) => <Parts summary={summary} tables={tables} />}
      </Loaded>
    </>
  );
}

function Parts({ summary, tables }: { summary: PortfolioSummary; tables: (name: string) => Row[] }) {
  const { t } = useWords();
  const [equity, instruments] = [tables("equity"), tables("instruments")];
  const capital = summary.figures.starting_cash ?? 0;
  const names = instruments.map((one) => String(one.instrument));
  return (
    <>
      <Card title={t("pf.part.equity")}>
        <Equity equity={equity} capital={capital} />
      </Card>
      <Card title={t("pf.part.distance")}>
        <p className="body muted">{t("pf.note.distance")}</p>
        <Distance rows={instruments} capital={capital} />
      </Card>
      {tables("capitals").length > 0 && (
        <Card title={t("pf.part.capitals")}>
          <p className="body muted">{t("pf.note.capitals")}</p>
          <div className="two">
            <Capitals rows={tables("capitals")} capital={capital} />
            <CapitalTable rows={tables("capitals")} />
          </div>
        </Card>
      )}
      <Card title={t("pf.part.contributions")}>
        <p className="body muted">{t("pf.note.contributions")}</p>
        <Contributions rows={instruments} />
      </Card>
      <div className="two">
        {tables("weights").length > 0 && (
          <Card title={t("pf.part.weights")}>
            <Weights equity={equity} weights={tables("weights")} />
          </Card>
        )}
        {names.length > 1 && (
          <Card title={t("pf.part.correlation")}>
            <Correlation rows={tables("correlation")} names={names} />
          </Card>
        )}
      </div>
      <Card title={t("pf.part.positions")}>
        <p className="body muted">{t("pf.note.positions")}</p>
        <Positions positions={tables("positions")} instruments={instruments} />
      </Card>
      <Card title={t("pf.part.drawdowns")}>
        <p className="body muted">{t("pf.note.drawdowns")}</p>
        <Drawdowns rows={tables("drawdowns")} parts={tables("drawdown_parts")} names={names} />
      </Card>
      <Card title={t("pf.part.capacity")}>
        <p className="body muted">{t("pf.note.capacity", { share: percent(0.01, 0) })}</p>
        <Capacity rows={instruments} />
      </Card>
      <details className="card">
        <summary>
          {t("pf.trades")} ({number(tables("trades").length)})
        </summary>
        <Trades rows={tables("trades")} />
      </details>
    </>
  );
}

function KeyFigures({ summary: { figures, portfolio } }: { summary: PortfolioSummary }) {
  const { t } = useWords();
  const own: [string, string][] = [
    ["total_return", percent(figures.total_return, 1, true)],
    ["annual_return", percent(figures.annual_return, 1, true)],
    ["sharpe", number(figures.sharpe, 2)],
    ["max_drawdown", percent(figures.max_drawdown)],
    ["volatility", percent(figures.volatility)],
    ["net_profit", money(figures.net_profit, true)],
    ["costs", money(figures.costs)],
    ["tracking_error", percent(portfolio.tracking_error)],
    ["share_of_risk", percent(portfolio.share_of_risk)],
    ["instruments_held", number(portfolio.instruments_held, 0)],
    ["effective_instruments", number(portfolio.effective_instruments, 2)],
    ["diversification_ratio", number(portfolio.diversification_ratio, 2)],
    ["concentration", percent(portfolio.concentration)],
    ["margin_share", percent(portfolio.margin_share)],
  ];
  return (
    <Keys
      label={t("study.keys")}
      figures={own.map(([name, value]) => ({ name, value, title: t(`pf.figure.${name}` as Key) }))}
    />
  );
}
