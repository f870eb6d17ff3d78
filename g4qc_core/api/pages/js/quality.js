/** Quality: bars that wait for a decision, what is missing, and what the gateway restated. */

import { fill, h } from "./dom.js";
import { get } from "./api.js";
import { Filter } from "./quality/filter.js";
import { reviewList } from "./quality/review.js";
import { gapTable } from "./quality/gaps.js";
import { revisionTable } from "./quality/revisions.js";
import { liveJob } from "./job.js";
import { empty, region } from "./load.js";
import { t } from "./lang.js";

/** @param {HTMLElement} main */
export function open(main) {
  const [review, live, gaps, revisions, choice] = [h("div"), h("div"), h("div"), h("div"), h("div.row")];
  const running = h("section.card", { hidden: true }, h("header", {}, h("h2", {}, t("quality.running"))), live);
  const decided = h("input", { type: "checkbox", id: "decided", on: { change: () => loadReview() } });
  const filter = new Filter(() => loadReview());
  fill(main,
    h("div.head", {}, h("h1", {}, t("nav.quality")), h("p", {}, t("quality.about"))),
    choice,
    running,
    h("section.card", {}, h("header", {}, h("h2", {}, t("quality.review")), h("div.end", {}, decided, h("label", { for: "decided" }, t("quality.decided")))), filter.element, review),
    h("div.two", {}, h("section.card", {}, h("header", {}, h("h2", {}, t("quality.gaps"))), gaps),
      h("section.card", {}, h("header", {}, h("h2", {}, t("quality.revisions"))), revisions)));
  const select = h("select", { id: "symbol", on: { change: () => (history.replaceState(null, "", `?symbol=${select.value}`), loadAll()) } });
  const loadReview = region(review, bars, (answer) => {
    const selection = () => filter.selection(select.value);
    return reviewList(answer, { decimals, started, selection, narrows: filter.narrows, reopens: decided.checked });
  });
  const loadGaps = region(gaps, () => get(`/coverage/${encodeURIComponent(select.value)}`), (answer) => gapTable(answer));
  const loadRevisions = region(revisions, () => get(`/revisions/${encodeURIComponent(select.value)}`), (answer) => revisionTable(answer, prices()));
  const loadAll = () => [loadReview, loadGaps, loadRevisions].forEach((load) => load());
  let instruments = [];
  region(choice, () => Promise.all([get("/instruments"), get("/coverage")]), ([all, coverage]) => {
    const held = new Set(coverage.instruments.map((one) => one.symbol));
    instruments = all.filter((one) => held.has(one.symbol));
    const asked = new URLSearchParams(location.search).get("symbol");
    fill(select, instruments.map((one) => h("option", { value: one.symbol }, `${one.symbol} · ${one.name}`)));
    // The server rejects a link to an unknown instrument; the first instrument would not be the requested one.
    if (asked && !instruments.some((one) => one.symbol === asked)) select.prepend(h("option", { value: asked }, asked));
    if (asked) select.value = asked;
    if (!instruments.length) return empty(t("overview.empty"), t("overview.empty.text"), h("a.button", { href: "/extract" }, t("nav.extract")));
    loadAll();
    return [h("label", { for: "symbol" }, t("field.symbol")), h("div", {}, select)];
  })();

  function prices() {
    return instruments.find((one) => one.symbol === select.value) ?? { decimals: 2, tick: 0.01 };
  }

  /** The bars that meet the filter, once it offers what there is. */
  async function bars() {
    const asked = { symbol: select.value, decided: decided.checked };
    const all = await get("/quarantine", asked);
    filter.offer(all.groups);
    return filter.narrows ? get("/quarantine", { ...asked, ...filter.criteria() }) : all;
  }

  function decimals() {
    return prices().decimals;
  }

  function started(job) {
    running.hidden = false;
    live.prepend(liveJob(job, { ended: loadAll }));
  }
}
