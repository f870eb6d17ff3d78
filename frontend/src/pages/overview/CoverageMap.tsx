import { Fragment, useMemo, useState } from "react";
import type { Schemas } from "../../api/client";
import { chartAddress } from "../../chart/address";
import { type Cell, summary, total } from "../../chart/cells";
import { CoverageStrip } from "../../chart/CoverageStrip";
import { NotAsked } from "../../chart/Lacking";
import { month, share } from "../../format/format";
import { useWords } from "../../lang/words";
import { useQueryString } from "../../ui/address";
import { PageLink } from "../../ui/Link";
import { Empty } from "../../ui/Region";
import { cellsOf, everyMonth } from "./months";
import { MonthSessions } from "./MonthSessions";

type Instrument = Schemas["MonthlyCoverage"];

/** What is known of every instrument, month by month; the month in the address is opened below, session by session. */
export function CoverageMap({ instruments }: { instruments: readonly Instrument[] }) {
  const { t } = useWords();
  const [query, setQuery] = useQueryString();
  const [pointed, setPointed] = useState<{ symbol: string; cell: Cell }>();
  const months = useMemo(() => everyMonth(instruments), [instruments]);
  const rows = useMemo(() => instruments.map((one) => ({ one, cells: cellsOf(one, months) })), [instruments, months]);
  const [first] = instruments;
  if (!first) {
    return (
      <Empty title={t("overview.empty")} text={t("overview.empty.text")}>
        <PageLink className="button" href="/extract">
          {t("nav.extract")}
        </PageLink>
      </Empty>
    );
  }
  const chosen = query.get("month");
  const opened = {
    symbol: (chosen && query.get("symbol")) || first.symbol,
    name: chosen && /^\d{4}-\d{2}$/.test(chosen) ? chosen : first.months.at(-1),
  };
  const pick = (symbol: string, cell: Cell) => setQuery(new URLSearchParams({ symbol, month: cell.name }));
  return (
    <>
      <div className="map">
        <span className="muted small">{t("map.months")}</span>
        <span className="muted small">{`${month(months[0] ?? "")} – ${month(months.at(-1) ?? "")}`}</span>
        <span className="share" />
        {rows.map(({ one, cells }) => (
          <Fragment key={one.symbol}>
            <div className="name">
              <PageLink href={chartAddress(one.symbol)}>
                <b>{one.symbol}</b>
              </PageLink>
            </div>
            <CoverageStrip
              label={one.symbol}
              cells={cells}
              pick={(cell) => pick(one.symbol, cell)}
              say={(cell) => setPointed(cell ? { symbol: one.symbol, cell } : undefined)}
            />
            <KnownShare one={one} cells={cells} />
            <NotAsked found={one.not_asked} />
          </Fragment>
        ))}
      </div>
      <div className="told" role="status">
        {pointed ? `${pointed.symbol} · ${pointed.cell.label} · ${summary(pointed.cell.counts)}` : t("map.hint")}
      </div>
      {opened.name && <MonthSessions symbol={opened.symbol} name={opened.name} asked={chosen !== null} />}
    </>
  );
}

function KnownShare({ one, cells }: { one: Instrument; cells: readonly Cell[] }) {
  const { t } = useWords();
  const sum = total(cells);
  const expected = sum.known + sum.quarantined + sum.missing;
  return (
    <span className="share num" title={t("map.share")}>
      {share(expected - sum.missing, expected + (one.not_asked?.minutes ?? 0))}
    </span>
  );
}
