/**
 * Candles of an instrument with what is drawn over them, in a frame that loads the charts' library when it is first needed.
 *
 *     <Candles symbol="ES" timeframe="1h" adjustment="ratio" rule="" contract=""
 *              trades={trades} lines={lines} from={from} to={to} height={420} label={...} />
 *
 * `symbol`, `timeframe`: what is shown; where the bars are too many, a coarser timeframe.
 * `adjustment`, `rule`, `contract`: the series, as a spec says it; empty texts take the instrument's own.
 * `trades`: `Trade[]` of `chart/trades` (seconds, own prices), drawn as triangles, dashed lines and dots, or counted.
 * `lines`: the answer of `POST /api/v1/indicators`, over the candles and in a pane under them; null: none.
 * `from`, `to`: first and last instant on the screen, seconds since 1970; left out: the newest bars.
 * `zone`: `utc` or `exchange`. `height`: pixels. `onMoved`: hears of the instants that are seen, when nothing moves any more.
 *
 * New `trades` and `lines` are drawn at once and move nothing; keep their identity while they are the same.
 */

import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { api, got } from "../api/client";
import { useWords } from "../lang/words";
import { Empty, Failing } from "../ui/Region";
import { BarLegend } from "./BarLegend";
import type { Lines } from "./indicators";
import type { Timeframe } from "./ladder";
import { type Pointed, pointedAt } from "./pointed";
import type { Stage } from "./stage";
import type { Trade } from "./trades";
import type { Adjustment, View } from "./view";
import type { Instants } from "./window";
import "../styles/chart.css";

interface CandlesProps {
  symbol: string;
  timeframe: Timeframe;
  adjustment?: Adjustment;
  rule?: string;
  contract?: string;
  trades?: readonly Trade[];
  lines?: Lines | null;
  from?: number;
  to?: number;
  zone?: View["zone"];
  height?: number;
  label?: string;
  onMoved?: (seen: Instants) => void;
}

const NO_TRADES: readonly Trade[] = [];

/** The instruments that G4QC knows. */
export function useInstruments() {
  return useQuery({
    queryKey: ["instruments"],
    queryFn: ({ signal }) => got(api.GET("/api/v1/instruments", { signal })),
    staleTime: Infinity,
  });
}

export function Candles({
  symbol,
  timeframe,
  adjustment = "none",
  rule = "",
  contract = "",
  trades = NO_TRADES,
  lines = null,
  from = 0,
  to = 0,
  zone = "utc",
  height = 420,
  label,
  onMoved,
}: CandlesProps) {
  const { t, language } = useWords();
  const place = useRef<HTMLDivElement>(null);
  const told = useRef(onMoved);
  const [stage, setStage] = useState<Stage | null>(null);
  const [pointed, setPointed] = useState<Pointed | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [isEmpty, setEmpty] = useState(false);
  const instruments = useInstruments();
  const instrument = instruments.data?.find((one) => one.symbol === symbol);
  useEffect(() => {
    told.current = onMoved;
  });

  useEffect(() => {
    const element = place.current;
    let made: Stage | null = null;
    let gone = false;
    async function make() {
      const { Stage: Made } = await import("./stage");
      if (gone || !element) return;
      made = new Made(element, {
        moved: () => made && setPointed(pointedAt(made, undefined)),
        pointed: (at) => made && setPointed(pointedAt(made, at)),
        settled: () => made?.window && told.current?.(made.window),
        failed: setFailure,
      });
      setStage(made);
    }
    make().catch(setFailure);
    return () => {
      gone = true;
      made?.destroy();
      setStage(null);
    };
  }, []);

  const zoneName = zone === "exchange" ? (instrument?.time_zone ?? "UTC") : "UTC";
  const [decimals, tick] = [instrument?.decimals, instrument?.tick];
  useEffect(() => {
    if (!stage || decimals === undefined || tick === undefined) return;
    const view = { symbol, timeframe, contract, adjustment, rule, from, to };
    stage.open(view, Promise.resolve({ zone: zoneName, prices: { decimals, tick } })).then((shown) => {
      if (!shown) return;
      setFailure(null);
      setEmpty(!stage.bars?.length);
    }, setFailure);
  }, [stage, symbol, timeframe, contract, adjustment, rule, from, to, zoneName, decimals, tick]);
  useEffect(() => stage?.setTrades(trades), [stage, trades]);
  useEffect(() => stage?.setLines(lines), [stage, lines]);
  useEffect(() => stage?.canvas.speak(), [stage, language]);

  let over: ReactNode = null;
  if (failure ?? instruments.error) over = <Failing error={failure ?? instruments.error} />;
  else if (isEmpty) over = <Empty title={t("chart.empty")} text={t("chart.empty.text")} />;
  return (
    <>
      <div className="line">
        <BarLegend pointed={pointed} prices={{ decimals: decimals ?? 2, tick: tick ?? 0.01 }} zone={zoneName} />
      </div>
      <div className="stage" style={{ height }}>
        <div ref={place} className="candles" role="img" aria-label={label ?? t("chart.label.of", { symbol })} />
        {over && <div className="over">{over}</div>}
      </div>
      <ChartMaker />
    </>
  );
}

/** Who makes the charts, as their licence asks. */
export function ChartMaker() {
  const { t } = useWords();
  return (
    <p className="maker muted small">
      {t("chart.by")}{" "}
      <a href="https://www.tradingview.com/" target="_blank" rel="noopener">
        TradingView Lightweight Charts™
      </a>
    </p>
  );
}
