/**
 * Numbers, dates and lengths of time as the visitor's language writes them. Instants are UTC unless another zone is named.
 * Must not know what the numbers mean.
 */

import { language } from "./lang.js";

const cache = new Map();

function formatter(kind, options) {
  const key = kind.name + JSON.stringify(options);
  if (!cache.has(key)) cache.set(key, new kind(language, options));
  return cache.get(key);
}

const NOTHING = "–";

/** @param {number | string | null | undefined} value @param {number} [digits] decimals, exactly */
export function number(value, digits) {
  if (value === null || value === undefined || value === "" || Number.isNaN(Number(value))) return NOTHING;
  const options = digits === undefined ? { maximumFractionDigits: 6 } : { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return formatter(Intl.NumberFormat, options).format(Number(value));
}

/**
 * A price with all decimals of its tick, and in 32nds beside it where the field quotes so: `132.328125 (132'105)`.
 * @param {number | null | undefined} value
 * @param {{decimals: number, tick: number}} of the instrument
 * @param {boolean} [withSign]
 */
export function price(value, of, withSign = false) {
  if (value === null || value === undefined || Number.isNaN(value)) return NOTHING;
  const plain = withSign ? signed(value, of.decimals) : number(value, of.decimals);
  const quote = quoted(value, of);
  return quote ? `${plain} (${quote})` : plain;
}

/** A price as CME quotes bonds and notes; an empty text where the field quotes decimals, or the price is off the grid. */
export function quoted(value, { tick }) {
  const ticks = Math.round(value / tick);
  if (![1, 2, 4, 8].includes(1 / 32 / tick) || Math.abs(value / tick - ticks) > 1e-4) return "";
  const parts = Math.abs(ticks) * tick * 32;
  const [whole, rest] = [Math.floor(parts / 32), parts % 32];
  const tenths = tick * 32 === 1 ? "" : String(Math.floor(rest * 10) % 10);
  return `${ticks < 0 ? "-" : ""}${whole}'${String(Math.floor(rest)).padStart(2, "0")}${tenths}`;
}

/** The sign between whole numbers and fractions. */
export const DECIMAL = formatter(Intl.NumberFormat, {}).formatToParts(0.5).find((part) => part.type === "decimal")?.value ?? ".";

/** Returns a typed number, with all its digits, as text with a point; NaN if it could mean either a thousand or one. */
export function readDecimal(text) {
  if (DECIMAL !== ",") return text;
  return Number.isNaN(readNumber(text)) ? "NaN" : text.replace(",", ".");
}

/** A number that somebody wrote; NaN where a thousand could be meant, or one. */
export function readNumber(text) {
  if (DECIMAL === "," && /^-?[1-9]\d{0,2}(\.\d{3})+$/.test(text)) return NaN;
  return Number(DECIMAL === "," ? text.replace(/^(-?\d*),(\d+)$/, "$1.$2") : text);
}

/** A fraction as percent, with its sign where that is asked for. */
export function percent(value, digits = 1, signed = false) {
  if (value === null || value === undefined) return NOTHING;
  const options = { style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits };
  return formatter(Intl.NumberFormat, signed ? { ...options, signDisplay: "exceptZero" } : options).format(value);
}

/** A part of a whole as percent: 0 % only where there is none, and 100 % only where nothing is missing. */
export function share(part, whole, digits = 2) {
  if (!whole) return NOTHING;
  const step = 10 ** -(digits + 2);
  const [least, most] = [step, 1 - step];
  if (part > 0 && part / whole < least) return `< ${percent(least, digits)}`;
  if (part < whole && part / whole > most) return `> ${percent(most, digits)}`;
  return percent(part / whole, digits);
}

/** A number with its sign. */
export function signed(value, digits) {
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits, signDisplay: "exceptZero" };
  return formatter(Intl.NumberFormat, options).format(value);
}

/** A number in few letters: 1.2M. */
export function compact(value) {
  return formatter(Intl.NumberFormat, { notation: "compact", maximumFractionDigits: 1 }).format(value);
}

/** Money to the cent, with its sign where that is asked for. */
export function money(value, signed = false) {
  if (value === null || value === undefined) return NOTHING;
  const options = { minimumFractionDigits: 2, maximumFractionDigits: 2, ...(signed ? { signDisplay: "exceptZero" } : {}) };
  return formatter(Intl.NumberFormat, options).format(Number(value));
}

/** An instant with its minute, in a zone. @param {string | number | Date} instant */
export function moment(instant, zone = "UTC", seconds = false) {
  if (instant === null || instant === undefined) return NOTHING;
  const options = { year: "numeric", month: "short", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone };
  return formatter(Intl.DateTimeFormat, seconds ? { ...options, second: "2-digit" } : options).format(new Date(instant));
}

/** The time of day of an instant. */
export function clock(instant, zone = "UTC") {
  const options = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZone: zone };
  return formatter(Intl.DateTimeFormat, options).format(new Date(instant));
}

/** Hours and minutes of an instant, in a zone. */
export function timeOfDay(instant, zone = "UTC") {
  return formatter(Intl.DateTimeFormat, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone }).format(new Date(instant));
}

/** A trade date, `2026-10-05`, which has no time zone. */
export function day(date) {
  if (!date) return NOTHING;
  return formatter(Intl.DateTimeFormat, { year: "numeric", month: "short", day: "2-digit", timeZone: "UTC" }).format(new Date(`${date}T00:00Z`));
}

/** A month, `2026-10` or a date in it. */
export function month(date) {
  return formatter(Intl.DateTimeFormat, { year: "numeric", month: "short", timeZone: "UTC" }).format(new Date(`${date.slice(0, 7)}-01T00:00Z`));
}

/** Short names of the twelve months. */
export function monthNames() {
  return Array.from({ length: 12 }, (_, i) => formatter(Intl.DateTimeFormat, { month: "short", timeZone: "UTC" }).format(Date.UTC(2026, i, 1)));
}

/** How long ago an instant was: `3 hours ago`. */
export function ago(instant, now = Date.now()) {
  const seconds = (new Date(instant).getTime() - now) / 1000;
  for (const [unit, length] of [["year", 31557600], ["month", 2629800], ["day", 86400], ["hour", 3600], ["minute", 60]]) {
    if (Math.abs(seconds) >= length) {
      return formatter(Intl.RelativeTimeFormat, { numeric: "auto" }).format(Math.round(seconds / length), unit);
    }
  }
  return formatter(Intl.RelativeTimeFormat, { numeric: "auto" }).format(Math.round(seconds), "second");
}

/** Seconds as `1:02:03` or `2:03`. */
export function lasting(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  if (!parts[0]) parts.shift();
  return parts.map((part, i) => (i ? String(part).padStart(2, "0") : String(part))).join(":");
}
