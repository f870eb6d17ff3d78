import { useQuery } from "@tanstack/react-query";
import { api, got, type Schemas } from "../../api/client";
import { useWords } from "../../lang/words";
import { pathTo } from "../../ui/address";
import { Card } from "../../ui/Card";
import { PageLink } from "../../ui/Link";
import { specQuery } from "../../ui/marketFields";
import { Region } from "../../ui/Region";
import { monteCarloOf } from "../../ui/study/links";
import { valueText } from "./SurfaceCards";
import type { Looked } from "./TrialsPart";
import { setOf } from "./trials";

const SHOWN = ["net_profit", "annual_return", "sharpe", "sortino", "calmar", "max_drawdown", "trades", "win_rate", "profit_factor", "costs"]; // prettier-ignore

/** One trial: its parameters and figures, and where to go with it. */
export function TrialCard({ looked, row }: { looked: Looked; row: number }) {
  const { t, word } = useWords();
  const { trials, search, metrics, change } = looked;
  const place = trials.number[row] ?? 0;
  const trial = useQuery({
    queryKey: ["searches", search.id, "trial", place],
    queryFn: async ({ signal }) =>
      // The route answers with files too.
      (await got(
        api.GET("/api/v1/searches/{search_id}/trials", {
          params: { path: { search_id: search.id }, query: { ranked: false, limit: 1, offset: place } },
          signal,
        }),
      )) as Schemas["TrialPage"],
    staleTime: Infinity,
  });
  const parameters = setOf(trials, row);
  const spec = specQuery({ ...search.backtest, parameters });
  return (
    <Card
      title={t("search.trial", { number: place })}
      end={
        <>
          <PageLink className="button" href={pathTo("/explore", spec)}>
            {t("search.explore")}
          </PageLink>
          <PageLink className="button" href={pathTo("/backtests", spec)}>
            {t("search.backtest")}
          </PageLink>
          <PageLink className="button" href={monteCarloOf({ ...search.backtest, parameters })}>
            {t("search.montecarlo")}
          </PageLink>
          <button type="button" className="quiet" onClick={() => change({ trial: null })}>
            {t("action.close")}
          </button>
        </>
      }
    >
      <p className="body">
        {Object.entries(parameters).map(([name, value]) => (
          <span key={name} className="set">
            <code>{name}</code> <b>{valueText(value)}</b>
          </span>
        ))}
      </p>
      <Region query={trial}>
        {({ trials: [one] }) =>
          one ? (
            <>
              {one.state !== "ranked" && (
                <p className="body">
                  <span className="tag warn">{word("trial", one.state)}</span> {one.words}
                </p>
              )}
              <div className="keys">
                {SHOWN.filter((name) => name in one.metrics).map((name) => (
                  <div key={name}>
                    <b>{metrics.format(name, one.metrics[name] as number | null)}</b>
                    <span>{metrics.title(name)}</span>
                  </div>
                ))}
              </div>
            </>
          ) : null
        }
      </Region>
    </Card>
  );
}
