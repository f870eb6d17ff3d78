/** Numbers, dates and lengths of time as the visitor's language writes them. Instants are UTC unless a zone is named. */

import { language } from "../lang/words";

/** How prices of an instrument are written. */
export interface Prices {
  decimals: number;
  tick: number;
}

type Maybe<T> = T | null | undefined;

/** What stands for a value that there is not. */
export const NOTHING = "–";

const cache = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat>();

function formatter<T extends Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat, O>(
  kind: new (language: string, options: O) => T,
  options: O,
): T {
  const key = `${language()} ${kind.name} ${JSON.stringify(options)}`;
  let found = cache.get(key) as T | undefined;
  if (!found) cache.set(key, (found = new kind(language(), options)));
  return found;
}

function digitsOf(digits: number): Intl.NumberFormatOptions {
  return { minimumFractionDigits: digits, maximumFractionDigits: digits };
}

/** Return a number; with `digits`, with exactly so many decimals. */
export function number(value: Maybe<number | string>, digits?: number): string {
  if (value === null || value === undefined || value === "" || Number.isNaN(Number(value))) return NOTHING;
  const options = digits === undefined ? { maximumFractionDigits: 6 } : digitsOf(digits);
  return formatter(Intl.NumberFormat, options).format(Number(value));
}

/** Return a price with all decimals of its tick, and in 32nds beside it where the field quotes so: `132.328125 (132'105)`. */
export function price(value: Maybe<number>, of: Prices, withSign = false): string {
  if (value === null || value === undefined || Number.isNaN(value)) return NOTHING;
  const plain = withSign ? signed(value, of.decimals) : number(value, of.decimals);
  const quote = quoted(value, of);
  return quote ? `${plain} (${quote})` : plain;
}

/** Return a price as CME quotes bonds and notes; empty where the field quotes decimals, or the price is off the grid. */
export function quoted(value: number, { tick }: Prices): string {
  const ticks = Math.round(value / tick);
  if (![1, 2, 4, 8].includes(1 / 32 / tick) || Math.abs(value / tick - ticks) > 1e-4) return "";
  const parts = Math.abs(ticks) * tick * 32;
  const [whole, rest] = [Math.floor(parts / 32), parts % 32];
  const tenths = tick * 32 === 1 ? "" : String(Math.floor(rest * 10) % 10);
  return `${ticks < 0 ? "-" : ""}${whole}'${String(Math.floor(rest)).padStart(2, "0")}${tenths}`;
}

/** Return the sign between whole numbers and fractions. */
export function decimalSign(): string {
  const parts = formatter(Intl.NumberFormat, {}).formatToParts(0.5);
  return parts.find((part) => part.type === "decimal")?.value ?? ".";
}

/** Return a typed number, with all its digits, as text with a point; NaN if it could mean either a thousand or one. */
export function readDecimal(text: string): string {
  if (decimalSign() !== ",") return text;
  return Number.isNaN(readNumber(text)) ? "NaN" : text.replace(",", ".");
}

/** Return a number that somebody wrote; NaN where a thousand could be meant, or one. */
export function readNumber(text: string): number {
  const comma = decimalSign() === ",";
  if (comma && /^-?[1-9]\d{0,2}(\.\d{3})+$/.test(text)) return NaN;
  return Number(comma ? text.replace(/^(-?\d*),(\d+)$/, "$1.$2") : text);
}

/** Return a fraction as percent, with its sign where that is asked for. */
export function percent(value: Maybe<number>, digits = 1, withSign = false): string {
  if (value === null || value === undefined) return NOTHING;
  const options: Intl.NumberFormatOptions = { style: "percent", ...digitsOf(digits) };
  return formatter(Intl.NumberFormat, withSign ? { ...options, signDisplay: "exceptZero" as const } : options).format(
    value,
  );
}

/** Return a part of a whole as percent: 0 % only where there is none, and 100 % only where nothing is missing. */
export function share(part: number, whole: number, digits = 2): string {
  if (!whole) return NOTHING;
  const step = 10 ** -(digits + 2);
  const [least, most] = [step, 1 - step];
  if (part > 0 && part / whole < least) return `< ${percent(least, digits)}`;
  if (part < whole && part / whole > most) return `> ${percent(most, digits)}`;
  return percent(part / whole, digits);
}

/** Return a number with its sign. */
export function signed(value: number, digits: number): string {
  return formatter(Intl.NumberFormat, { ...digitsOf(digits), signDisplay: "exceptZero" as const }).format(value);
}

