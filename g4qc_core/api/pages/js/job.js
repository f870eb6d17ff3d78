/**
 * Jobs: how one stands and what it tells as it goes, live; and a list of the newest. Must not know what a job does.
 */

import { fill, h, link } from "./dom.js";
import { ago, clock, lasting, moment } from "./format.js";
import { get, remove } from "./api.js";
import { follow } from "./live.js";
import { sentence } from "./load.js";
import { t, word } from "./lang.js";

const FINAL = ["succeeded", "failed", "cancelled"];
const TONES = { succeeded: "good", failed: "bad", cancelled: "warn", running: "live", queued: "live" };
const KEPT = 400;

/** True when nothing will happen to the job any more. */
export function isOver(job) {
  return FINAL.includes(job.state);
}

/** The state of a job as a word in a colour. */
export function stateTag(job) {
  return h(`span.tag.${TONES[job.state] ?? "warn"}`, {}, word("job", job.state));
}

/**
 * A job that is followed until it ends.
 * @param {any} job
 * @param {{ended?: (job: any) => void, signal?: AbortSignal}} [options]
 */
export function liveJob(job, options = {}) {
  const stop = options.signal ? { signal: options.signal } : new AbortController();
  const head = h("div");
  const log = h("ol.log", { tabindex: "0", "aria-label": t("job.log"), hidden: true });
  const trouble = h("p.small.muted", { role: "status" });
  const element = h("article.job", { "aria-live": "polite", data: { state: job.state } }, head, trouble, log);
  show(job);
  listen().catch((error) => fill(trouble, sentence(error)));
  return element;

  function show(now) {
    element.dataset.state = now.state;
    fill(head, header(now, isOver(now) ? null : cancelButton(now, show, (error) => fill(trouble, sentence(error)))), bar(now));
  }

  async function listen() {
    const last = (event) => event.event === "state" && isOver(event.data);
    for await (const { event, data } of follow(`/jobs/${encodeURIComponent(job.id)}/events`, stop.signal, last)) {
      if (event === "trouble") fill(trouble, data.detail);
      if (event === "told") tell(data);
      if (event === "state") {
        fill(trouble);
        show(data);
        if (isOver(data)) options.ended?.(data);
      }
    }
  }

  function tell(event) {
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 20;
    log.hidden = false;
    log.append(h("li", {}, h("time", { datetime: event.at }, clock(event.at)), h(event.failed ? "span.bad" : "span", {}, [event.step, event.message].filter(Boolean).join(": "))));
    if (log.childElementCount > KEPT) log.firstElementChild.remove();
    if (atEnd) log.scrollTop = log.scrollHeight;
  }
}

/** One line of a job that is not followed. */
export function jobLine(job) {
  return h("article.job", { data: { state: job.state } }, header(job), bar(job));
}

function header(job, action = null) {
  const took = job.ended_at ? lasting((Date.parse(job.ended_at) - Date.parse(job.created_at)) / 1000) : null;
  return h("div.row", {},
    h("div", {}, h("strong", {}, job.about || word("kind", job.kind)), " ",
      h("span.muted.small", { title: moment(job.created_at, "UTC", true) }, `${word("kind", job.kind)} · ${ago(job.created_at)}${took ? ` · ${took}` : ""}`)),
    h("div.row", {}, job.url ? link(job.url, t("job.dagster"), { class: "small" }) : null, stateTag(job), action));
}

function bar(job) {
  const said = job.message ? h(`p.small${job.state === "failed" ? ".loss" : ".muted"}`, {}, job.message) : null;
  if (isOver(job)) return said;
  const steps = job.steps ? t("job.steps", { done: job.done, steps: job.steps }) : t("job.starting");
  const progress = h("progress", { max: Math.max(1, job.steps), "aria-label": steps });
  if (job.steps) progress.value = job.done;
  return [progress, h("p.small.muted", {}, steps), said];
}

function cancelButton(job, show, fail) {
  const button = h("button.danger", { type: "button", on: { click: cancel } }, t("job.cancel"));
  return button;

  async function cancel() {
    button.disabled = true;
    try {
      show(await remove(`/jobs/${encodeURIComponent(job.id)}`));
    } catch (error) {
      button.disabled = false;
      fail(error);
    }
  }
}

/** The newest jobs, of one kind or of all. */
export async function newestJobs(limit, kind = "", signal = undefined) {
  const { jobs } = await get("/jobs", { limit }, { signal });
  return jobs.filter((job) => !kind || job.kind === kind);
}
