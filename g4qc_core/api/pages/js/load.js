/**
 * Regions of a page that are loaded: busy, shown, empty or failing. A failing one says what to do, and tries again by
 * itself for as long as the failure may pass. Must not know what it loads.
 */

import { fill, h } from "./dom.js";
import { KEY_GIVEN, Problem } from "./api.js";
import { RECOVERED } from "./health.js";
import { language, t, word } from "./lang.js";

const AGAIN = 4000;
const SERVERS = "en"; // the language of the server's own sentences

/**
 * Loads into an element, now and whenever the returned function is called; a later load ends an earlier one.
 * @template T
 * @param {HTMLElement} place
 * @param {(signal: AbortSignal) => Promise<T>} load
 * @param {(value: T) => any} show gives what stands in the place; nothing: it was filled already
 * @param {{keep?: boolean}} [options] `keep`: what is shown once stays when something that was away is back, as a form must
 * @returns {() => Promise<void>}
 */
export function region(place, load, show, options = {}) {
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
      renew(place, () => show(value));
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
  document.addEventListener(RECOVERED, () => place.isConnected && !(options.keep && shown) && run());
  document.addEventListener(KEY_GIVEN, again);
  return run;
}

/** Fills a place anew; whoever stood on one of its controls stands on the same one again. */
function renew(place, make) {
  const controls = () => [...place.querySelectorAll("a[href], button, input, select, [tabindex='0']")];
  const at = controls().indexOf(document.activeElement);
  const content = make();
  if (content !== undefined) fill(place, content);
  if (at >= 0 && document.activeElement === document.body) controls()[at]?.focus({ preventScroll: true });
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
    error instanceof Problem && error.status ? h("p", { lang: SERVERS }, error.message) : h("p", {}, sentence(error)),
    h("div.row", {}, h("button", { type: "button", on: { click: again } }, t("action.again"))),
  );
}

/** The sentence of a failure. The server writes English; in another language its kind is said before it. */
export function sentence(error) {
  if (!(error instanceof Problem)) return String(error?.message ?? error);
  if (error.status === 0) return t("state.unreachable.text");
  const kind = kindOf(error);
  return kind && language !== SERVERS ? `${kind}: ${error.message}` : error.message;
}

/** What kind of failure it is, where that has words of its own. */
function kindOf(problem) {
  const said = word("problem", problem.kind);
  return said === problem.kind ? "" : said;
}

function titleOf(problem) {
  if (problem.status === 0) return t("state.unreachable");
  const kind = kindOf(problem);
  if (kind) return kind;
  if (problem.status === 401 || problem.status === 403) return t("state.key");
  if (problem.status === 404) return t("state.missing");
  return problem.passing ? t("state.unavailable") : t("state.failed");
}
