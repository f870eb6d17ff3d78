/**
 * A chart that moves: it loads the bars of the window that is seen, and shows them in a timeframe that fits the screen. It
 * knows neither the controls around it nor the address of the page.
 */

import { onColours } from "../ui/theme";
import { Bars, forgetBars } from "./bars";
import { Canvas, type Range } from "./canvas";
import { Coverage } from "./coverage";
import { Hold } from "./hold";
import { Levels } from "./levels";
import type { About, Hears, Shown } from "./staging";
import { Indicators, type Lines } from "./indicators";
import { seconds, suited, type Timeframe } from "./ladder";
import { type Trade, Trades } from "./trades";
import { between, type Instants, instantsOf, isOutside, newest } from "./window";

const AHEAD = 1.5; // screens that are loaded before they are reached
const OPEN_SHARE = 0.66; // part of all hours in which a market is open
const FEWEST = 400; // bars on each side of the middle of a view that names a window
const IDLE = 120; // milliseconds without a move, after which bars far from the screen are dropped

export class Stage {
  readonly canvas: Canvas;
  readonly trades = new Trades();
  readonly indicators: Indicators;
  /** None before the first answer. */
  bars: Bars | null = null;
  readonly coverage = new Coverage();
  readonly #place: HTMLElement;
  readonly #hears: Hears;
  readonly #ended = new AbortController();
  readonly #levels = new Levels();
  readonly #hold: Hold;
  #view: Shown | null = null;
  #about: Promise<About> | null = null;
  #zone = "UTC";
  #opening = true;
  #turn = 0;
  #frame = 0;
  #idle = 0;

  constructor(place: HTMLElement, hears: Hears) {
    this.#place = place;
    this.#hears = hears;
    this.canvas = new Canvas(place);
    this.indicators = new Indicators(this.canvas);
    const { below, above } = this.coverage.marks;
    for (const layer of [below, this.indicators.layer, above, this.trades.layer]) {
      this.canvas.candles.attachPrimitive(layer);
    }
    this.#hold = new Hold(place, this.#ended.signal);
    const stop = onColours(() => this.#recolour());
    this.#ended.signal.addEventListener("abort", stop);
    this.canvas.time.subscribeVisibleLogicalRangeChange(() => this.#later());
    this.canvas.chart.subscribeCrosshairMove(({ logical }) => hears.pointed?.(logical));
  }

  /** Remove all listeners, and cancel all requests. */
  destroy(): void {
    this.#turn += 1;
    this.#ended.abort();
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#idle);
    this.canvas.destroy();
    delete this.#place.dataset.state;
  }

  /**
   * Show a series. Resolves to true when its candles are drawn, and to false if another one was asked for before that.
   *
   * @param about loaded at the same time as the bars
   */
  async open(view: Shown, about: Promise<About>): Promise<boolean> {
    const same = this.#view && keyOf(this.#view) === keyOf(view);
    if (!same) this.#levels.clear();
    this.#view = view;
    this.#about = about;
    this.#opening = true;
    const width = Math.max(200, this.canvas.width);
    const open = (view.to - view.from) * OPEN_SHARE;
    const chosen = view.timeframe;
    const timeframe = view.from ? suited(chosen, chosen, open / seconds(chosen), width) : chosen;
    const half = Math.ceil(Math.max(FEWEST, open / seconds(timeframe)));
    const bring = async (bars: Bars) => {
      if (!view.from) await bars.loadNewest();
      else await bars.loadAround((view.from + view.to) / 2, half, half);
      if (!bars.length) await bars.loadNewest();
    };
    return this.#load(timeframe, bring, (bars) =>
      view.from && !isOutside(bars, view) ? between(bars, view, width) : newest(bars, width),
    );
  }

  /** The timeframe that is shown: the chosen one, or a coarser one. */
  get timeframe(): Timeframe | undefined {
    return this.bars?.series.timeframe;
  }

  /** Show the clock of another zone. */
  setZone(zone: string): void {
    this.#zone = zone;
    this.#about = this.#about?.then((about) => ({ ...about, zone })) ?? null;
    if (this.bars) this.#draw(this.canvas.range);
  }

  /** Draw other trades. */
  setTrades(list: readonly Trade[]): void {
    this.trades.set(list, this.bars);
    this.#hears.moved?.();
  }

  /** Draw the lines of a strategy; null: none. */
  setLines(lines: Lines | null): void {
    this.indicators.set(lines, this.bars);
    this.#hears.moved?.();
  }

  /** Set the function that describes a roll. */
  setRolls(rollText: (from: string, to: string) => string): void {
    this.coverage.marks.set({ rollText });
  }

  /** Go to the oldest or the newest bars, in the timeframe that is shown. */
  goToEnd(oldest: boolean): Promise<boolean> {
    const range = this.canvas.range;
    const wide = range ? range.to - range.from : 100;
    return this.#load(
      this.timeframe,
      (bars) => (oldest ? bars.loadOldest() : bars.loadNewest()),
      (bars) => (oldest ? { from: -1, to: wide - 1 } : { from: bars.length - wide + 4, to: bars.length + 4 }),
    );
  }

