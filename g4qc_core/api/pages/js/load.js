/**
 * Regions of a page that are loaded: busy, shown, empty or failing. A failing one says what to do, and tries again by
 * itself for as long as the failure may pass. Must not know what it loads.
 */

import { fill, h } from "./dom.js";
import { KEY_GIVEN, Problem } from "./api.js";
import { RECOVERED } from "./health.js";
import { t } from "./lang.js";

const AGAIN = 4000;

/**
 * Loads into an element, now and whenever the returned function is called; a later load ends an earlier one.
 * @template T
 * @param {HTMLElement} place
 * @param {(signal: AbortSignal) => Promise<T>} load
 * @param {(value: T) => any} show gives what stands in the place; nothing: it was filled already
 * @returns {() => Promise<void>}
 */
export function region(place, load, show) {
  let current = new AbortController();
  let timer = 0;
  let shown = false;

  async function run() {
    current.abort();
    clearTimeout(timer);
    const mine = (current = new AbortController());
    place.setAttribute("aria-busy", "true");
    if (!shown) fill(place, h("p.busy", {}, t("state.loading")));
    try {
      const value = await load(mine.signal);
      if (mine.signal.aborted) return;
      const content = show(value);
      if (content !== undefined) fill(place, content);
      shown = true;
    } catch (error) {
      if (mine.signal.aborted) return;
      shown = false;
      fill(place, failing(error, run));
      if (error instanceof Problem && error.passing) timer = setTimeout(run, AGAIN);
    }
    place.removeAttribute("aria-busy");
  }

  const again = () => place.isConnected && !shown && run();
  document.addEventListener(RECOVERED, () => place.isConnected && run());
  document.addEventListener(KEY_GIVEN, again);
  return run;
}

/** Nothing there yet, and what to do about it. */
export function empty(title, text, ...actions) {
  return h("div.state", {}, h("strong", {}, title), text ? h("p", {}, text) : null, actions.length ? h("div.row", {}, actions) : null);
}

/** What failed, and a way to try again. */
export function failing(error, again) {
  const title = error instanceof Problem ? titleOf(error) : t("state.defect");
  return h(
    "div.state.failing",
    { role: "alert" },
    h("strong", {}, title),
    h("p", {}, sentence(error)),
    h("div.row", {}, h("button", { type: "button", on: { click: again } }, t("action.again"))),
  );
}

/** The sentence of a failure. */
export function sentence(error) {
  if (!(error instanceof Problem)) return String(error?.message ?? error);
  return error.status === 0 ? t("state.unreachable.text") : error.message;
}

function titleOf(problem) {
  if (problem.status === 0) return t("state.unreachable");
  if (problem.status === 401 || problem.status === 403) return t("state.key");
  if (problem.status === 404) return t("state.missing");
  return problem.passing ? t("state.unavailable") : t("state.failed");
}
