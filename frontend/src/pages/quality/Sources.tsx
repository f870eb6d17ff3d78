import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, got, type Schemas } from "../../api/client";
import { usePolling } from "../../api/changes";
import { day, number, percent } from "../../format/format";
import { useWords } from "../../lang/words";
import { Card } from "../../ui/Card";
import { type Column, DataTable } from "../../ui/DataTable";
import { Empty, Region } from "../../ui/Region";
import { RunStrip } from "./RunStrip";

type Differences = Schemas["SourceDifferences"];
type Run = Schemas["ComparedRun"];
type Session = Schemas["ComparedSession"];

const SOMETIMES = 60_000;

/** Sources of the same bars beside each other: a strip of their sessions, runs in words, and every session. */
export function Sources({ symbol }: { symbol: string }) {
  const { t } = useWords();
  const differences = useQuery({
    queryKey: ["bars", symbol, "differences"],
    queryFn: ({ signal }) => got(api.GET("/api/v1/differences/{symbol}", { params: { path: { symbol } }, signal })),
    refetchInterval: usePolling(SOMETIMES),
  });
  return (
    <Card title={t("quality.sources")} className="sources">
      <Region query={differences}>
        {(found) =>
          found.sessions.length ? (
            <Compared found={found} />
          ) : (
            <Empty title={t("quality.nosources")} text={t("quality.nosources.text", { symbol })} />
          )
        }
      </Region>
    </Card>
  );
}

function Compared({ found: { runs, sessions } }: { found: Differences }) {
  const { t } = useWords();
  const apart = sessions.filter((one) => !one.agrees).length;
  return (
    <>
      <p>{t("quality.sources.apart", { apart, count: sessions.length })}</p>
      <RunStrip runs={runs} />
      <Runs runs={runs} />
      <details className="folded">
        <summary>{t("quality.sources.sessions")}</summary>
        <Sessions sessions={sessions} />
      </details>
    </>
  );
}

function Runs({ runs }: { runs: Run[] }) {
  const { t, word } = useWords();
  const columns = useMemo<Column<Run>[]>(
    () => [
      { name: "first", title: t("quality.sources.days"), value: (run) => run.first, show: days },
      { name: "contract", title: t("field.contract"), value: (run) => run.contract, show: (run) => run.contract },
      { name: "sources", title: t("quality.sources.two"), value: names, show: names },
      {
        name: "agrees",
        title: t("quality.sources.agree"),
        value: (run) => Number(run.agrees),
        show: (run) => t(run.agrees ? "quality.sources.yes" : "quality.sources.no"),
      },
      {
        name: "verdict",
        title: t("quality.sources.verdict"),
        value: (run) => word("difference", run.verdict),
        show: (run) => word("difference", run.verdict),
      },
      { name: "about", title: t("quality.detail"), words: true, show: (run) => run.about },
    ],
    [t, word],
  );
  return (
    <DataTable
      caption={t("quality.sources.runs")}
      columns={columns}
      rows={runs}
      rowKey={(run) => `${run.contract} ${names(run)} ${run.first}`}
      sort="first"
      uneven
    />
  );
}

function Sessions({ sessions }: { sessions: Session[] }) {
  const { t, word } = useWords();
  const columns = useMemo<Column<Session>[]>(() => {
    const counts = [
      ["shared", (one: Session) => one.shared],
      ["differing", (one: Session) => one.differing],
      ["onlyfirst", (one: Session) => one.only_first],
      ["onlysecond", (one: Session) => one.only_second],
      ["shift", (one: Session) => one.shift],
    ] as const;
    return [
      {
        name: "day",
        title: t("quality.sources.session"),
        value: (one) => one.trade_date,
        show: (one) => `${day(one.trade_date)} · ${one.contract}`,
      },
      { name: "sources", title: t("quality.sources.two"), value: names, show: names },
      {
        name: "verdict",
        title: t("quality.sources.verdict"),
        value: (one) => word("difference", one.verdict),
        show: (one) => word("difference", one.verdict),
      },
      ...counts.map(([name, value]) => ({
        name,
        title: t(`quality.sources.${name}`),
        number: true,
        value,
        show: (one: Session) => number(value(one)),
      })),
      {
        name: "ticks",
        title: t("quality.sources.ticks"),
        number: true,
        value: (one) => largest(one),
        show: (one) => number(largest(one), 1),
      },
      {
        name: "volume",
        title: t("quality.sources.volume"),
        number: true,
        value: (one) => volumes(one),
        show: (one) => percent(volumes(one)),
      },
    ];
  }, [t, word]);
  return (
    <DataTable
      caption={t("quality.sources.sessions")}
      columns={columns}
      rows={sessions}
      rowKey={(one) => `${one.contract} ${names(one)} ${one.trade_date}`}
      sort="day"
    />
  );
}

function days(run: Run): string {
  return run.first === run.last ? day(run.first) : `${day(run.first)} – ${day(run.last)}`;
}

function names(one: { first_source: string; second_source: string }): string {
  return `${one.first_source} · ${one.second_source}`;
}

function largest(one: Session): number {
  return Math.max(0, ...one.prices.map((price) => price.largest));
}

function volumes(one: Session): number {
  return one.volume_first ? one.volume_second / one.volume_first : Number.NaN;
}
