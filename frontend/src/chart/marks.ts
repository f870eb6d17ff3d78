/**
 * What is drawn around the candles: breaks between sessions, rolls, and gaps: where they lie, and from afar as the shade of
 * sessions that are not whole. Must not know where any of it comes from.
 */

import { CLASSES, type Counts, hatch, paint, palette, worstOf } from "./classes";
import type { Placed } from "./gaps";
import { type Frame, Layer } from "./layer";
import type { Span } from "./sessions";

const BAND = 6; // pixels of the band of classes at the bottom
const ROOM = 46; // pixels that a session must have to be parted from the next
const LABEL = 8; // pixels between the names of rolls
const GAP = 6; // pixels that a gap has at least
const NEAR = 45; // sessions on the screen up to which gaps are shown where they lie
const FONT = "600 10px system-ui, sans-serif";

/** What is marked. */
export interface Marked {
  spans: readonly Span[];
  absent: readonly Span[];
  countsOf: (span: Span) => Counts | undefined;
  /** The gaps of the session are known by interval. */
  located: (span: Span) => boolean;
  gaps: readonly Placed[];
  rollText: (from: string, to: string) => string;
  /** Part the sessions from each other. */
  breaks: boolean;
}

/** True where so few sessions are seen that gaps are shown where they lie. */
export function isNear(sessions: number): boolean {
  return sessions <= NEAR;
}

/** Return the sessions of which something is seen, from the first place to the last, and the place of the first. */
export function seenOf(spans: readonly Span[], first: number, last: number): [Span[], number] {
  let [begin, high] = [0, spans.length];
  while (begin < high) {
    const middle = (begin + high) >> 1;
    if ((spans[middle]?.last ?? Infinity) < first) begin = middle + 1;
    else high = middle;
  }
  let end = begin;
  while (end < spans.length && (spans[end]?.first ?? Infinity) <= last) end += 1;
  return [spans.slice(begin, end), begin];
}

