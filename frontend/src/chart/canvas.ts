/**
 * Candles and volume on a canvas of lightweight-charts, in the colours of the page. The one module that knows that library
 * for bars. Must not know where bars come from, nor what is drawn on top.
 */

import {
  CandlestickSeries,
  type ChartOptions,
  createChart,
  CrosshairMode,
  type DeepPartial,
  type IChartApi,
  type ISeriesApi,
  type ITimeScaleApi,
  type Time,
  type UTCTimestamp,
} from "lightweight-charts";
import type { Prices } from "../format/format";
import { language } from "../lang/words";
import { colour } from "../ui/theme";
import type { Columns } from "./columns";
import { type Frame, Layer } from "./layer";
import { baseOf, labelsOf, onGrid } from "./priceAxis";
import { days, moved } from "./zones";

/** Places on the screen, as indices of bars with fractions. */
export interface Range {
  from: number;
  to: number;
}

const VOLUME = 0.15; // part of the height

export class Canvas {
  readonly chart: IChartApi;
  readonly candles: ISeriesApi<"Candlestick">;
  readonly time: ITimeScaleApi<Time>;
  /** Instants of the bars as the axis has them. */
  instants: Float64Array = new Float64Array();
  #columns: Columns | null = null;
  #wanted: Range | null = null;
  readonly #volume: Layer;
  #volumeColours = volumeColours();

  constructor(place: HTMLElement) {
    this.chart = createChart(place, { autoSize: true, ...looks(), ...FIXED });
    this.candles = this.chart.addSeries(CandlestickSeries, candleLooks());
    this.candles.priceScale().applyOptions({ scaleMargins: { top: 0.06, bottom: VOLUME + 0.05 } });
    this.time = this.chart.timeScale();
    this.#volume = new Layer((frame) => this.#paintVolume(frame), { below: true });
    this.candles.attachPrimitive(this.#volume);
    this.speak();
  }

  destroy(): void {
    this.chart.remove();
  }

  /** Take the colours of the page again. */
  recolour(): void {
    this.chart.applyOptions(looks());
    this.candles.applyOptions(candleLooks());
    this.#volumeColours = volumeColours();
  }

  /** Write dates as the language of the pages does. */
  speak(): void {
    this.chart.applyOptions({ localization: { locale: language() } });
  }

  /** How wide the candles are in pixels, without the axis. */
  get width(): number {
    return this.time.width();
  }

  /** First and last place on the screen; null while there are none. */
  get range(): Range | null {
    return this.#wanted ?? this.time.getVisibleLogicalRange();
  }

  /** The library takes a new range over with its next frame; until then the wish counts. */
  set range(range: Range) {
    this.#wanted = range;
    this.time.setVisibleLogicalRange(range);
    requestAnimationFrame(() => (this.#wanted = null));
  }

  /** Write prices as those of an instrument; the axis has room for one form. */
  setPrices(of: Prices): void {
    this.candles.applyOptions({
      priceFormat: {
        type: "custom",
        minMove: of.tick,
        base: baseOf(of.tick),
        formatter: (value: number) => onGrid(value, of),
        tickmarksFormatter: (values: readonly number[]) => labelsOf(values, of),
      },
    });
  }

  /**
   * Draw other bars, with those places between the edges; null leaves as they are those that are seen, which only bars
   * that are added before the others allow.
   *
   * @param sessions the bars are whole sessions, whose axis has trade dates
   */
  show(columns: Columns, zone: string, sessions: boolean, range: Range | null): void {
    this.#columns = columns;
    this.instants = sessions ? days(columns.date.values, columns.date.at) : moved(columns.t, zone);
    if (this.time.options().timeVisible === sessions) this.time.applyOptions({ timeVisible: !sessions });
    const { open, high, low, close } = columns;
    const rows = Array.from(this.instants, (time, i) => ({
      time: time as UTCTimestamp,
      open: open[i] ?? NaN,
      high: high[i] ?? NaN,
      low: low[i] ?? NaN,
      close: close[i] ?? NaN,
    }));
    this.candles.setData(rows);
    if (range) this.range = range;
  }

  /** Move by bars. */
  step(bars: number): void {
    const range = this.range;
    if (range) this.range = { from: range.from + bars, to: range.to + bars };
  }

  /** Zoom by a factor about the middle of what is seen. */
  zoom(factor: number): void {
    const range = this.range;
    if (!range) return;
    const half = ((range.to - range.from) * factor) / 2 || 1;
    const middle = (range.from + range.to) / 2;
    this.range = { from: middle - half, to: middle + half };
  }

  /** Put the crosshair on a bar. */
  point(at: number, price: number): void {
    const time = this.instants[at];
    if (time !== undefined) this.chart.setCrosshairPosition(price, time as UTCTimestamp, this.candles);
  }

  #paintVolume({ context, height, x, first, last, spacing }: Frame): void {
    const columns = this.#columns;
    if (!columns) return;
    const [begin, end] = [Math.max(0, first), Math.min(columns.rows - 1, last)];
    let most = 0;
    for (let i = begin; i <= end; i += 1) most = Math.max(most, columns.volume[i] ?? 0);
    if (!most) return;
    const wide = Math.max(1, Math.floor(spacing * 0.8));
    const scale = (height * VOLUME) / most;
    for (let i = begin; i <= end; i += 1) {
      const tall = (columns.volume[i] ?? 0) * scale;
      if (!(tall > 0)) continue;
      context.fillStyle = this.#volumeColours[(columns.close[i] ?? 0) >= (columns.open[i] ?? 0) ? 0 : 1];
      context.fillRect(Math.round(x(i) - wide / 2), height - tall, wide, tall);
    }
  }
}

const FIXED: DeepPartial<ChartOptions> = {
  crosshair: { mode: CrosshairMode.Normal },
  // A swing that goes on by itself would be cut off by every piece that is loaded under it.
  kineticScroll: { touch: false, mouse: false },
  timeScale: { timeVisible: true, secondsVisible: false, minBarSpacing: 0.15, rightOffset: 4, borderVisible: false },
  rightPriceScale: { borderVisible: false },
};

/** What the library needs to look like the page; its logo is the link under the chart. */
function looks(): DeepPartial<ChartOptions> {
  return {
    layout: {
      background: { color: colour("--card") },
      textColor: colour("--muted"),
      fontFamily: getComputedStyle(document.body).fontFamily,
      fontSize: 11,
      attributionLogo: false,
      panes: { separatorColor: colour("--rule"), separatorHoverColor: colour("--accent-soft") },
    },
    grid: { vertLines: { color: colour("--rule") }, horzLines: { color: colour("--rule") } },
  };
}

/** Falling candles are filled and rising ones hollow, so that they differ without colours too. */
function candleLooks() {
  const [up, down] = [colour("--up"), colour("--down")];
  return {
    priceLineColor: colour("--accent"),
    upColor: colour("--card"),
    borderUpColor: up,
    wickUpColor: up,
    downColor: down,
    borderDownColor: down,
    wickDownColor: down,
  };
}

function volumeColours(): [string, string] {
  return [`${colour("--up")}59`, `${colour("--down")}59`];
}
