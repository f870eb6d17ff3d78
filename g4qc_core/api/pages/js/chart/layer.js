/**
 * A layer over the candles that paints by itself: the library asks for it at every frame. Must not know what is painted.
 */

/**
 * @typedef {object} Frame what a painter is given
 * @property {CanvasRenderingContext2D} context in pixels of the page
 * @property {number} width
 * @property {number} height
 * @property {(index: number) => number} x place of a bar by its index, also outside what is seen
 * @property {(price: number) => number | null} y
 * @property {number} first first and last index that may be seen
 * @property {number} last
 * @property {number} spacing pixels a bar
 */

export class Layer {
  /**
   * @param {(frame: Frame) => void} paint
   * @param {{below?: boolean}} [options] below the candles
   */
  constructor(paint, options = {}) {
    this.paint = paint;
    const renderer = { draw: (target) => target.useMediaCoordinateSpace((scope) => this.#draw(scope)) };
    this.views = [{ zOrder: () => (options.below ? "bottom" : "top"), renderer: () => renderer }];
  }

  attached({ chart, series, requestUpdate }) {
    this.chart = chart;
    this.series = series;
    this.again = requestUpdate;
  }

  paneViews() {
    return this.views;
  }

  /** Paints anew with the next frame. */
  refresh() {
    this.again?.();
  }

  #draw({ context, mediaSize }) {
    const time = this.chart.timeScale();
    const range = time.getVisibleLogicalRange();
    if (!range) return;
    const origin = time.logicalToCoordinate(Math.floor(range.from));
    const next = time.logicalToCoordinate(Math.floor(range.from) + 1);
    if (origin === null || next === null) return;
    const spacing = next - origin;
    this.paint({
      context,
      width: mediaSize.width,
      height: mediaSize.height,
      x: (index) => origin + (index - Math.floor(range.from)) * spacing,
      y: (price) => this.series.priceToCoordinate(price),
      first: Math.floor(range.from) - 1,
      last: Math.ceil(range.to) + 1,
      spacing,
    });
  }
}
