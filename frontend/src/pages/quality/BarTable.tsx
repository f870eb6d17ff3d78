import { type ReactNode, useMemo } from "react";
import type { Schemas } from "../../api/client";
import { day, moment, number } from "../../format/format";
import { useWords } from "../../lang/words";
import { type Column, DataTable } from "../../ui/DataTable";
import { useInstruments } from "./instruments";

type SuspectBar = Schemas["QuarantinedBar"];

interface BarTableProps {
  bars: readonly SuspectBar[];
  box: (bar: SuspectBar) => ReactNode;
  opened: ReadonlySet<string>;
  open: (bar: string) => void;
}

/** Very many bars, a line each; those that are opened stand above between their neighbours. */
export function BarTable({ bars, box, opened, open }: BarTableProps) {
  const { t, word } = useWords();
  const instruments = useInstruments().data;
  const columns = useMemo<Column<SuspectBar>[]>(() => {
    const price = (bar: SuspectBar, value: number | null) => number(value, instruments?.get(bar.symbol)?.decimals ?? 2);
    return [
      { name: "box", title: <span className="unseen">{t("quality.chosencolumn")}</span>, show: box },
      {
        name: "reason",
        title: t("quality.reason"),
        show: (bar) => <span className={bar.acceptable ? "tag warn" : "tag bad"}>{word("reason", bar.reason)}</span>,
      },
      {
        name: "bar",
        title: t("column.bar"),
        value: (bar) => bar.timestamp,
        show: (bar) => (
          <button type="button" className="link" aria-pressed={opened.has(bar.bar)} onClick={() => open(bar.bar)}>
            {moment(bar.timestamp)}
          </button>
        ),
      },
      {
        name: "contract",
        title: t("column.contract"),
        value: (bar) => `${bar.symbol} ${bar.contract}`,
        show: (bar) => `${bar.symbol} ${bar.contract}`,
      },
      {
        name: "session",
        title: t("column.session"),
        value: (bar) => bar.trade_date,
        show: (bar) => day(bar.trade_date),
      },
      ...(["open", "high", "low", "close"] as const).map((name) => ({
        name,
        title: t(`bar.${name}`),
        number: true,
        value: (bar: SuspectBar) => bar[name],
        show: (bar: SuspectBar) => price(bar, bar[name]),
      })),
      {
        name: "volume",
        title: t("bar.volume"),
        number: true,
        value: (bar) => bar.volume,
        show: (bar) => number(bar.volume),
      },
      {
        name: "decision",
        title: t("quality.decision"),
        value: (bar) => bar.decision,
        show: (bar) => (bar.decision ? word("decision", bar.decision) : ""),
      },
      { name: "detail", title: t("quality.detail"), show: (bar) => bar.detail },
    ];
  }, [t, word, instruments, box, opened, open]);
  return (
    <DataTable
      caption={t("quality.review")}
      columns={columns}
      rows={bars}
      rowKey={(bar) => bar.bar + bar.reason}
      marked={(bar) => opened.has(bar.bar)}
    />
  );
}
