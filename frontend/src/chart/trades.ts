/**
 * The trades of a backtest over the candles: a triangle at the entry, a dashed line to the exit, a dot there. Where many fall
 * on few pixels they are counted at the top instead. Must not know bars beyond where an instant stands among them.
 */

import { number } from "../format/format";
import { colour } from "../ui/theme";
import { type Bars, lastAt } from "./bars";
import { type Cluster, clustersOf } from "./clusters";
import { textAt } from "./columns";
import { type Frame, Layer } from "./layer";

const ARROW = 6;
const LANE = { top: 18, height: 14 }; // pixels of the row in which trades are counted, under the names of rolls
const FONT = "600 10px system-ui, sans-serif";

/** A trade; instants in seconds since 1970 (UTC), prices as the contract's own. */
export interface Trade {
  entry: number;
  exit: number;
  entryPrice: number;
  exitPrice: number;
  /** Contracts; negative: short. */
  size: number;
  contract: string;
  /** Money. */
  profit: number;
}

/** Where trades stand among bars: indices and prices of the series; only those that are between the loaded bars. */
interface Places {
  trades: readonly Trade[];
  entry: Int32Array;
  exit: Int32Array;
  entryPrice: Float64Array;
  exitPrice: Float64Array;
  /** The furthest exit of all trades up to each. */
  reach: Int32Array;
}

export class Trades {
  /** By entry. */
  list: readonly Trade[] = [];
  readonly layer = new Layer((frame) => this.#paint(frame));
  #places: Places | null = null;

  /** Draw other trades, or over other bars. */
  set(list: readonly Trade[], bars: Bars | null): void {
    if (list !== this.list) this.list = [...list].sort((one, other) => one.entry - other.entry);
    this.#places = bars?.length && this.list.length ? placesOf(this.list, bars) : null;
    this.layer.refresh();
  }

  /** Return the trades that are open for some part of `[from, to)`, as of a bar that is longer than they are. */
  within(from: number, to: number): Trade[] {
    return this.list.filter((trade) => trade.entry < to && from <= trade.exit);
  }

  #paint(frame: Frame): void {
    const places = this.#places;
    if (!places) return;
    const style = { gain: colour("--up"), loss: colour("--down"), page: colour("--card") };
    const clusters = clustersOf(places.entry, frame.first, frame.last, frame.spacing);
    const end = lastAt(places.entry, frame.last) + 1;
    let next = 0;
    // The first trade whose exit, or that of one before it, is seen.
    for (let i = lastAt(places.reach, frame.first - 1) + 1; i < end; i += 1) {
      while ((clusters[next]?.end ?? Infinity) <= i) next += 1;
      const cluster = clusters[next];
      if (cluster && i >= cluster.begin) i = cluster.end - 1;
      else if ((places.exit[i] ?? 0) >= frame.first) one(frame, places, i, style);
    }
    this.#lane(frame, places, clusters, style);
  }

  /** How many trades begin at each crowded place, filled where they lose together. */
  #lane(frame: Frame, places: Places, clusters: readonly Cluster[], style: Style): void {
    const { context } = frame;
    context.font = FONT;
    context.textAlign = "center";
    context.lineWidth = 1;
    for (const { begin, end, bar, bars } of clusters) {
      const profit = places.trades.slice(begin, end).reduce((sum, trade) => sum + trade.profit, 0);
      const [x, wide] = [frame.x(bar - 0.5) + 1, bars * frame.spacing - 2];
      const tint = profit >= 0 ? style.gain : style.loss;
      context.fillStyle = profit >= 0 ? style.page : tint;
      context.strokeStyle = tint;
      context.fillRect(x, LANE.top, wide, LANE.height);
      context.strokeRect(x + 0.5, LANE.top + 0.5, wide - 1, LANE.height - 1);
      context.fillStyle = profit >= 0 ? tint : style.page;
      context.fillText(number(end - begin), x + wide / 2, LANE.top + 10.5);
    }
    context.textAlign = "start";
  }
}

interface Style {
  gain: string;
  loss: string;
  page: string;
}

function placesOf(list: readonly Trade[], bars: Bars): Places {
  const trades: Trade[] = [];
  const [entry, exit, entryPrice, exitPrice]: number[][] = [[], [], [], []];
  for (const trade of list) {
    const from = pointOf(bars, trade, trade.entry, trade.entryPrice);
    const to = from && pointOf(bars, trade, trade.exit, trade.exitPrice);
    if (!from || !to) continue;
    trades.push(trade);
    entry?.push(from.index);
    exit?.push(to.index);
    entryPrice?.push(from.price);
    exitPrice?.push(to.price);
  }
  let furthest = -1;
  const exits = Int32Array.from(exit ?? []);
  return {
    trades,
    entry: Int32Array.from(entry ?? []),
    exit: exits,
    entryPrice: Float64Array.from(entryPrice ?? []),
    exitPrice: Float64Array.from(exitPrice ?? []),
    reach: exits.map((at) => (furthest = Math.max(furthest, at))),
  };
}

/** Where a price of the contract's own stands in the series, which may be adjusted; a roll ends where the next begins. */
function pointOf(bars: Bars, trade: Trade, t: number, price: number): { index: number; price: number } | null {
  const index = bars.indexAt(t);
  if (index < 0 || (index === bars.length - 1 && !bars.hasNewest && t > bars.t(index))) return null;
  const { contract, factor, adjustment } = bars.columns;
  const at = [index, index - 1].find((one) => textAt(contract, one) === trade.contract);
  return at === undefined ? null : { index, price: price * (factor[at] ?? 1) + (adjustment[at] ?? 0) };
}

function one(frame: Frame, places: Places, i: number, style: Style): void {
  const trade = places.trades[i];
  const [entry, exit] = [frame.y(places.entryPrice[i] ?? 0), frame.y(places.exitPrice[i] ?? 0)];
  if (!trade || entry === null || exit === null) return;
  const from = { x: frame.x(places.entry[i] ?? 0), y: entry };
  const to = { x: frame.x(places.exit[i] ?? 0), y: exit };
  const tint = trade.profit >= 0 ? style.gain : style.loss;
  line(frame.context, from, to, tint);
  arrow(frame.context, from, trade.size > 0, trade.size > 0 ? style.gain : style.loss);
  dot(frame.context, to, tint);
}

interface Point {
  x: number;
  y: number;
}

function line(context: CanvasRenderingContext2D, from: Point, to: Point, style: string): void {
  context.strokeStyle = style;
  context.lineWidth = 1.5;
  context.setLineDash([4, 3]);
  context.beginPath();
  context.moveTo(from.x, from.y);
  context.lineTo(to.x, to.y);
  context.stroke();
  context.setLineDash([]);
}

/** Points up from below for a long position, down from above for a short one. */
function arrow(context: CanvasRenderingContext2D, { x, y }: Point, up: boolean, style: string): void {
  const sign = up ? 1 : -1;
  context.fillStyle = style;
  context.beginPath();
  context.moveTo(x, y + sign * 3);
  context.lineTo(x - ARROW, y + sign * (3 + 1.6 * ARROW));
  context.lineTo(x + ARROW, y + sign * (3 + 1.6 * ARROW));
  context.closePath();
  context.fill();
}

function dot(context: CanvasRenderingContext2D, { x, y }: Point, style: string): void {
  context.fillStyle = style;
  context.beginPath();
  context.arc(x, y, 3.5, 0, 2 * Math.PI);
  context.fill();
}
