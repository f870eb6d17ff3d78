/**
 * A layer over the candles that paints by itself: the library asks for it at every frame. Must not know what is painted.
 */

import type {
  IChartApi,
  IPrimitivePaneRenderer,
  IPrimitivePaneView,
  ISeriesApi,
  ISeriesPrimitive,
  SeriesAttachedParameter,
  SeriesType,
  Time,
} from "lightweight-charts";

/** What a painter is given. */
export interface Frame {
  /** In pixels of the page. */
  context: CanvasRenderingContext2D;
  width: number;
  height: number;
  /** Place of a bar by its index, also outside what is seen. */
  x: (index: number) => number;
  y: (price: number) => number | null;
  /** First and last index that may be seen. */
  first: number;
  last: number;
  /** Pixels a bar. */
  spacing: number;
}

export class Layer implements ISeriesPrimitive {
  readonly #paint: (frame: Frame) => void;
  readonly #views: IPrimitivePaneView[];
  #chart: IChartApi | null = null;
  #series: ISeriesApi<SeriesType> | null = null;
  #again: (() => void) | null = null;

  constructor(paint: (frame: Frame) => void, { below = false } = {}) {
    this.#paint = paint;
    const renderer: IPrimitivePaneRenderer = {
      draw: (target) => target.useMediaCoordinateSpace(({ context, mediaSize }) => this.#draw(context, mediaSize)),
    };
    this.#views = [{ zOrder: () => (below ? "bottom" : "top"), renderer: () => renderer }];
  }

  attached({ chart, series, requestUpdate }: SeriesAttachedParameter<Time>): void {
    this.#chart = chart;
    this.#series = series;
    this.#again = requestUpdate;
  }

  detached(): void {
    this.#chart = this.#series = this.#again = null;
  }

  paneViews(): readonly IPrimitivePaneView[] {
    return this.#views;
  }

  /** Paint anew with the next frame. */
  refresh(): void {
    this.#again?.();
  }

  #draw(context: CanvasRenderingContext2D, { width, height }: { width: number; height: number }): void {
    const time = this.#chart?.timeScale();
    const range = time?.getVisibleLogicalRange();
    if (!time || !range) return;
    const base = Math.floor(range.from);
    const origin = time.logicalToCoordinate(base as typeof range.from);
    const next = time.logicalToCoordinate((base + 1) as typeof range.from);
    if (origin === null || next === null) return;
    const spacing = next - origin;
    this.#paint({
      context,
      width,
      height,
      x: (index) => origin + (index - base) * spacing,
      y: (price) => this.#series?.priceToCoordinate(price) ?? null,
      first: base - 1,
      last: Math.ceil(range.to) + 1,
      spacing,
    });
  }
}
