/**
 * The classes of minutes, and how each is painted: by a colour, and by a pattern that tells it apart without colours.
 * Callers count the minutes.
 */

import { colour } from "../ui/theme";

/** Best first: a cell is drawn from the bottom up in this order. */
export const CLASSES = ["traded", "no_trade", "closed", "halt", "quarantined", "failed", "never_asked"] as const;

/** Classes that may need a person to act. */
export const OPEN = ["quarantined", "failed", "never_asked"] as const;

/** The classes of a whole month, which knows neither which good class a minute has, nor which bad one. */
export const COARSE = ["known", "quarantined", "missing"] as const;

/** Every name that a count may have, best first. */
export const ALL = ["known", ...CLASSES, "missing"] as const;

/** Name of a class, of a minute or of a month. */
export type ClassName = (typeof ALL)[number];

/** Minutes by class; a class without minutes may be left out. */
export type Counts = Partial<Record<ClassName, number>>;

const SEEN: readonly ClassName[] = [...OPEN, "missing"];

const VARIABLES: Record<ClassName, string> = {
  known: "--traded",
  traded: "--traded",
  no_trade: "--quiet",
  closed: "--closed",
  halt: "--closed",
  quarantined: "--quarantined",
  failed: "--failed",
  never_asked: "--unasked",
  missing: "--unasked",
};

/** Colours of the classes, and of what is drawn beside them. */
export type Palette = Record<ClassName | "rule" | "unknown" | "text" | "page" | "accent", string>;

/** Return the colours of the present theme. */
export function palette(): Palette {
  const found = Object.fromEntries(Object.entries(VARIABLES).map(([name, variable]) => [name, colour(variable)]));
  return {
    ...(found as Record<ClassName, string>),
    rule: colour("--rule-strong"),
    unknown: colour("--muted"),
    text: colour("--text"),
    page: colour("--card"),
    accent: colour("--accent"),
  };
}

/** Paint a rectangle in the look of a class. */
export function paint(
  context: CanvasRenderingContext2D,
  name: ClassName,
  colours: Palette,
  x: number,
  y: number,
  width: number,
  height: number,
): void {
  if (height <= 0 || width <= 0) return;
  context.fillStyle = colours[name];
  context.fillRect(x, y, width, height);
  if (name === "quarantined") hatch(context, colours.page, x, y, width, height, 1);
  if (name === "failed") {
    hatch(context, colours.page, x, y, width, height, 1);
    hatch(context, colours.page, x, y, width, height, -1);
  }
  if (name === "never_asked" || name === "missing") {
    context.strokeStyle = colours.rule;
    context.lineWidth = 1;
    context.setLineDash([2, 2]);
    context.strokeRect(x + 0.5, y + 0.5, width - 1, Math.max(0, height - 1));
    context.setLineDash([]);
  }
}

/** Paint slanted lines; `slope` 1 rises, -1 falls. */
export function hatch(
  context: CanvasRenderingContext2D,
  style: string,
  x: number,
  y: number,
  width: number,
  height: number,
  slope: 1 | -1,
  step = 5,
): void {
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  context.strokeStyle = style;
  context.lineWidth = 1.2;
  context.beginPath();
  for (let at = -height; at < width + height; at += step) {
    context.moveTo(x + at, slope > 0 ? y + height : y);
    context.lineTo(x + at + height, slope > 0 ? y : y + height);
  }
  context.stroke();
  context.restore();
}

/** Paint a rectangle divided between the classes by their counts, the good ones at the bottom; a class that occurs is seen. */
export function paintCounts(
  context: CanvasRenderingContext2D,
  counts: Counts,
  colours: Palette,
  x: number,
  y: number,
  width: number,
  height: number,
): void {
  const all = minutesOf(counts);
  if (!all) {
    context.fillStyle = colours.rule;
    context.fillRect(x + width / 2 - 1, y + height / 2 - 1, 2, 2);
    return;
  }
  let bottom = y + height;
  const least = (name: ClassName) => (SEEN.includes(name) && (counts[name] ?? 0) > 0 ? 4 : 0);
  const spare = height - ALL.reduce((sum, name) => sum + least(name), 0);
  for (const name of ALL) {
    const part = least(name) + ((counts[name] ?? 0) / all) * spare;
    paint(context, name, colours, x, bottom - part, width, part);
    bottom -= part;
  }
}

/** Return how many minutes the classes add up to. */
export function minutesOf(counts: Counts): number {
  return ALL.reduce((sum, name) => sum + (counts[name] ?? 0), 0);
}

/** Return the gravest class of a session among `OPEN`; undefined if it has none. */
export function worstOf(counts: Counts): (typeof OPEN)[number] | undefined {
  return OPEN.findLast((name) => (counts[name] ?? 0) > 0);
}
