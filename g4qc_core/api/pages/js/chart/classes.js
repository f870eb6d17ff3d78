/**
 * The classes of a minute and how each looks: a colour and a pattern, so that they differ without colours too. Must not
 * know where counts come from.
 */

/** Best first: a cell is drawn from the bottom up in this order. */
export const CLASSES = ["traded", "no_trade", "closed", "halt", "quarantined", "failed", "never_asked"];

/** What a month says of its minutes: it does not tell the good classes apart, nor the bad ones. */
export const COARSE = ["known", "quarantined", "missing"];
/** Every name that a count may have, best first. */
export const ALL = ["known", ...CLASSES, "missing"];

/** Classes that a person may want to do something about. */
export const OPEN = ["quarantined", "failed", "never_asked"];
const SEEN = [...OPEN, "missing"];

const COLOURS = {
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

/** The value of a CSS colour now. */
export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** @returns {Record<string, string>} colours of the classes, and `rule` and `text`, in the present theme */
export function palette() {
  const found = Object.fromEntries(Object.entries(COLOURS).map(([name, variable]) => [name, colour(variable)]));
  return { ...found, rule: colour("--rule-strong"), unknown: colour("--muted"), text: colour("--text"), page: colour("--card"), accent: colour("--accent") };
}

/**
 * Paints a rectangle in the look of a class.
 * @param {CanvasRenderingContext2D} context
 */
export function paint(context, name, colours, x, y, width, height) {
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

/** Slanted lines; `slope` 1 rises, -1 falls. */
export function hatch(context, style, x, y, width, height, slope, step = 5) {
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

/** A rectangle divided between the classes by their counts, the good ones at the bottom; a class that occurs is seen. */
export function paintCounts(context, counts, colours, x, y, width, height) {
  const total = ALL.reduce((sum, name) => sum + (counts[name] ?? 0), 0);
  if (!total) {
    context.fillStyle = colours.rule;
    context.fillRect(x + width / 2 - 1, y + height / 2 - 1, 2, 2);
    return;
  }
  let bottom = y + height;
  const least = (name) => (SEEN.includes(name) && counts[name] > 0 ? 4 : 0);
  const spare = height - ALL.reduce((sum, name) => sum + least(name), 0);
  for (const name of ALL) {
    const part = least(name) + ((counts[name] ?? 0) / total) * spare;
    paint(context, name, colours, x, bottom - part, width, part);
    bottom -= part;
  }
}