  /** Bring an instant to the middle. */
  goTo(t: number): Promise<boolean> {
    const range = this.canvas.range;
    const half = range ? (range.to - range.from) / 2 : 50;
    return this.#load(
      this.timeframe,
      (bars) => bars.loadAround(t),
      (bars) => {
        const at = Math.max(0, bars.indexAt(t));
        return { from: at - half, to: at + half };
      },
    );
  }

  /** Load the bars of the window again, because they have changed. */
  async refresh(): Promise<void> {
    forgetBars();
    this.#levels.clear();
    this.coverage.forget();
    const [bars, range] = [this.bars, this.canvas.range];
    if (!bars?.length || !range || this.#opening) return;
    const { from, to } = instantsOf(bars, range);
    const atEnd = bars.hasNewest && range.to >= bars.length - 1;
    const wide = range.to - range.from;
    await this.#load(
      this.timeframe,
      (next) => (atEnd ? next.loadNewest(Math.max(800, Math.ceil(wide) + 50)) : next.loadAround((from + to) / 2)),
      (next) => {
        const end = next.length - 1 + (range.to - bars.length + 1);
        return atEnd ? { from: end - wide, to: end } : between(next, { from, to }, this.canvas.width);
      },
      true,
    );
  }

  /** First and last instant on the screen; null while the screen still shows the view before. */
  get window(): Instants | null {
    return this.#opening ? null : this.#seen;
  }

  get #seen(): Instants | null {
    const range = this.canvas.range;
    return range && this.bars?.length ? instantsOf(this.bars, range) : null;
  }

  /** Load other bars and draw them. False if others were asked for before these came. */
  async #load(
    timeframe: Timeframe | undefined,
    load: (bars: Bars) => Promise<void>,
    rangeOf: (bars: Bars) => Range,
    quiet = false,
  ): Promise<boolean> {
    const [view, mine] = [this.#view, (this.#turn += 1)];
    if (!view || !timeframe) return false;
    const { symbol, contract, adjustment, rule } = view;
    const series = { symbol, timeframe, contract, adjustment: contract ? "" : adjustment, rule: contract ? "" : rule };
    const bars = new Bars(series, this.#ended.signal);
    if (!quiet) this.#place.dataset.state = "loading";
    let about: About | null;
    try {
      [about] = await Promise.all([this.#about, load(bars)]);
    } catch (error) {
      if (mine !== this.#turn) return false;
      if (!quiet) this.#place.dataset.state = "failed";
      throw error;
    }
    if (mine !== this.#turn) return false;
    this.#opening = false;
    if (about) {
      this.#zone = about.zone;
      this.canvas.setPrices(about.prices);
    }
    this.#show(bars, rangeOf(bars));
    return true;
  }

  #show(bars: Bars, range: Range): void {
    if (this.bars) this.#levels.keep(this.bars);
    this.bars = bars;
    this.#draw(range);
  }

  #draw(range: Range | null): void {
    const bars = this.bars;
    if (!bars) return;
    this.indicators.release();
    this.canvas.show(bars.columns, this.#zone, bars.series.timeframe === "1d", range);
    this.coverage.show(bars);
    this.trades.set(this.trades.list, bars);
    this.indicators.again(bars);
    if (!this.#opening) this.#place.dataset.state = bars.length ? "shown" : "empty";
    this.#hears.moved?.();
    void this.#judge();
  }

  async #judge(): Promise<void> {
    try {
      if (await this.coverage.judge(this.canvas.range)) this.#hears.judged?.(null);
    } catch (error) {
      if (!this.#ended.signal.aborted) this.#hears.judged?.(error);
    }
  }

  #later(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#moved());
  }

  #moved(): void {
    const [range, bars, view] = [this.canvas.range, this.bars, this.#view];
    if (!range || !bars?.length || !view || this.#place.dataset.state === "loading") return;
    this.#hears.moved?.();
    const shown = range.to - range.from;
    const { timeframe } = bars.series;
    const better = suited(timeframe, view.timeframe, shown, this.canvas.width);
    if (better !== timeframe) this.#swap(better);
    else this.#grow(bars, range, Math.max(shown * AHEAD, 200));
    clearTimeout(this.#idle);
    this.#idle = window.setTimeout(() => {
      this.#trim();
      void this.#judge();
      this.#hears.settled?.();
    }, IDLE);
  }

  /** Show the window in another timeframe; if it has moved when the bars come, as it is then. */
  #swap(timeframe: Timeframe): void {
    const seen = this.#seen;
    if (!seen) return;
    const width = this.canvas.width;
    const level = this.#levels.covering(timeframe, seen);
    if (level) {
      this.#turn += 1;
      this.#show(level, between(level, seen, width));
      return;
    }
    const bring = (bars: Bars) => bars.loadAround((seen.from + seen.to) / 2);
    this.#load(timeframe, bring, (bars) => between(bars, this.#seen ?? seen, width)).catch((error: unknown) =>
      this.#failed(error),
    );
  }

  #grow(bars: Bars, range: Range, margin: number): void {
    const hole = (range.from < -1 && !bars.hasOldest) || (range.to > bars.length + 1 && !bars.hasNewest);
    this.#place.dataset.state = hole ? "hole" : "shown";
    if (range.from < margin && !bars.hasOldest) void this.#grown(bars.growOlder(), bars, () => null);
    else if (range.to > bars.length - margin && !bars.hasNewest) {
      void this.#grown(
        bars.growNewer(() => this.#hold.released()),
        bars,
        () => this.canvas.range,
      );
    }
  }

  async #grown(growing: Promise<number>, bars: Bars, rangeOf: () => Range | null): Promise<void> {
    try {
      const count = await growing;
      if (count && bars === this.bars && !this.#ended.signal.aborted) this.#draw(rangeOf());
    } catch (error) {
      this.#failed(error);
    }
  }

  #trim(): void {
    const [range, bars] = [this.canvas.range, this.bars];
    if (this.#hold.held || !range || !bars || bars.growing) return;
    const before = bars.length;
    const gone = bars.trim(range.from, range.to);
    if (bars.length !== before) this.#draw({ from: range.from - gone, to: range.to - gone });
  }

  #recolour(): void {
    this.canvas.recolour();
    this.coverage.marks.recolour();
    this.trades.layer.refresh();
  }

  #failed(error: unknown): void {
    if (this.#ended.signal.aborted) return;
    if (!this.#opening) this.#place.dataset.state = "shown";
    this.#hears.failed?.(error);
  }
}

function keyOf({ symbol, contract, adjustment, rule }: Shown): string {
  return JSON.stringify([symbol, contract, contract ? "" : adjustment, contract ? "" : rule]);
}
