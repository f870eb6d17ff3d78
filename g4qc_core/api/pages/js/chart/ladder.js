/** The timeframes, finest first, and which of them suits a zoom. Must not know bars or charts. */

/** @type {ReadonlyArray<{name: string, minutes: number}>} a session counts as 23 hours */
export const LADDER = [
  { name: "1min", minutes: 1 },
  { name: "5min", minutes: 5 },
  { name: "15min", minutes: 15 },
  { name: "30min", minutes: 30 },
  { name: "1h", minutes: 60 },
  { name: "4h", minutes: 240 },
  { name: "1d", minutes: 1380 },
];

const CLOSEST = 1.5; // pixels a bar below which a coarser timeframe is shown
const SPARSE = 2.2; // pixels a bar that a finer one must have to be shown again

/**
 * The timeframe to show when so many bars of the present one are on a screen of that width; never finer than chosen.
 * @param {string} shown @param {string} chosen @param {number} bars @param {number} width pixels
 */
export function suited(shown, chosen, bars, width) {
  let at = rung(shown);
  let minutes = bars * LADDER[at].minutes;
  while (at < LADDER.length - 1 && width / (minutes / LADDER[at].minutes) < CLOSEST) at += 1;
  while (at > rung(chosen) && width / (minutes / LADDER[at - 1].minutes) > SPARSE) at -= 1;
  return LADDER[Math.max(at, rung(chosen))].name;
}

/** Seconds of a full bar. */
export function seconds(name) {
  return LADDER[rung(name)].minutes * 60;
}

function rung(name) {
  return Math.max(0, LADDER.findIndex((one) => one.name === name));
}
