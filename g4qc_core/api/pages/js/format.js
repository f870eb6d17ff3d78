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

/** A fraction as percent. */
export function percent(value, digits = 1) {
  if (value === null || value === undefined) return NOTHING;
  return formatter(Intl.NumberFormat, { style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
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
