import { useQuery } from "@tanstack/react-query";
import { api, got } from "../../api/client";
import { usePolling } from "../../api/changes";
import { ago, moment, money, number, percent } from "../../format/format";
import { useWords } from "../../lang/words";
import { pathTo } from "../../ui/address";
import { Card } from "../../ui/Card";
import { PageLink } from "../../ui/Link";
import { Empty, Region } from "../../ui/Region";

const NEWEST = 5;
const SOMETIMES = 20_000;

/** The newest results of backtests, each with what is left of it after all trials. */
export function Results() {
  const { t } = useWords();
  const results = useQuery({
    queryKey: ["results", "newest", NEWEST],
    queryFn: ({ signal }) => got(api.GET("/api/v1/backtests", { params: { query: { limit: NEWEST } }, signal })),
    refetchInterval: usePolling(SOMETIMES),
  });
  return (
    <Card title={t("overview.results")} end={<PageLink href="/backtests">{t("overview.allresults")}</PageLink>}>
      <Region query={results}>
        {({ backtests }) =>
          backtests.length ? (
            <div className="scroll">
              <table>
                <caption className="unseen">{t("overview.results")}</caption>
                <thead>
                  <tr>
                    <th scope="col">{t("column.name")}</th>
                    <th scope="col">{t("column.created")}</th>
                    <th scope="col" className="num">
                      {t("column.profit")}
                    </th>
                    <th scope="col" className="num">
                      {t("overview.sharpe")}
                    </th>
                    <th scope="col" className="num">
                      {t("worth.confidence")}
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {backtests.map((one) => (
                    <tr key={one.id}>
                      <td>
                        <PageLink href={pathTo("/backtests", { id: one.id })}>{one.title ?? one.name}</PageLink>
                      </td>
                      <td title={moment(one.created_at)}>{ago(one.created_at)}</td>
                      <td className="num">{money(figure(one.metrics.net_profit), true)}</td>
                      <td className="num">{number(figure(one.metrics.sharpe), 2)}</td>
                      <td className="num">{percent(one.confidence)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          ) : (
            <Empty title={t("overview.noresults")} text={t("overview.noresults.text")} />
          )
        }
      </Region>
    </Card>
  );
}

function figure(value: unknown): number | null {
  const found = typeof value === "string" && value ? Number(value) : value;
  return typeof found === "number" && Number.isFinite(found) ? found : null;
}