/** Return a number in few letters: 1.2M. */
export function compact(value: number): string {
  return formatter(Intl.NumberFormat, { notation: "compact" as const, maximumFractionDigits: 1 }).format(value);
}

/** Return money to the cent, with its sign where that is asked for. */
export function money(value: Maybe<number | string>, withSign = false): string {
  if (value === null || value === undefined) return NOTHING;
  const options: Intl.NumberFormatOptions = { ...digitsOf(2), ...(withSign ? { signDisplay: "exceptZero" } : {}) };
  return formatter(Intl.NumberFormat, options).format(Number(value));
}

const MINUTE: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const DAY: Intl.DateTimeFormatOptions = { year: "numeric", month: "short", day: "2-digit" };

/** Return an instant with its minute, in a zone. */
export function moment(instant: Maybe<string | number | Date>, zone = "UTC", seconds = false): string {
  if (instant === null || instant === undefined) return NOTHING;
  const options: Intl.DateTimeFormatOptions = { ...DAY, ...MINUTE, timeZone: zone };
  return formatter(Intl.DateTimeFormat, seconds ? { ...options, second: "2-digit" } : options).format(
    new Date(instant),
  );
}

/** Return the time of day of an instant, with its second. */
export function clock(instant: string | number | Date, zone = "UTC"): string {
  return formatter(Intl.DateTimeFormat, { ...MINUTE, second: "2-digit", timeZone: zone }).format(new Date(instant));
}

/** Return hours and minutes of an instant, in a zone. */
export function timeOfDay(instant: string | number | Date, zone = "UTC"): string {
  return formatter(Intl.DateTimeFormat, { ...MINUTE, timeZone: zone }).format(new Date(instant));
}

/** Return a trade date, `2026-10-05`, which has no time zone. */
export function day(date: Maybe<string>): string {
  if (!date) return NOTHING;
  return formatter(Intl.DateTimeFormat, { ...DAY, timeZone: "UTC" }).format(new Date(`${date}T00:00Z`));
}

/** Return a month, `2026-10` or a date in it. */
export function month(date: string): string {
  const options: Intl.DateTimeFormatOptions = { year: "numeric", month: "short", timeZone: "UTC" };
  return formatter(Intl.DateTimeFormat, options).format(new Date(`${date.slice(0, 7)}-01T00:00Z`));
}

/** Return short names of the twelve months. */
export function monthNames(): string[] {
  const form = formatter(Intl.DateTimeFormat, { month: "short", timeZone: "UTC" } as const);
  return Array.from({ length: 12 }, (_, i) => form.format(Date.UTC(2026, i, 1)));
}

const A_DAY = 86_400;

/**
 * Return places of an axis of time as short texts, in UTC: times, days, months or years, as they are apart. The first
 * one, and each that begins another day or year, has that below it.
 */
export function timeTicks(places: readonly number[], apart: number): string[] {
  const options: Intl.DateTimeFormatOptions =
    apart < A_DAY ? MINUTE : { month: "short", ...(apart < 28 * A_DAY && { day: "numeric" as const }) };
  const below: Intl.DateTimeFormatOptions = apart < A_DAY ? { day: "numeric", month: "short" } : { year: "numeric" };
  const write = (form: Intl.DateTimeFormatOptions, seconds: number) =>
    formatter(Intl.DateTimeFormat, { ...form, timeZone: "UTC" }).format(seconds * 1000);
  if (apart >= 365 * A_DAY) return places.map((one) => write(below, one));
  const whole = places.map((one) => write(below, one));
  return places.map((one, at) => write(options, one) + (whole[at] === whole[at - 1] ? "" : `\n${whole[at]}`));
}

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31557600],
  ["month", 2629800],
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
];

/** Return how long ago an instant was: `3 hours ago`. */
export function ago(instant: string | number | Date, now = Date.now()): string {
  const seconds = (new Date(instant).getTime() - now) / 1000;
  const form = formatter(Intl.RelativeTimeFormat, { numeric: "auto" } as const);
  for (const [unit, length] of UNITS) {
    if (Math.abs(seconds) >= length) return form.format(Math.round(seconds / length), unit);
  }
  return form.format(Math.round(seconds), "second");
}

/** Return seconds as `1:02:03` or `2:03`. */
export function lasting(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  if (!parts[0]) parts.shift();
  return parts.map((part, i) => (i ? String(part).padStart(2, "0") : String(part))).join(":");
}
