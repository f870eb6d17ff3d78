/**
 * The lines by which a strategy decides: those in points over the candles, the others in a pane of their own under them. Must
 * not know how they are computed, nor where they come from.
 */

import {
  HistogramSeries,
  type ISeriesApi,
  LineSeries,
  LineStyle,
  type SeriesType,
  type UTCTimestamp,
} from "lightweight-charts";
import { COLOURS } from "../ui/theme";
import type { Bars } from "./bars";
import type { Canvas } from "./canvas";
import { seconds } from "./ladder";
import { type Frame, Layer } from "./layer";

/** A line; values one for each timestamp, null where it is not known; a level is the same everywhere and has none. */
export interface Line {
  name: string;
  pane: "price" | "own";
  kind: "line" | "histogram" | "band";
  values: readonly (number | null)[];
  level: number | null;
}

/** Lines over bars, as `POST /api/v1/indicators` gives them; seconds since 1970 (UTC). */
export interface Lines {
  timestamps: readonly number[];
  lines: readonly Line[];
  /** Of the newest bar: its price = the contract's own x factor + adjustment. */
  factor?: number | null;
  adjustment?: number | null;
}

/** How a line looks: a colour, and a pattern so that lines differ without colours too. */
export interface Look {
  colour: string;
  dashes: readonly number[];
}

const PATTERNS: readonly (readonly number[])[] = [[], [7, 3], [2, 2], [9, 3, 2, 3]];
const PANE = 1;
const HEIGHT = 0.28; // part of the whole that the pane of their own has

/** Return the look of a line by its place in the list. */
export function lookOf(lines: readonly Line[], place: number): Look {
  const band = lines[place]?.kind === "band";
  const plain = lines.slice(0, place).filter((one) => one.kind !== "band").length;
  const tint = band ? lines.findIndex((one) => one.kind === "band") : place;
  return {
    colour: COLOURS[tint % COLOURS.length] ?? COLOURS[0],
    dashes: (band ? PATTERNS[2] : PATTERNS[plain % PATTERNS.length]) ?? [],
  };
}

/** A value of a line at a bar. */
export interface Reading {
  name: string;
  value: number;
  look: Look;
  pane: Line["pane"];
}

/** A line as it is drawn: values by the bar's index, NaN where there is none. */
interface Drawn {
  line: Line;
  look: Look;
  values: Float64Array;
}

