import { useMemo } from "react";
import type { Schemas } from "../../api/client";
import { chartAddress } from "../../chart/address";
import { ago, day, moment, number } from "../../format/format";
import { useWords } from "../../lang/words";
import { pathTo } from "../../ui/address";
import { type Column, DataTable } from "../../ui/DataTable";
import { PageLink } from "../../ui/Link";

type Instrument = Schemas["InstrumentInfo"];
type Newest = Schemas["NewestBar"];

interface InstrumentsProps {
  instruments: readonly Instrument[];
  /** Not known while it is loaded, or the server does not answer. */
  freshness: readonly Newest[] | undefined;
}

/** The instruments, and how fresh the bars of each are. */
export function Instruments({ instruments, freshness }: InstrumentsProps) {
  const { t } = useWords();
  const fresh = useMemo(() => newestOf(freshness ?? []), [freshness]);
  const columns = useMemo<Column<Instrument>[]>(
    () => [
      {
        name: "symbol",
        title: t("column.symbol"),
        value: (row) => row.symbol,
        show: (row) =>
          fresh.has(row.symbol) ? <PageLink href={chartAddress(row.symbol)}>{row.symbol}</PageLink> : row.symbol,
      },
      {
        name: "fresh",
        title: t("column.newest"),
        value: (row) => fresh.get(row.symbol)?.last,
        show: (row) => freshness && <Freshness newest={fresh.get(row.symbol)} symbol={row.symbol} />,
      },
      { name: "name", title: t("column.name"), value: (row) => row.name, show: (row) => row.name },
      { name: "exchange", title: t("column.exchange"), value: (row) => row.exchange, show: (row) => row.exchange },
      {
        name: "tick",
        title: t("column.tick"),
        number: true,
        value: (row) => row.tick,
        show: (row) => number(row.tick, row.decimals),
      },
      {
        name: "multiplier",
        title: t("column.multiplier"),
        number: true,
        value: (row) => row.point_value,
        show: (row) => `${number(row.point_value)} ${row.currency}`,
      },
    ],
    [t, fresh, freshness],
  );
  return (
    <DataTable
      caption={t("overview.instruments")}
      columns={columns}
      rows={instruments}
      rowKey={(row) => row.symbol}
      sort="fresh"
      descending
    />
  );
}

function Freshness({ newest, symbol }: { newest: Newest | undefined; symbol: string }) {
  const { t } = useWords();
  if (!newest) return <PageLink href={pathTo("/extract", { symbol })}>{t("overview.none")}</PageLink>;
  return (
    <span title={moment(newest.last)}>
      {ago(newest.last)} <span className="muted">{day(newest.trade_date)}</span>
    </span>
  );
}

function newestOf(freshness: readonly Newest[]): Map<string, Newest> {
  const found = new Map<string, Newest>();
  for (const one of freshness) {
    const before = found.get(one.symbol);
    if (!before || one.last > before.last) found.set(one.symbol, one);
  }
  return found;
}
