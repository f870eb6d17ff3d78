/**
 * Whether the parts behind the pages answer: asked every few seconds, told by events. Must not know how it is shown.
 */

import { address, KEY_WANTED } from "./api.js";

/** Told after every answer, with what is down in `detail`. */
export const HEALTH = "g4qc-health";
/** Told once when something that was down is back. */
export const RECOVERED = "g4qc-recovered";

const CALM = 10_000;
const WORRIED = 2_000;
const SHOW_BACK = 4_000;

let down = "";
let since = 0;
let timer = 0;

/** Begins to ask; a hidden tab does not. */
export function watch() {
  document.addEventListener("visibilitychange", () => document.hidden || look());
  look();
}

async function look() {
  clearTimeout(timer);
  if (document.hidden) return;
  const health = await ask();
  const now = health.unreachable ? "server" : health.down.join(" ");
  const back = down !== "" && now === "";
  if (back) since = Date.now();
  if (down !== now && !health.unreachable && down !== "") document.dispatchEvent(new Event(RECOVERED));
  down = now;
  document.dispatchEvent(new CustomEvent(HEALTH, { detail: { ...health, recovered: Date.now() - since < SHOW_BACK } }));
  timer = setTimeout(look, now || Date.now() - since < SHOW_BACK ? WORRIED : CALM);
}

async function ask() {
  try {
    const response = await fetch(address("/health"));
    if (response.status === 401) document.dispatchEvent(new Event(KEY_WANTED));
    const health = await response.json();
    if (!health.parts) return { down: [] };
    return { ...health, down: Object.keys(health.parts).filter((name) => !health.parts[name].up) };
  } catch {
    return { unreachable: true, down: [] };
  }
}