export class Marks {
  readonly below = new Layer((frame) => this.#shade(frame), { below: true });
  readonly above = new Layer((frame) => this.#lines(frame));
  #marked: Marked = {
    spans: [],
    absent: [],
    countsOf: () => undefined,
    located: () => false,
    gaps: [],
    rollText: (from, to) => `${from} → ${to}`,
    breaks: true,
  };
  #colours = palette();

  /** Draw other sessions, or know more of them. */
  set(given: Partial<Marked>): void {
    Object.assign(this.#marked, given);
    this.below.refresh();
    this.above.refresh();
  }

  /** Take the colours of the page again. */
  recolour(): void {
    this.#colours = palette();
    this.set({});
  }

  #shade(frame: Frame): void {
    const { context, height, spacing } = frame;
    const { countsOf, located, absent } = this.#marked;
    const [seen] = seenOf(this.#marked.spans, frame.first, frame.last);
    const near = isNear(seen.length);
    for (const span of seen) {
      const counts = countsOf(span);
      if (!counts) continue;
      const x = frame.x(span.first - 0.5);
      const width = Math.max(spacing, frame.x(span.last + 0.5) - x);
      if (near && located(span)) {
        paint(context, "traded", this.#colours, x, height - BAND, width, BAND);
        continue;
      }
      this.#tint(context, counts, x, width, height);
      this.#band(context, counts, x, width, height);
    }
    if (near) this.#gaps(frame);
    for (const span of absent) {
      if (span.first < frame.first || span.first > frame.last || (near && located(span))) continue;
      const x = frame.x(span.first - 0.5) - 3;
      const worst = worstOf(countsOf(span) ?? {}) ?? "never_asked";
      context.globalAlpha = 0.5;
      hatch(context, this.#colours[worst === "never_asked" ? "rule" : worst], x, 0, 6, height, 1);
      context.globalAlpha = 1;
      paint(context, worst, this.#colours, x, height - BAND, 6, BAND);
    }
  }

  /** Each gap where it lies, as wide as the bars that it touches; those that touch none stand side by side. */
  #gaps(frame: Frame): void {
    const { context, height } = frame;
    let free = -Infinity;
    for (const { gap, from, to } of this.#marked.gaps) {
      if (to < frame.first || from > frame.last) continue;
      const wide = Math.max(GAP, frame.x(to) - frame.x(from));
      const x = Math.max(free, (frame.x(from) + frame.x(to) - wide) / 2);
      free = x + wide;
      const style = this.#colours[gap.class === "never_asked" ? "unknown" : gap.class];
      context.globalAlpha = 0.16;
      context.fillStyle = style;
      context.fillRect(x, 0, wide, height);
      context.globalAlpha = 0.7;
      hatch(context, style, x, 0, wide, height, 1, 7);
      context.globalAlpha = 1;
      paint(context, gap.class, this.#colours, x, height - BAND, wide, BAND);
    }
  }

  /** The whole height behind a session of which something is missing or in question. */
  #tint(context: CanvasRenderingContext2D, counts: Counts, x: number, width: number, height: number): void {
    const worst = worstOf(counts);
    if (!worst) return;
    context.globalAlpha = 0.1;
    context.fillStyle = this.#colours[worst === "never_asked" ? "unknown" : worst];
    context.fillRect(x, 0, width, height);
    context.globalAlpha = 1;
  }

  /** The classes of a session side by side, each as wide as its part; one that occurs is seen. */
  #band(context: CanvasRenderingContext2D, counts: Counts, x: number, width: number, height: number): void {
    const all = Math.max(
      1,
      CLASSES.reduce((sum, name) => sum + (counts[name] ?? 0), 0),
    );
    const least = Math.min(3, width / 8);
    const parts = CLASSES.filter((name) => counts[name]).map((name) => ({
      name,
      wide: Math.max(least, ((counts[name] ?? 0) / all) * width),
    }));
    const [first] = parts;
    if (!first) return;
    const widest = parts.reduce((most, part) => (part.wide > most.wide ? part : most), first);
    widest.wide -= parts.reduce((sum, part) => sum + part.wide, 0) - width;
    let left = x;
    for (const { name, wide } of parts) {
      paint(context, name, this.#colours, left, height - BAND, wide, BAND);
      left += wide;
    }
  }

  #lines(frame: Frame): void {
    const { context, height, spacing } = frame;
    const { spans, breaks, rollText } = this.#marked;
    const [seen, begin] = seenOf(spans, frame.first, frame.last);
    const room = seen.length > 1 && (spacing * (frame.last - frame.first)) / seen.length > ROOM;
    const rolls: { x: number; text: string }[] = [];
    seen.forEach((span, i) => {
      const before = spans[begin + i - 1]?.contract;
      if (before === undefined) return;
      const x = Math.round(frame.x(span.first - 0.5)) + 0.5;
      if (before !== span.contract) rolls.push({ x, text: rollText(before, span.contract) });
      else if (breaks && room) stroke(context, x, height, this.#colours.rule, [2, 3]);
    });
    this.#rolls(context, rolls, height);
  }

  /** Lines first and names over them; where rolls stand close, the lines are pale and only some are named. */
  #rolls(context: CanvasRenderingContext2D, rolls: readonly { x: number; text: string }[], height: number): void {
    context.font = FONT;
    const widest = Math.max(0, ...rolls.map(({ text }) => context.measureText(text).width)) + 2 * LABEL;
    const reach = (rolls.at(-1)?.x ?? 0) - (rolls[0]?.x ?? 0);
    const close = rolls.length > 1 && reach / (rolls.length - 1) < widest;
    context.globalAlpha = close ? 0.35 : 1;
    for (const { x } of rolls) stroke(context, x, height, this.#colours.accent, []);
    context.globalAlpha = 1;
    let free = -Infinity;
    for (const { x, text } of rolls) {
      if (x < free) continue;
      free = x + this.#label(context, text, x) + LABEL;
    }
  }

  /** Write a name beside a line; return how wide it is. */
  #label(context: CanvasRenderingContext2D, text: string, x: number): number {
    context.font = FONT;
    const width = context.measureText(text).width + 8;
    context.fillStyle = this.#colours.accent;
    context.fillRect(x, 0, width, 15);
    context.fillStyle = this.#colours.page;
    context.fillText(text, x + 4, 11);
    return width;
  }
}

function stroke(context: CanvasRenderingContext2D, x: number, height: number, style: string, dashes: number[]): void {
  context.strokeStyle = style;
  context.lineWidth = 1;
  context.setLineDash(dashes);
  context.beginPath();
  context.moveTo(x, 0);
  context.lineTo(x, height);
  context.stroke();
  context.setLineDash([]);
}
