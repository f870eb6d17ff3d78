/**
 * Instants as the clock of a time zone shows them. The chart's axis knows no zones, so it is given instants that are moved
 * by the zone's offset: what it then writes as UTC is that zone's time.
 */

const DAY = 86_400;

interface Zone {
  format: Intl.DateTimeFormat;
  offsets: Map<number, number>;
}

const zones = new Map<string, Zone>();

/** Return the seconds by which a zone's clock is ahead of UTC at an instant. */
export function offset(t: number, zone: string): number {
  if (zone === "UTC") return 0;
  // Offsets change at whole quarters of an hour; a day in which none changes needs one look for all its bars.
  const day = Math.floor(t / DAY) * DAY;
  const [begin, end] = [look(day, zone), look(day + DAY, zone)];
  return begin === end ? begin : look(Math.floor(t / 900) * 900, zone);
}

/** Return the instants moved to a zone's clock, still ascending in the hour that the clock repeats. */
export function moved(instants: Float64Array, zone: string): Float64Array {
  let last = -Infinity;
  return instants.map((t) => (last = Math.max(last + 1, t + offset(t, zone))));
}

/** Return the beginnings of trade dates, for bars that are whole sessions: where a session opens is another day. */
export function days(dates: readonly string[], at: Int32Array): Float64Array {
  const starts = dates.map((date) => Date.parse(`${date}T00:00Z`) / 1000);
  let last = -Infinity;
  return Float64Array.from(at, (place) => (last = Math.max(last + 1, starts[place] ?? 0)));
}

function look(t: number, zone: string): number {
  let known = zones.get(zone);
  if (!known) zones.set(zone, (known = { format: clockOf(zone), offsets: new Map() }));
  let found = known.offsets.get(t);
  if (found === undefined) {
    const parts = known.format.formatToParts(t * 1000).map(({ type, value }) => [type, Number(value)]);
    const part = Object.fromEntries(parts) as Record<"year" | "month" | "day" | "hour" | "minute" | "second", number>;
    found = Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second) / 1000 - t;
    known.offsets.set(t, found);
  }
  return found;
}

function clockOf(zone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
}
