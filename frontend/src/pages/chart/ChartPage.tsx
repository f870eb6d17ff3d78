/** The page of candles: the controls, the chart, the line above it, and the address that shows the same again. */

import { useQuery } from "@tanstack/react-query";
import { type ComponentProps, useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { api, got } from "../../api/client";
import { useHealth } from "../../api/health";
import { BarLegend } from "../../chart/BarLegend";
import { ChartMaker, useInstruments } from "../../chart/Candles";
import { CLASSES } from "../../chart/classes";
import { ClassLegend } from "../../chart/CoverageStrip";
import { neighbour } from "../../chart/ladder";
import type { PointedStore } from "../../chart/pointed";
import type { View } from "../../chart/view";
import { price } from "../../format/format";
import { useWords } from "../../lang/words";
import { pathTo } from "../../ui/address";
import { PageLink } from "../../ui/Link";
import { Empty, Failing } from "../../ui/Region";
import { Controls, type FileLink } from "./Controls";
import { KeyHelp } from "./KeyHelp";
import { MarkLegend } from "./MarkLegend";
import { Notes } from "./Notes";
import { type Action, listen } from "./shortcuts";
import { useChart } from "./useChart";
import { useNarrow } from "./useNarrow";
import { useOverlays } from "./useOverlays";
import "../../styles/chart.css";

const SAID = 4000; // milliseconds for which a sentence stands

export default function ChartPage() {
  const { t, language } = useWords();
  const instruments = useInstruments();
  const health = useHealth().data;
  const chart = useChart(instruments.data);
  const { view, stage, choose } = chart;
  const instrument = instruments.data?.find((one) => one.symbol === view.symbol);
  const prices = { decimals: instrument?.decimals ?? 2, tick: instrument?.tick ?? 0.01 };
  const zone = view.zone === "exchange" ? (instrument?.time_zone ?? "UTC") : "UTC";
  const overlays = useOverlays(view, chart.reach);
  const choices = useChoices(view);
  const [helping, setHelping] = useState(false);
  const [said, setSaid] = useState("");
  const date = useRef<HTMLInputElement>(null);

  // The first instrument with bars, where the address names none.
  const held = new Set(health?.freshness?.map((one) => one.symbol));
  const offered = instruments.data?.filter((one) => held.has(one.symbol) || one.symbol === view.symbol) ?? [];
  const first = offered[0]?.symbol;
  useEffect(() => {
    if (!view.symbol && first) choose({ symbol: first }, { entry: false });
  }, [view.symbol, first, choose]);

  useEffect(() => stage?.setTrades(overlays.trades), [stage, overlays.trades]);
  useEffect(() => stage?.setLines(overlays.lines), [stage, overlays.lines]);
  useEffect(() => stage?.canvas.speak(), [stage, language]);

  const rolls = choices.rolls?.rolls;
  const [decimals, tick] = [prices.decimals, prices.tick];
  const gapOf = useCallback(
    (from: string, to: string) => {
      const gap = rolls?.find((roll) => roll.from_contract === from && roll.to_contract === to)?.gap;
      return typeof gap === "number" ? price(gap, { decimals, tick }, true) : "";
    },
    [rolls, decimals, tick],
  );
  const rollText = useCallback(
    (from: string, to: string) => {
      const gap = gapOf(from, to);
      return gap ? t("chart.roll", { from, to, gap }) : t("chart.roll.unknown", { from, to });
    },
    [gapOf, t],
  );
  useEffect(() => stage?.setRolls((from, to) => `${from} → ${to}  ${gapOf(from, to)}`.trim()), [stage, gapOf]);

  async function copyLink() {
    chart.write();
    try {
      await navigator.clipboard.writeText(location.href);
      setSaid(t("chart.copied"));
    } catch {
      setSaid(t("chart.inaddress"));
    }
    setTimeout(() => setSaid(""), SAID);
  }

  function act(action: Action) {
    if (!stage) return;
    const { canvas } = stage;
    const range = canvas.range;
    const page = (share: number) => canvas.step(Math.round(share * (range ? range.to - range.from : 0)));
    const rung = (by: number) => {
      const timeframe = neighbour(view.timeframe, by);
      if (timeframe) choose({ timeframe });
    };
    const acts: Record<Action, () => unknown> = {
      older: () => page(-0.1),
      newer: () => page(0.1),
      pageolder: () => page(-0.9),
      pagenewer: () => page(0.9),
      oldest: () => chart.attempt(stage.goToEnd(true)),
      newest: () => chart.attempt(stage.goToEnd(false)),
      in: () => canvas.zoom(0.8),
      out: () => canvas.zoom(1.25),
      barbefore: () => chart.walk(-1),
      barafter: () => chart.walk(1),
      finer: () => rung(-1),
      coarser: () => rung(1),
      goto: () => date.current?.focus(),
      zone: () => choose({ zone: view.zone === "utc" ? "exchange" : "utc" }),
      link: () => void copyLink(),
      help: () => setHelping(true),
    };
    acts[action]();
  }
  const acting = useRef(act);
  useEffect(() => {
    acting.current = act;
  });
  const { place } = chart;
  useEffect(() => {
    return place.current ? listen(place.current, (action) => acting.current(action)) : undefined;
  }, [place]);

  const controls = (
    <Controls
      view={view}
      choices={{ ...choices, instruments: offered }}
      choose={choose}
      date={date}
      goTo={(instant) => stage && chart.attempt(stage.goTo(instant))}
      copyLink={() => void copyLink()}
      help={() => setHelping(true)}
      files={filesOf(view, chart.shown)}
    />
  );
  const failure = chart.failure ?? instruments.error;
  const nothing = chart.isEmpty || Boolean(!view.symbol && instruments.data && health && !first);
  return (
    <>
      <h1 className="unseen">{t("nav.chart")}</h1>
      <section className="card chart">
        <header>
          {useNarrow() ? (
            <details className="folded">
              <summary>
                {view.symbol} · {view.timeframe} <span className="muted">{t("chart.controls")}</span>
              </summary>
              {controls}
            </details>
          ) : (
            controls
          )}
        </header>
        <div className="line">
          <PointedLegend store={chart.pointed} prices={prices} zone={zone} rollText={rollText} />
          <Notes chart={chart} overlays={overlays} said={said} />
        </div>
        <div className="stage">
          {/* Keys move the candles; the line above says the bar that is pointed at. */}
          <div
            ref={place}
            className="candles"
            tabIndex={0}
            role="application"
            aria-label={t("chart.label")}
            aria-describedby="chart-legend"
          />
          {(Boolean(failure) || nothing) && (
            <div className="over">
              {failure ? (
                <Failing error={failure} again={chart.again} />
              ) : (
                <Empty title={t("chart.empty")} text={t("chart.empty.text")}>
                  <PageLink className="button" href={pathTo("/extract", { symbol: view.symbol })}>
                    {t("nav.extract")}
                  </PageLink>
                </Empty>
              )}
            </div>
          )}
        </div>
        <footer className="line small">
          <ClassLegend classes={CLASSES} />
          <MarkLegend trades={Boolean(view.backtest)} />
          <span className="muted">
            <kbd>?</kbd> {t("chart.keys")}
          </span>
          <ChartMaker />
        </footer>
      </section>
      {helping && <KeyHelp close={() => setHelping(false)} />}
    </>
  );
}

/** The legend of what is pointed at, the one part that is drawn anew while the candles move. */
function PointedLegend({
  store,
  ...rest
}: { store: PointedStore } & Omit<ComponentProps<typeof BarLegend>, "pointed">) {
  const pointed = useSyncExternalStore(store.subscribe, () => store.value);
  return <BarLegend pointed={pointed} {...rest} />;
}

/** Contracts, rolls and results to choose from; the candles stand without them. */
function useChoices({ symbol, rule }: View) {
  const enabled = symbol !== "";
  const path = { symbol };
  const contracts = useQuery({
    queryKey: ["bars", symbol, "contracts"],
    queryFn: ({ signal }) => got(api.GET("/api/v1/contracts/{symbol}", { params: { path }, signal })),
    enabled,
  }).data;
  const rolls = useQuery({
    queryKey: ["bars", symbol, "rolls", rule],
    queryFn: ({ signal }) => {
      const query = rule ? { rule } : {};
      return got(api.GET("/api/v1/rolls/{symbol}", { params: { path, query }, signal }));
    },
    enabled,
  }).data;
  const results = useQuery({
    queryKey: ["results", "of", symbol],
    queryFn: ({ signal }) => got(api.GET("/api/v1/backtests", { params: { query: { instrument: symbol } }, signal })),
    enabled,
  }).data;
  return { contracts: contracts?.contracts ?? [], rolls, results: results?.backtests ?? [] };
}

/** Addresses of files with the bars that are shown. */
function filesOf(view: View, shown: string | undefined): FileLink[] {
  if (!view.symbol || !view.from) return [];
  const series = view.contract ? { contract: view.contract } : { adjustment: view.adjustment, rule: view.rule };
  const [start_date, end_date] = [view.from, view.to].map((t) => new Date(t * 1000).toISOString().slice(0, 19) + "Z");
  const timeframe = shown ?? view.timeframe;
  const asked = { timeframe, ...series, start_date, end_date, download: "true" };
  return [
    ["CSV", "csv"],
    ["Parquet", "parquet"],
  ].map(([name = "", format = ""]) => ({
    name,
    href: pathTo(`/api/v1/data/${encodeURIComponent(view.symbol)}`, { ...asked, format }),
  }));
}
