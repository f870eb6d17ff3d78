/**
 * Gaps by interval among the bars: where each would stand, and which lie beside a bar. A gap has no bars and the axis leaves
 * it out, so that without a mark nothing would show it. Must not know how one is painted, nor what is done about it.
 */

/** @typedef {import("./sessions.js").Gap} Gap */

/**
 * Places of the gaps of the contracts that are shown, as indices of bars with fractions; equal where no bar is touched.
 * @param {Gap[]} gaps ascending @param {import("./bars.js").Bars} bars @param {number} length seconds of a full bar
 * @returns {Array<{gap: Gap, from: number, to: number}>} ascending
 */
export function placed(gaps, bars, length) {
  const { list } = bars;
  if (!list.length) return [];
  const found = [];
  for (const gap of gaps) {
    const at = bars.indexAt(gap.start);
    if ((at < 0 && !(bars.hasOldest || gap.end > list[0].t)) || (at === list.length - 1 && beyond(gap, bars, length))) continue;
    if (![list[at], list[at + 1]].some((bar) => bar?.contract === gap.contract)) continue;
    const [from, to] = [placeOf(gap.start, bars, length), placeOf(gap.end, bars, length)];
    found.push({ gap, from, to });
  }
  return found;
}

/** The gaps that lie in a bar, or between it and a neighbour. @param {ReturnType<typeof placed>} places */
export function beside(places, index) {
  return places.filter(({ from, to }) => to >= index - 0.5 && from <= index + 0.5).map(({ gap }) => gap);
}

function placeOf(t, bars, length) {
  const at = bars.indexAt(t);
  if (at < 0) return -0.5;
  return at - 0.5 + Math.min(1, (t - bars.list[at].t) / length);
}

/** After the last bar that is loaded, where more are to come. */
function beyond(gap, bars, length) {
  return !bars.hasNewest && gap.start >= bars.list[bars.list.length - 1].t + length;
}
