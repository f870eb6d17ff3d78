import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, got, type Schemas } from "../../api/client";
import { usePolling } from "../../api/changes";
import { day, moment } from "../../format/format";
import { useWords } from "../../lang/words";
import { Card } from "../../ui/Card";
import { type Column, DataTable } from "../../ui/DataTable";
import { Empty, Region } from "../../ui/Region";

type Found = Schemas["InstrumentSources"];
type Source = Schemas["SourceOfContract"];

const SOMETIMES = 60_000;

/** Which sources have bars of an instrument, by contract, and which one counts where several have a session. */
export function Origins({ symbol }: { symbol: string }) {
  const { t } = useWords();
  const sources = useQuery({
    queryKey: ["bars", symbol, "sources"],
    queryFn: ({ signal }) => got(api.GET("/api/v1/sources/{symbol}", { params: { path: { symbol } }, signal })),
    refetchInterval: usePolling(SOMETIMES),
  });
  return (
    <Card title={t("quality.origins")}>
      <Region query={sources}>
        {(found) =>
          found.sources.length ? (
            <Listed found={found} />
          ) : (
            <Empty title={t("quality.noorigins")} text={t("quality.noorigins.text")} />
          )
        }
      </Region>
    </Card>
  );
}

function Listed({ found: { sources, rules } }: { found: Found }) {
  const { t } = useWords();
  const columns = useMemo<Column<Source>[]>(
    () => [
      { name: "contract", title: t("field.contract"), value: (one) => one.contract, show: (one) => one.contract },
      { name: "source", title: t("quality.origins.source"), value: (one) => one.source, show: (one) => one.source },
      {
        name: "first",
        title: t("quality.origins.first"),
        value: (one) => one.first,
        show: (one) => moment(one.first),
      },
      { name: "last", title: t("quality.origins.last"), value: (one) => one.last, show: (one) => moment(one.last) },
    ],
    [t],
  );
  return (
    <>
      <ul className="body small origins">
        <li>{t("quality.origins.usual")}</li>
        {rules.map((rule, at) => (
          <li key={at}>
            {t("quality.origins.rule", {
              first: rule.first ? day(rule.first) : "…",
              last: rule.last ? day(rule.last) : "…",
              order: rule.sources.join(", "),
            })}
          </li>
        ))}
      </ul>
      <DataTable
        caption={t("quality.origins")}
        columns={columns}
        rows={sources}
        rowKey={(one) => `${one.contract} ${one.source}`}
        sort="contract"
        descending
      />
    </>
  );
}
