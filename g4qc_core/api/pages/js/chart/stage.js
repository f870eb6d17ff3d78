/**
 * The chart as it moves: what is seen decides which bars are loaded, and in which timeframe they are shown. Must not know
 * the controls around it, nor the address of the page.
 */

import { Bars } from "./bars.js";
import { Canvas } from "./canvas.js";
import { seconds, suited } from "./ladder.js";
import { beside, placed } from "./gaps.js";
import { Marks } from "./marks.js";
import { Quality, spans } from "./sessions.js";
import { Trades } from "./trades.js";

const SPACING = 7; // pixels a bar of a view that names no window
const AHEAD = 1.5; // screens that are loaded before they are reached
const OPEN_SHARE = 0.66; // part of all hours in which a market is open
const FEWEST = 400; // bars on each side of the middle of a view that names a window
const IDLE = 120; // milliseconds without a move after which far bars may go

/**
 * Heard by the page: `moved` after every change of what is seen, `failed` with an error, `judged` with null or the error for
 * which it does not know the gaps.
 */
export class Stage extends EventTarget {
  /** @param {HTMLElement} place */
  constructor(place) {
    super();
    this.place = place;
    this.canvas = new Canvas(place);
    this.marks = new Marks();
    this.trades = new Trades();
    for (const layer of [this.marks.below, this.marks.above, this.trades.layer]) this.canvas.candles.attachPrimitive(layer);
    /** @type {Bars | null} */
    this.bars = null;
    this.opening = true;
    this.sessions = [];
    this.gaps = [];
    this.turn = 0;
    this.frame = 0;
    this.held = false;
    this.idle = 0;
    place.addEventListener("pointerdown", () => (this.held = true), true);
    for (const end of ["pointerup", "pointercancel"]) window.addEventListener(end, () => this.#released(), true);
    this.canvas.time.subscribeVisibleLogicalRangeChange(() => this.#later());
  }

  /**
   * Shows another series; resolves when its candles are drawn.
   * @param {import("./view.js").View} view
   * @param {Promise<{zone: string, prices: {decimals: number, tick: number}}>} about the instrument, and the zone whose clock is
   *   shown: awaited beside the bars
   */
  async open(view, about) {
    this.view = view;
    this.about = about;
    this.opening = true;
    const width = Math.max(200, this.canvas.width);
    const open = (view.to - view.from) * OPEN_SHARE;
    const timeframe = view.from ? suited(view.timeframe, view.timeframe, open / seconds(view.timeframe), width) : view.timeframe;
    const half = Math.ceil(Math.max(FEWEST, open / seconds(timeframe)));
    const bring = async (bars) => {
      if (!view.from) await bars.loadNewest();
      else await bars.loadAround((view.from + view.to) / 2, half, half);
      if (!bars.list.length) await bars.loadNewest();
    };
    return this.#load(timeframe, bring, (bars) => (view.from && !outside(bars, view, timeframe) ? between(bars, view.from, view.to) : newest(bars, width)));
  }

  /** The clock that the axis shows. */
  setZone(zone) {
    this.zone = zone;
    this.about = this.about?.then((about) => ({ ...about, zone }));
    if (this.bars) this.#draw(this.canvas.range);
  }

  /** Goes to the oldest or the newest bars, in the timeframe that is shown. */
  goToEnd(oldest) {
    const width = this.canvas.range ? this.canvas.range.to - this.canvas.range.from : 100;
    return this.#load(this.timeframe, (bars) => (oldest ? bars.loadOldest() : bars.loadNewest()), (bars) =>
      oldest ? { from: -1, to: width - 1 } : { from: bars.list.length - width + 4, to: bars.list.length + 4 },
    );
  }

  /** Brings an instant to the middle. */
  goTo(t) {
    const range = this.canvas.range;
    const half = range ? (range.to - range.from) / 2 : 50;
    return this.#load(this.timeframe, (bars) => bars.loadAround(t), (bars) => {
      const at = Math.max(0, bars.indexAt(t));
      return { from: at - half, to: at + half };
    });
  }

  /** First and last instant on the screen, seconds; null while that is still of another view than the one that was asked for. */
  get window() {
    return this.opening ? null : this.#seen;
  }

  get #seen() {
    const range = this.canvas.range;
    if (!range || !this.bars?.list.length) return null;
    return { from: this.#timeAt(range.from), to: this.#timeAt(range.to) };
  }

  /** Loads other bars and draws them; false where something newer was asked for meanwhile, whatever became of these. */
  async #load(timeframe, load, rangeOf) {
    const mine = (this.turn += 1);
    const { symbol, contract, adjustment, rule } = this.view;
    const bars = new Bars({ symbol, timeframe, contract, adjustment: contract ? "" : adjustment, rule: contract ? "" : rule });
    this.place.dataset.state = "loading";
    let about;
    try {
      [about] = await Promise.all([this.about, load(bars)]);
    } catch (error) {
      if (mine !== this.turn) return false;
      this.place.dataset.state = "failed";
      throw error;
    }
    if (mine !== this.turn) return false;
    this.opening = false;
    this.zone = about.zone;
    this.canvas.setPrices(about.prices);
    if (this.quality?.symbol !== symbol) this.quality = new Quality(symbol);
    const range = rangeOf(bars);
    this.bars = bars;
    this.timeframe = timeframe;
    this.#draw(range);
    return true;
  }

  /** Forgets what was known of the gaps: it may have changed. */
  forget() {
    if (this.quality) this.quality = new Quality(this.quality.symbol);
  }

  #draw(range) {
    const { list } = this.bars;
    this.canvas.show(list, this.zone, range);
    this.sessions = spans(list);
    this.#mark();
    this.trades.set(this.trades.list, this.bars);
    if (!this.opening) this.place.dataset.state = list.length ? "shown" : "empty";
    this.dispatchEvent(new Event("moved"));
    this.#judge();
  }

  #mark() {
    const { sessions, quality } = this;
    this.gaps = placed(quality.gaps, this.bars, seconds(this.timeframe));
    this.marks.set({
      spans: sessions,
      absent: sessions.length ? quality.absent(sessions) : [],
      countsOf: (span) => quality.of(span),
      located: (span) => quality.located(span),
      gaps: this.gaps,
      breaks: this.timeframe !== "1d",
    });
  }

  /** The gaps in a bar, or between it and a neighbour. */
  gapsAt(index) {
    return beside(this.gaps, index);
  }

  /** Asks what is known of the loaded sessions, and near by where the gaps lie; a chart that does not know it says so. */
  async #judge() {
    const { sessions, quality } = this;
    if (!sessions.length) return;
    try {
      let came = await quality.need(sessions[0].date, sessions[sessions.length - 1].date);
      const range = this.canvas.range;
      const seen = range ? this.sessions.filter((span) => span.last >= range.from && span.first <= range.to) : [];
      if (Marks.near(seen.length)) came = (await quality.needGaps(seen)) || came;
      if (this.quality !== quality) return;
      if (came) this.#mark();
      this.dispatchEvent(new CustomEvent("judged", { detail: null }));
    } catch (error) {
      if (this.quality === quality) this.dispatchEvent(new CustomEvent("judged", { detail: error }));
    }
  }

  #later() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.#moved());
  }

  #moved() {
    const range = this.canvas.range;
    if (!range || !this.bars?.list.length || this.place.dataset.state === "loading") return;
    this.dispatchEvent(new Event("moved"));
    const shown = range.to - range.from;
    const better = suited(this.timeframe, this.view.timeframe, shown, this.canvas.width);
    if (better !== this.timeframe) this.#swap(better);
    else this.#grow(range, Math.max(shown * AHEAD, 200));
    clearTimeout(this.idle);
    this.idle = setTimeout(() => (this.#trim(), this.#judge()), IDLE);
  }

  /** The same window in another timeframe; what is seen when it arrives counts. */
  #swap(timeframe) {
    const { from, to } = this.#seen;
    this.#load(timeframe, (bars) => bars.loadAround((from + to) / 2), (bars) => {
      const now = this.#seen;
      return between(bars, now.from, now.to);
    }).catch((error) => this.#failed(error));
  }

  #grow(range, margin) {
    const bars = this.bars;
    const { length } = bars.list;
    this.place.dataset.state = (range.from < -1 && !bars.hasOldest) || (range.to > length + 1 && !bars.hasNewest) ? "hole" : "shown";
    if (range.from < margin && !bars.hasOldest) this.#grown(bars.growOlder(), bars, () => null);
    else if (range.to > length - margin && !bars.hasNewest) this.#grown(bars.growNewer(() => this.#release()), bars, () => this.canvas.range);
  }

  async #grown(growing, bars, rangeOf) {
    try {
      const count = await growing;
      if (count && bars === this.bars) this.#draw(rangeOf());
    } catch (error) {
      this.#failed(error);
    }
  }

  #trim() {
    const range = this.canvas.range;
    if (this.held || !range || !this.bars || this.bars.growing) return;
    const before = this.bars.list.length;
    const gone = this.bars.trim(range.from, range.to);
    if (this.bars.list.length !== before) this.#draw({ from: range.from - gone, to: range.to - gone });
  }

  #released() {
    this.held = false;
    this.dispatchEvent(new Event("released"));
  }

  /** Resolves when no pointer holds the chart: bars that are added at its right end would pull it out of the hand. */
  #release() {
    return this.held ? new Promise((done) => this.addEventListener("released", done, { once: true })) : Promise.resolve();
  }

  #failed(error) {
    if (!this.opening) this.place.dataset.state = "shown";
    this.dispatchEvent(new CustomEvent("failed", { detail: error }));
  }

  #timeAt(index) {
    const { list } = this.bars;
    const at = Math.round(index);
    if (at < 0) return list[0].t + at * seconds(this.timeframe);
    if (at >= list.length) return list[list.length - 1].t + (at - list.length + 1) * seconds(this.timeframe);
    return list[at].t;
  }
}

/** Nothing of the view's window is among the bars. */
function outside(bars, view, timeframe) {
  const { list } = bars;
  return !list.length || view.to < list[0].t || view.from > list[list.length - 1].t + seconds(timeframe);
}

function between(bars, from, to) {
  const first = Math.max(0, bars.indexAt(from));
  return { from: first, to: Math.max(first + 5, bars.indexAt(to)) };
}

function newest(bars, width) {
  const count = Math.max(20, Math.round(width / SPACING));
  return { from: bars.list.length - count, to: bars.list.length + 3 };
}
