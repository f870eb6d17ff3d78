/** Colours for numbers: a scale that grows lighter evenly, and stays apart for those who see few colours (viridis). */

const STOPS = [
  [68, 1, 84], [71, 39, 119], [62, 73, 137], [48, 103, 141], [37, 130, 142], [30, 157, 136], [53, 183, 120],
  [109, 204, 88], [181, 221, 43], [253, 231, 36],
] as const; // prettier-ignore

/** Red, green and blue, 0 to 255. */
export type Rgb = readonly [number, number, number];

/** A scale between two numbers. */
export interface ColourScale {
  low: number;
  high: number;
  /** The smaller number is the better one: it has the light end. */
  flipped: boolean;
}

/** Return the scale of these values; numbers that are not finite do not count, and a single value has room around it. */
export function scaleOf(values: ArrayLike<number>, flipped = false): ColourScale {
  let [low, high] = [Infinity, -Infinity];
  for (let at = 0; at < values.length; at++) {
    const value = values[at] ?? NaN;
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) return { low: 0, high: 1, flipped };
  if (low === high) return { low: low - 0.5, high: high + 0.5, flipped };
  return { low, high, flipped };
}

/** Return where a value stands on a scale: 0 at the dark end, 1 at the light end; beyond its ends, the end. */
export function placeOn(scale: ColourScale, value: number): number {
  const place = Math.min(1, Math.max(0, (value - scale.low) / (scale.high - scale.low)));
  return scale.flipped ? 1 - place : place;
}

/** Return the colour at a place from 0 to 1. */
export function colourAt(place: number): Rgb {
  const at = Math.min(1, Math.max(0, place)) * (STOPS.length - 1);
  const before = Math.min(STOPS.length - 2, Math.floor(at));
  const [one, other, share] = [STOPS[before] ?? STOPS[0], STOPS[before + 1] ?? STOPS[0], at - before];
  const mixed = (part: 0 | 1 | 2) => Math.round(one[part] + (other[part] - one[part]) * share);
  return [mixed(0), mixed(1), mixed(2)];
}

/** Return a colour as the style sheet writes it. */
export function written([red, green, blue]: Rgb): string {
  return `rgb(${red} ${green} ${blue})`;
}

/** Return a gradient of the whole scale for a legend, from its dark end to its light one. */
export function gradient(towards: string): string {
  return `linear-gradient(${towards}, ${STOPS.map((one) => written(one)).join(", ")})`;
}
