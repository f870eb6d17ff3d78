/** Extraction: a form that is checked before and after it is sent, the job live, and what was extracted before. */

import { fill, h } from "./dom.js";
import { get, post } from "./api.js";
import { Fields } from "./fields.js";
import { chartAddress } from "./chart/view.js";
import { isOver, jobLine, liveJob, newestJobs } from "./job.js";
import { empty, region } from "./load.js";
import { t } from "./lang.js";

const BACK_DAYS = 30;

/** @param {HTMLElement} main */
export function open(main) {
  const form = h("div");
  const live = h("div");
  const history = h("div");
  fill(
    main,
    h("div.head", {}, h("h1", {}, t("nav.extract")), h("p", {}, t("extract.about"))),
    h("section.card", {}, h("header", {}, h("h2", {}, t("extract.what"))), form),
    h("section.card", { hidden: true, id: "live" }, h("header", {}, h("h2", {}, t("extract.now"))), live),
    h("section.card", {}, h("header", {}, h("h2", {}, t("extract.history"))), history),
  );
  const loadHistory = region(history, () => newestJobs(50), (jobs) => showHistory(jobs, live, loadHistory));
  region(form, () => get("/instruments"), (instruments) => makeForm(instruments, live, loadHistory), { keep: true })();
  loadHistory();
}

function makeForm(instruments, live, loadHistory) {
  const asked = new URLSearchParams(location.search).get("symbol");
  // The server rejects a link to an unknown instrument; a substitute would be another extraction.
  const chosen = asked?.toUpperCase() || instruments[0]?.symbol;
  const fields = new Fields([
    { name: "symbol", label: t("field.symbol"), kind: "choice", required: true, value: chosen, choices: instruments.map((one) => [one.symbol, `${one.symbol} · ${one.name}`]) },
    { name: "start", label: t("field.start"), kind: "date", required: true, value: daysAgo(BACK_DAYS), hint: t("field.tradedate") },
    { name: "end", label: t("field.end"), kind: "date", value: daysAgo(1), hint: t("field.end.hint") },
    { name: "contract_month", label: t("field.contract"), kind: "text", pattern: "\\d{6}", placeholder: "202612", hint: t("field.contract.hint") },
  ]);
  const said = h("p.loss", { role: "alert", hidden: true });
  const button = h("button.primary", { type: "submit" }, t("extract.start"));
  return h("form.body.stack", { novalidate: true, on: { submit } }, fields.element, said, h("div.row", {}, button, h("span.muted.small", {}, t("extract.lineage"))));

  async function submit(event) {
    event.preventDefault();
    said.hidden = true;
    if (!fields.check() || !ordered(fields)) return;
    button.disabled = true;
    try {
      follow(await post("/data/extract", fields.values()), live, loadHistory);
    } catch (error) {
      const left = fields.show(error);
      fill(said, left);
      said.hidden = !left;
    }
    button.disabled = false;
  }
}

function ordered(fields) {
  const { start, end } = fields.values();
  const reversed = Boolean(end) && end < start;
  const future = start > daysAgo(-1);
  if (reversed) fields.blame("end", t("form.reversed"));
  if (future) fields.blame("start", t("form.future"));
  if (reversed || future) fields.input(reversed ? "end" : "start").focus();
  return !reversed && !future;
}

function follow(job, live, loadHistory) {
  const place = live.closest("section");
  place.hidden = false;
  const symbol = /\b[A-Z0-9.]{1,12}\b/.exec(job.about ?? "")?.[0];
  const element = liveJob(job, {
    ended: (ended) => {
      loadHistory();
      if (ended.state === "succeeded" && symbol) element.append(h("div.row", {}, h("a.button", { href: chartAddress(symbol) }, t("extract.see")), h("a", { href: "/quality" }, t("extract.quality"))));
    },
  });
  live.prepend(element);
  place.scrollIntoView({ block: "nearest" });
}

/** What runs already is followed, the rest is listed. */
function showHistory(jobs, live, loadHistory) {
  if (!live.childElementCount) for (const job of jobs.filter((one) => !isOver(one)).reverse()) follow(job, live, loadHistory);
  const over = jobs.filter(isOver);
  return over.length ? h("div", {}, over.map(jobLine)) : empty(t("jobs.empty"), t("extract.empty.text"));
}

function daysAgo(days) {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
}
