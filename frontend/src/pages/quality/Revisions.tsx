import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, got, type Schemas } from "../../api/client";
import { usePolling } from "../../api/changes";
import { moment, number, price, type Prices } from "../../format/format";
import { useWords } from "../../lang/words";
import { Card } from "../../ui/Card";
import { type Column, DataTable } from "../../ui/DataTable";
import { Empty, Region } from "../../ui/Region";

type Change = Schemas["Restatement"];

const SOMETIMES = 60_000;
const COUNTS = ["volume", "count"];

/** What the gateway restated: the old value and the new one, side by side. */
export function Revisions({ symbol, prices }: { symbol: string; prices: Prices | undefined }) {
  const { t } = useWords();
  const revisions = useQuery({
    queryKey: ["bars", symbol, "revisions"],
    queryFn: ({ signal }) => got(api.GET("/api/v1/revisions/{symbol}", { params: { path: { symbol } }, signal })),
    refetchInterval: usePolling(SOMETIMES),
  });
  return (
    <Card title={t("quality.revisions")}>
      <Region query={revisions}>
        {({ changes }) =>
          changes.length ? (
            <Changes changes={changes} prices={prices} />
          ) : (
            <Empty title={t("quality.norevisions")} text={t("quality.norevisions.text")} />
          )
        }
      </Region>
    </Card>
  );
}

function Changes({ changes, prices = { decimals: 2, tick: 0.01 } }: { changes: Change[]; prices?: Prices }) {
  const { t, word } = useWords();
  const columns = useMemo<Column<Change>[]>(() => {
    const written = (row: Change, value: number | null) => {
      if (value === null) return t("quality.withdrawn");
      return COUNTS.includes(row.field) ? number(value, 0) : price(value, prices);
    };
    return [
      {
        name: "bar",
        title: t("column.bar"),
        value: (row) => row.timestamp,
        show: (row) => `${moment(row.timestamp)} · ${row.contract}`,
      },
      {
        name: "field",
        title: t("column.field"),
        value: (row) => row.field,
        show: (row) => word("bar", row.field),
      },
      {
        name: "change",
        title: t("column.change"),
        number: true,
        value: (row) => (row.new ?? 0) - (row.old ?? 0),
        show: (row) => (
          <>
            <del className="old">{written(row, row.old)}</del>
            <ins>{written(row, row.new)}</ins>
          </>
        ),
      },
      {
        name: "at",
        title: t("column.replaced"),
        value: (row) => row.replaced_at,
        show: (row) => moment(row.replaced_at),
      },
    ];
  }, [t, word, prices]);
  return (
    <DataTable
      caption={t("quality.revisions")}
      columns={columns}
      rows={changes}
      rowKey={(row) => `${row.contract} ${row.timestamp} ${row.field} ${row.request}`}
      sort="at"
      descending
    />
  );
}
