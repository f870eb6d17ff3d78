/**
 * What is drawn around the candles: breaks between sessions, rolls, and gaps: where they lie, and from afar as the shade of
 * sessions that are not whole. Must not know where any of it comes from.
 */

import { CLASSES, OPEN, hatch, paint, palette } from "./classes.js";
import { Layer } from "./layer.js";
import { THEMED } from "../shell.js";

const BAND = 6; // pixels of the band of classes at the bottom
const ROOM = 46; // pixels that a session must have to be parted from the next
const LABEL = 8; // pixels between the names of rolls
const GAP = 6; // pixels that a gap has at least
const NEAR = 45; // sessions on the screen up to which gaps are shown where they lie
const FONT = "600 10px system-ui, sans-serif";

export class Marks {
  constructor() {
    /** @type {import("./sessions.js").Span[]} */
    this.spans = [];
    /** @type {import("./sessions.js").Span[]} */
    this.absent = [];
    /** @type {(span: any) => Record<string, number> | undefined} */
    this.countsOf = () => undefined;
    /** @type {(span: any) => boolean} */
    this.located = () => false;
    /** @type {Array<{gap: import("./sessions.js").Gap, from: number, to: number}>} */
    this.gaps = [];
    /** @type {(from: string, to: string) => string} */
    this.rollText = (from, to) => `${from} → ${to}`;
    this.breaks = true;
    this.colours = palette();
    this.below = new Layer((frame) => this.#shade(frame), { below: true });
    this.above = new Layer((frame) => this.#lines(frame));
    document.addEventListener(THEMED, () => (this.colours = palette()));
  }

  /**
   * Draws other sessions, or knows more of them.
   * @param {Partial<Marks>} given `breaks`: part the sessions from each other
   */
  set(given) {
    Object.assign(this, given);
    this.below.refresh();
    this.above.refresh();
  }

  /** True where so few sessions are seen that gaps are shown where they lie. @param {number} sessions */
  static near(sessions) {
    return sessions <= NEAR;
  }

  #seen(frame) {
    return this.spans.filter((span) => span.last >= frame.first && span.first <= frame.last);
  }

  #shade(frame) {
    const { context, height, spacing } = frame;
    const seen = this.#seen(frame);
    const near = Marks.near(seen.length);
    for (const span of seen) {
      const counts = this.countsOf(span);
      if (!counts) continue;
      const x = frame.x(span.first - 0.5);
      const width = Math.max(spacing, frame.x(span.last + 0.5) - x);
      if (near && this.located(span)) {
        paint(context, "traded", this.colours, x, height - BAND, width, BAND);
        continue;
      }
      this.#tint(context, counts, x, width, height);
      this.#band(context, counts, x, width, height);
    }
    if (near) this.#gaps(frame);
    for (const span of this.absent) {
      if (span.first < frame.first || span.first > frame.last || (near && this.located(span))) continue;
      const x = frame.x(span.first - 0.5) - 3;
      const worst = OPEN.findLast((name) => (this.countsOf(span)?.[name] ?? 0) > 0) ?? "never_asked";
      context.globalAlpha = 0.5;
      hatch(context, this.colours[worst === "never_asked" ? "rule" : worst], x, 0, 6, height, 1);
      context.globalAlpha = 1;
      paint(context, worst, this.colours, x, height - BAND, 6, BAND);
    }
  }

  /** Each gap where it lies, as wide as the bars that it touches; those that touch none stand side by side. */
  #gaps(frame) {
    const { context, height } = frame;
    let free = -Infinity;
    for (const { gap, from, to } of this.gaps) {
      if (to < frame.first || from > frame.last) continue;
      const wide = Math.max(GAP, frame.x(to) - frame.x(from));
      const x = Math.max(free, (frame.x(from) + frame.x(to) - wide) / 2);
      free = x + wide;
      const style = this.colours[gap.class === "never_asked" ? "unknown" : gap.class];
      context.globalAlpha = 0.16;
      context.fillStyle = style;
      context.fillRect(x, 0, wide, height);
      context.globalAlpha = 0.7;
      hatch(context, style, x, 0, wide, height, 1, 7);
      context.globalAlpha = 1;
      paint(context, gap.class, this.colours, x, height - BAND, wide, BAND);
    }
  }

  /** The whole height behind a session of which something is missing or in question. */
  #tint(context, counts, x, width, height) {
    const worst = OPEN.findLast((name) => counts[name] > 0);
    if (!worst) return;
    context.globalAlpha = 0.1;
    context.fillStyle = this.colours[worst === "never_asked" ? "unknown" : worst];
    context.fillRect(x, 0, width, height);
    context.globalAlpha = 1;
  }

  /** The classes of a session side by side, each as wide as its part; one that occurs is seen. */
  #band(context, counts, x, width, height) {
    const total = Math.max(1, CLASSES.reduce((sum, name) => sum + counts[name], 0));
    const least = Math.min(3, width / 8);
    const parts = CLASSES.filter((name) => counts[name]).map((name) => ({ name, wide: Math.max(least, (counts[name] / total) * width) }));
    const widest = parts.reduce((most, part) => (part.wide > most.wide ? part : most), parts[0]);
    if (widest) widest.wide -= parts.reduce((sum, part) => sum + part.wide, 0) - width;
    let left = x;
    for (const { name, wide } of parts) {
      paint(context, name, this.colours, left, height - BAND, wide, BAND);
      left += wide;
    }
  }

  #lines(frame) {
    const { context, height, spacing } = frame;
    const seen = this.#seen(frame);
    const room = seen.length > 1 && (spacing * (frame.last - frame.first)) / seen.length > ROOM;
    const rolls = [];
    for (const span of seen) {
      const at = this.spans.indexOf(span);
      if (at === 0) continue;
      const x = Math.round(frame.x(span.first - 0.5)) + 0.5;
      const before = this.spans[at - 1].contract;
      if (before !== span.contract) rolls.push({ x, text: this.rollText(before, span.contract) });
      else if (this.breaks && room) stroke(context, x, height, this.colours.rule, [2, 3]);
    }
    this.#rolls(context, rolls, height);
  }

  /** Lines first and names over them; where rolls stand close, the lines are pale and only some are named. */
  #rolls(context, rolls, height) {
    context.font = FONT;
    const widest = Math.max(0, ...rolls.map(({ text }) => context.measureText(text).width)) + 2 * LABEL;
    const close = rolls.length > 1 && (rolls[rolls.length - 1].x - rolls[0].x) / (rolls.length - 1) < widest;
    context.globalAlpha = close ? 0.35 : 1;
    for (const { x } of rolls) stroke(context, x, height, this.colours.accent, []);
    context.globalAlpha = 1;
    let free = -Infinity;
    for (const { x, text } of rolls) {
      if (x < free) continue;
      free = x + label(context, text, x, this.colours) + LABEL;
    }
  }
}

function stroke(context, x, height, style, dashes) {
  context.strokeStyle = style;
  context.lineWidth = 1;
  context.setLineDash(dashes);
  context.beginPath();
  context.moveTo(x, 0);
  context.lineTo(x, height);
  context.stroke();
  context.setLineDash([]);
}

/** Writes a name beside a line; gives how wide it is. */
function label(context, text, x, colours) {
  context.font = FONT;
  const width = context.measureText(text).width + 8;
  context.fillStyle = colours.accent;
  context.fillRect(x, 0, width, 15);
  context.fillStyle = colours.page;
  context.fillText(text, x + 4, 11);
  return width;
}
