/**
 * Instants as the clock of a time zone shows them. The chart's axis knows no zones, so it is given instants that are moved
 * by the zone's offset: what it then writes as UTC is that zone's time.
 */

const ZONES = new Map();
const DAY = 86_400;

/** Seconds by which a zone's clock is ahead of UTC at an instant. @param {number} t @param {string} zone */
export function offset(t, zone) {
  if (zone === "UTC") return 0;
  // Offsets change at whole quarters of an hour; a day in which none changes needs one look for all its bars.
  const day = Math.floor(t / DAY) * DAY;
  const [begin, end] = [look(day, zone), look(day + DAY, zone)];
  return begin === end ? begin : look(Math.floor(t / 900) * 900, zone);
}

/** The instants moved to a zone's clock, still ascending in the hour that the clock repeats. @param {number[]} instants */
export function moved(instants, zone) {
  let last = -Infinity;
  return instants.map((t) => (last = Math.max(last + 1, t + offset(t, zone))));
}

function look(t, zone) {
  let known = ZONES.get(zone);
  if (!known) {
    const format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric",
    });
    ZONES.set(zone, (known = { format, offsets: new Map() }));
  }
  if (!known.offsets.has(t)) {
    const part = Object.fromEntries(known.format.formatToParts(t * 1000).map(({ type, value }) => [type, Number(value)]));
    const shown = Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second) / 1000;
    known.offsets.set(t, shown - t);
  }
  return known.offsets.get(t);
}
