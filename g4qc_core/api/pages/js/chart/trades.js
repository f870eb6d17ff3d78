/**
 * The trades of a backtest over the candles: an arrow at the entry, a line to the exit, a dot there. Must not know bars
 * beyond where an instant stands among them.
 */

import { colour } from "./classes.js";
import { Layer } from "./layer.js";

const ARROW = 6;

/**
 * @typedef {object} Trade
 * @property {number} entry seconds since 1970
 * @property {number} exit
 * @property {number} entryPrice the contract's own price
 * @property {number} exitPrice
 * @property {number} size negative: short
 * @property {string} contract
 * @property {number} profit
 */

export class Trades {
  /** @param {import("./bars.js").Bars | null} bars */
  constructor(bars = null) {
    this.bars = bars;
    /** @type {Trade[]} by entry */
    this.list = [];
    this.layer = new Layer((frame) => this.#paint(frame));
  }

  /** Draws other trades, or over other bars. */
  set(list, bars) {
    this.list = list;
    this.bars = bars;
    this.layer.refresh();
  }

  /** The trades that are open for some part of `[from, to)`, as of a bar that is longer than they are. */
  within(from, to) {
    return this.list.filter((trade) => trade.entry < to && from <= trade.exit);
  }

  #paint(frame) {
    const bars = this.bars;
    if (!bars?.list.length) return;
    const [long, short] = [colour("--up"), colour("--down")];
    for (const trade of this.list) {
      const [from, to] = [this.#point(frame, trade, trade.entry, trade.entryPrice), this.#point(frame, trade, trade.exit, trade.exitPrice)];
      if (!from || !to || to.index < frame.first || from.index > frame.last) continue;
      line(frame.context, from, to, trade.profit >= 0 ? long : short);
      arrow(frame.context, from, trade.size > 0, trade.size > 0 ? long : short);
      dot(frame.context, to, trade.profit >= 0 ? long : short);
    }
  }

  /** Where a price of the contract's own stands in the series, which may be adjusted; a roll ends where the next begins. */
  #point(frame, trade, t, price) {
    const { list } = this.bars;
    const index = this.bars.indexAt(t);
    if (index < 0 || (index === list.length - 1 && !this.bars.hasNewest && t > list[index].t)) return null;
    const bar = [list[index], list[index - 1]].find((one) => one?.contract === trade.contract);
    if (!bar) return null;
    const y = frame.y(price * bar.factor + bar.adjustment);
    return y === null ? null : { index, x: frame.x(index), y };
  }
}

function line(context, from, to, style) {
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
function arrow(context, { x, y }, up, style) {
  const sign = up ? 1 : -1;
  context.fillStyle = style;
  context.beginPath();
  context.moveTo(x, y + sign * 3);
  context.lineTo(x - ARROW, y + sign * (3 + 1.6 * ARROW));
  context.lineTo(x + ARROW, y + sign * (3 + 1.6 * ARROW));
  context.closePath();
  context.fill();
}

function dot(context, { x, y }, style) {
  context.fillStyle = style;
  context.beginPath();
  context.arc(x, y, 3.5, 0, 2 * Math.PI);
  context.fill();
}
