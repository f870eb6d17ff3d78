import { useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { Fragment, useEffect, useMemo, useRef, useState } from "react";
import { api, got, type Schemas } from "../../api/client";
import { chartAddress } from "../../chart/address";
import { type Cell, summary, total } from "../../chart/cells";
import { CLASSES } from "../../chart/classes";
import { ClassLegend, CoverageStrip } from "../../chart/CoverageStrip";
import { ToDerive } from "../../chart/Lacking";
import { compact, day, month } from "../../format/format";
import { useWords } from "../../lang/words";
import { PageLink } from "../../ui/Link";
import { Empty, Region } from "../../ui/Region";
import { datesOf } from "./months";

type Session = Pick<Schemas["SessionCoverage"], "contract" | "trade_date" | "classes">;

interface MonthSessionsProps {
  symbol: string;
  /** Like `2026-10`. */
  name: string;
  /** Somebody chose it: it comes into view. */
  asked: boolean;
}

/** The sessions of one month, contract by contract. */
export function MonthSessions({ symbol, name, asked }: MonthSessionsProps) {
  const { t } = useWords();
  const place = useRef<HTMLElement>(null);
  const { first, last } = datesOf(name);
  const coverage = useQuery({
    queryKey: ["coverage", symbol, "month", name],
    queryFn: ({ signal }) =>
      got(api.GET("/api/v1/coverage/{symbol}", { params: { path: { symbol }, query: { first, last } }, signal })),
  });
  useEffect(() => {
    if (asked) place.current?.scrollIntoView({ block: "nearest" });
  }, [asked, symbol, name]);
  const window_ = { timeframe: "5min" as const, from: `${first}T00:00Z`, to: `${last}T23:59Z` };
  return (
    <section ref={place} aria-label={`${symbol} ${month(name)}`}>
      <div className="line">
        <h2>{`${symbol} · ${month(name)}`}</h2>
        <ClassLegend classes={CLASSES} />
        <span className="end">
          <PageLink href={chartAddress(symbol, window_)}>{t("map.chart")}</PageLink>
        </span>
      </div>
      <Region query={coverage}>
        {({ timeframes, sessions }) => (
          <>
            <ToDerive timeframes={timeframes} />
            <Strips symbol={symbol} sessions={sessions} />
          </>
        )}
      </Region>
    </section>
  );
}

function Strips({ symbol, sessions }: { symbol: string; sessions: readonly Session[] }) {
  const { t } = useWords();
  const router = useRouter();
  const [told, setTold] = useState("");
  const rows = useMemo(() => rowsOf(sessions), [sessions]);
  if (!rows.length) return <Empty title={t("map.nosessions")} />;
  const open = (contract: string, date: string) => {
    const given = { timeframe: "1min" as const, contract, from: `${date}T00:00Z`, to: `${date}T23:59Z` };
    router.history.push(chartAddress(symbol, given));
  };
  return (
    <>
      <div className="map">
        {rows.map(({ contract, cells }) => (
          <Fragment key={contract}>
            <div className="name">
              <b>{contract}</b>
            </div>
            <CoverageStrip
              label={`${symbol} ${contract}`}
              cells={cells}
              pick={(cell) => open(contract, cell.name)}
              say={(cell) => setTold(cell ? `${contract} · ${cell.label} · ${summary(cell.counts)}` : "")}
            />
            <span className="share num muted">{compact(total(cells).traded)}</span>
          </Fragment>
        ))}
      </div>
      <div className="told" role="status">
        {told || t("map.sessionhint")}
      </div>
    </>
  );
}

/** Return a row of cells for each contract; all rows have the same sessions. */
function rowsOf(sessions: readonly Session[]): { contract: string; cells: Cell[] }[] {
  const dates = [...new Set(sessions.map((one) => one.trade_date))];
  const contracts = [...new Set(sessions.map((one) => one.contract))].sort();
  return contracts.map((contract) => {
    const mine = new Map(sessions.filter((one) => one.contract === contract).map((one) => [one.trade_date, one]));
    const cells = dates.map((date) => ({ name: date, label: day(date), counts: mine.get(date)?.classes ?? {} }));
    return { contract, cells };
  });
}
