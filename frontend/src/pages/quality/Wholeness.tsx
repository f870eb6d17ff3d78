import { useMemo } from "react";
import type { Schemas } from "../../api/client";
import { number, share } from "../../format/format";
import { useWords } from "../../lang/words";
import { pathTo } from "../../ui/address";
import { Card } from "../../ui/Card";
import { type Column, DataTable } from "../../ui/DataTable";
import { PageLink } from "../../ui/Link";

type Months = Schemas["MonthlyCoverage"];

/** How whole the bars of every instrument are; each leads to its own gaps and revisions. */
export function Wholeness({ instruments }: { instruments: readonly Months[] }) {
  const { t, word } = useWords();
  const columns = useMemo<Column<Months>[]>(() => {
    const counts = [
      ["expected", t("quality.minutes"), (one: Months) => sum(one.expected)],
      ["missing", word("class", "missing"), (one: Months) => sum(one.missing)],
      ["quarantined", word("class", "quarantined"), (one: Months) => sum(one.quarantined)],
      ["unasked", t("quality.unaskedsessions"), (one: Months) => one.not_asked?.sessions ?? 0],
    ] as const;
    return [
      {
        name: "symbol",
        title: t("column.symbol"),
        value: (one) => one.symbol,
        show: (one) => <PageLink href={pathTo("/quality", { symbol: one.symbol })}>{one.symbol}</PageLink>,
      },
      {
        name: "share",
        title: t("map.share"),
        number: true,
        value: (one) => knownShare(one),
        show: (one) => share(sum(one.expected) - sum(one.missing), sum(one.expected)),
      },
      ...counts.map(([name, title, value]) => ({
        name,
        title,
        number: true,
        value,
        show: (one: Months) => number(value(one)),
      })),
    ];
  }, [t, word]);
  return (
    <Card title={t("quality.wholeness")}>
      <DataTable
        caption={t("quality.wholeness")}
        columns={columns}
        rows={instruments}
        rowKey={(one) => one.symbol}
        sort="share"
      />
    </Card>
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((before, value) => before + value, 0);
}

function knownShare(one: Months): number {
  return 1 - sum(one.missing) / Math.max(1, sum(one.expected));
}