export class Indicators {
  readonly layer = new Layer((frame) => this.#paint(frame));
  readonly #canvas: Canvas;
  #lines: Lines | null = null;
  #drawn: Drawn[] = [];
  #own: ISeriesApi<SeriesType>[] = [];

  constructor(canvas: Canvas) {
    this.#canvas = canvas;
  }

  /** Draw other lines, or over other bars; null draws none. */
  set(lines: Lines | null, bars: Bars | null): void {
    const same = lines === this.#lines;
    this.#lines = lines;
    this.#drawn = lines && bars?.length ? drawnOf(lines, bars) : [];
    if (!same) this.#makePane();
    this.#fillPane();
    this.layer.refresh();
  }

  /** Draw the same lines over other bars. */
  again(bars: Bars): void {
    if (this.#lines) this.set(this.#lines, bars);
  }

  /** Take the points of the pane away: those of bars that go would stay on the axis. */
  release(): void {
    for (const series of this.#own) series.setData([]);
  }

  /** Return the values at a bar. */
  at(index: number): Reading[] {
    return this.#drawn.flatMap(({ line, look, values }) => {
      const value = line.level ?? values[index] ?? NaN;
      return Number.isNaN(value) || line.level !== null ? [] : [{ name: line.name, value, look, pane: line.pane }];
    });
  }

  #makePane(): void {
    const { chart } = this.#canvas;
    for (const series of this.#own) chart.removeSeries(series);
    this.#own = [];
    const lines = this.#lines?.lines ?? [];
    lines.forEach((line, place) => {
      if (line.pane !== "own" || line.level !== null) return;
      const look = lookOf(lines, place);
      const quiet = { color: look.colour, priceLineVisible: false, lastValueVisible: false };
      const series =
        line.kind === "histogram"
          ? chart.addSeries(HistogramSeries, quiet, PANE)
          : chart.addSeries(LineSeries, { ...quiet, lineWidth: 2, crosshairMarkerVisible: false, lineStyle: look.dashes.length ? LineStyle.Dashed : LineStyle.Solid }, PANE); // prettier-ignore
      this.#own.push(series);
    });
    for (const line of lines) {
      if (line.level === null || line.pane !== "own") continue;
      this.#own[0]?.createPriceLine({ price: line.level, title: line.name, color: COLOURS[0], lineWidth: 1, lineStyle: LineStyle.Dotted, axisLabelVisible: false }); // prettier-ignore
    }
    const pane = chart.panes()[PANE];
    if (this.#own.length) {
      pane?.setStretchFactor(HEIGHT);
      chart.panes()[0]?.setStretchFactor(1 - HEIGHT);
    } else if (pane) chart.removePane(PANE);
  }

  #fillPane(): void {
    const { instants } = this.#canvas;
    const own = this.#drawn.filter(({ line }) => line.pane === "own" && line.level === null);
    this.#own.forEach((series, place) => {
      const values = own[place]?.values ?? new Float64Array();
      const points: { time: UTCTimestamp; value: number }[] = [];
      values.forEach((value, i) => {
        if (!Number.isNaN(value)) points.push({ time: (instants[i] ?? 0) as UTCTimestamp, value });
      });
      series.setData(points);
    });
  }

  #paint({ context, x, y, first, last }: Frame): void {
    for (const { line, look, values } of this.#drawn) {
      if (line.pane !== "price") continue;
      context.strokeStyle = look.colour;
      context.lineWidth = 1.5;
      context.setLineDash([...look.dashes]);
      context.beginPath();
      let open = false;
      for (let i = Math.max(0, first); i <= Math.min(values.length - 1, last); i += 1) {
        const value = line.level ?? values[i] ?? NaN;
        const at = Number.isNaN(value) ? null : y(value);
        if (at === null) open = false;
        else if (open) context.lineTo(x(i), at);
        else {
          context.moveTo(x(i), at);
          open = true;
        }
      }
      context.stroke();
    }
    context.setLineDash([]);
  }
}

/** Put values at bars: one that is given for a longer bar stands until the next. */
function drawnOf(lines: Lines, bars: Bars): Drawn[] {
  const { timestamps } = lines;
  const end = bars.hasNewest ? Infinity : bars.t(bars.length - 1) + seconds(bars.series.timeframe);
  const places = timestamps.map((t) => (t < end ? bars.indexAt(t) : -1));
  const move = shiftOf(lines, bars);
  return lines.lines.map((line, place) => {
    const values = new Float64Array(bars.length).fill(NaN);
    if (line.level !== null && line.pane === "price") values.fill(line.level);
    line.values.forEach((value, i) => {
      const at = places[i] ?? -1;
      if (at < 0) return;
      const shown = value === null ? NaN : line.pane === "price" ? move(value) : value;
      values.fill(shown, at, Math.max(at + 1, places[i + 1] ?? 0));
    });
    return { line, look: lookOf(lines.lines, place), values };
  });
}

/** Prices of the lines as prices of the bars, which may be adjusted up to a later roll. */
function shiftOf({ timestamps, factor, adjustment }: Lines, bars: Bars): (value: number) => number {
  const at = bars.indexAt(timestamps.at(-1) ?? NaN);
  if (typeof factor !== "number" || typeof adjustment !== "number" || at < 0) return (value) => value;
  const [slope, shift] = [bars.columns.factor[at] ?? 1, bars.columns.adjustment[at] ?? 0];
  return (value) => ((value - adjustment) / factor) * slope + shift;
}
