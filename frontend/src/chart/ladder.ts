/** The timeframes, finest first, and which of them suits a zoom. Must not know bars or charts. */

/** A timeframe and its minutes; a session counts as 23 hours. */
export const LADDER = [
  { name: "1min", minutes: 1 },
  { name: "5min", minutes: 5 },
  { name: "15min", minutes: 15 },
  { name: "30min", minutes: 30 },
  { name: "1h", minutes: 60 },
  { name: "4h", minutes: 240 },
  { name: "1d", minutes: 1380 },
] as const;

/** Name of a timeframe. */
export type Timeframe = (typeof LADDER)[number]["name"];

export const TIMEFRAMES: readonly Timeframe[] = LADDER.map(({ name }) => name);

const CLOSEST = 1.5; // pixels a bar below which a coarser timeframe is shown
const SPARSE = 2.2; // pixels a bar that a finer one must have to be shown again

/**
 * Return the timeframe to show when so many bars of the present one are on a screen of that width in pixels; never finer
 * than chosen.
 */
export function suited(shown: Timeframe, chosen: Timeframe, bars: number, width: number): Timeframe {
  const [lowest, highest] = [rung(chosen), LADDER.length - 1];
  const minutes = bars * minutesOf(shown);
  const spacing = (at: number) => (width / minutes) * (LADDER[at]?.minutes ?? 1);
  let at = rung(shown);
  while (at < highest && spacing(at) < CLOSEST) at += 1;
  while (at > lowest && spacing(at - 1) > SPARSE) at -= 1;
  return LADDER[Math.max(at, lowest)]?.name ?? chosen;
}

/** Return the seconds of a full bar. */
export function seconds(name: Timeframe): number {
  return minutesOf(name) * 60;
}

/** Return the timeframe some rungs coarser, or finer with a negative number; undefined at the ends. */
export function neighbour(name: Timeframe, by: number): Timeframe | undefined {
  return LADDER[rung(name) + by]?.name;
}

function rung(name: Timeframe): number {
  return TIMEFRAMES.indexOf(name);
}

function minutesOf(name: Timeframe): number {
  return LADDER[rung(name)]?.minutes ?? 1;
}
