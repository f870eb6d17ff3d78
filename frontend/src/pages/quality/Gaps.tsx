import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, got, type Schemas } from "../../api/client";
import { usePolling } from "../../api/changes";
import { chartAddress } from "../../chart/address";
import { CLASSES, OPEN } from "../../chart/classes";
import { NotAsked, ToDerive } from "../../chart/Lacking";
import { day, number, share } from "../../format/format";
import { useWords } from "../../lang/words";
import { Card } from "../../ui/Card";
import { type Column, DataTable } from "../../ui/DataTable";
import { PageLink } from "../../ui/Link";
import { Region } from "../../ui/Region";

type Session = Omit<Schemas["SessionCoverage"], "intervals">;
type Found = Omit<Schemas["Coverage"], "sessions"> & { sessions: readonly Session[] };

const SOMETIMES = 60_000;

/** What is missing or in question, session by session, with the good classes summed up. */
export function Gaps({ symbol }: { symbol: string }) {
  const { t } = useWords();
  const coverage = useQuery({
    queryKey: ["coverage", symbol, "sessions"],
    queryFn: ({ signal }) => got(api.GET("/api/v1/coverage/{symbol}", { params: { path: { symbol } }, signal })),
    refetchInterval: usePolling(SOMETIMES),
  });
  return (
    <Card title={t("quality.gaps")}>
      <Region query={coverage}>{(found) => <Minutes found={found} />}</Region>
    </Card>
  );
}

function Minutes({ found }: { found: Found }) {
  const { t, word } = useWords();
  const { symbol, timeframes, sessions, not_asked: later } = found;
  const sums = CLASSES.map((name) => [name, sessions.reduce((sum, one) => sum + (one.classes[name] ?? 0), 0)] as const);
  const expected = sessions.reduce((sum, one) => sum + one.expected, 0);
  const open = sessions.filter((one) => OPEN.some((name) => (one.classes[name] ?? 0) > 0));
  return (
    <>
      <div className="keys">
        {sums
          .filter(([name, sum]) => sum > 0 || OPEN.some((one) => one === name))
          .map(([name, sum]) => (
            <div key={name} title={word("class", `${name}.text`)}>
              <b>{number(sum)}</b>
              <span>{`${word("class", name)} · ${share(sum, expected)}`}</span>
            </div>
          ))}
      </div>
      <ToDerive timeframes={timeframes} />
      <NotAsked found={later} />
      {open.length > 0 && <OpenSessions symbol={symbol} sessions={open} />}
      {!open.length && !later && (
        <p className="body muted">{t(sessions.length ? "quality.nogaps" : "quality.unasked")}</p>
      )}
    </>
  );
}

function OpenSessions({ symbol, sessions }: { symbol: string; sessions: readonly Session[] }) {
  const { t, word } = useWords();
  const columns = useMemo<Column<Session>[]>(
    () => [
      {
        name: "date",
        title: t("column.session"),
        value: (one) => one.trade_date,
        show: (one) => <PageLink href={addressOf(symbol, one)}>{day(one.trade_date)}</PageLink>,
      },
      {
        name: "contract",
        title: t("column.contract"),
        value: (one) => one.contract,
        show: (one) => one.contract,
      },
      ...OPEN.map((name) => ({
        name,
        title: word("class", name),
        number: true,
        value: (one: Session) => one.classes[name] ?? 0,
        show: (one: Session) => (one.classes[name] ? number(one.classes[name]) : ""),
      })),
    ],
    [t, word, symbol],
  );
  return (
    <DataTable
      caption={t("quality.gaps")}
      columns={columns}
      rows={sessions}
      rowKey={(one) => `${one.trade_date} ${one.contract}`}
      sort="date"
      descending
    />
  );
}

function addressOf(symbol: string, one: Session): string {
  const [from, to] = [one.open ?? `${one.trade_date}T00:00Z`, one.close ?? `${one.trade_date}T23:59Z`];
  return chartAddress(symbol, { timeframe: "1min", contract: one.contract, from, to });
}
