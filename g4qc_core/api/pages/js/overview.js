/** The overview: what there is, how fresh, how whole, what runs now, and how much may still be asked for. */

import { fill, h, link } from "./dom.js";
import { ago, clock, compact, day, moment, month, number, share } from "./format.js";
import { get } from "./api.js";
import { COARSE, CLASSES } from "./chart/classes.js";
import { chartAddress } from "./chart/view.js";
import { NOTHING } from "./chart/sessions.js";
import { notAsked, toDerive } from "./quality/gaps.js";
import { jobLine, isOver, newestJobs } from "./job.js";
import { legendOf, Strip, summary, total } from "./heatmap.js";
import { empty, region } from "./load.js";
import { sortable } from "./table.js";
import { t, word } from "./lang.js";

const SOON = 5000;
const LATER = 20_000;

/** @param {HTMLElement} main */
export function open(main) {
  const coverage = h("div");
  const instruments = h("div");
  const jobs = h("div");
  const pacing = h("div.body");
  fill(
    main,
    h("div.head", {}, h("h1", {}, t("nav.overview")), h("p", {}, t("overview.about"))),
    card(t("overview.coverage"), coverage, legendOf(COARSE)),
    h("div.wide-narrow", {}, card(t("overview.instruments"), instruments),
      h("div.stack", {}, card(t("overview.jobs"), jobs, h("a", { href: "/extract" }, t("overview.alljobs"))), card(t("overview.pacing"), pacing))),
  );
  const loadInstruments = region(instruments, () => Promise.all([get("/instruments"), get("/health")]), instrumentTable());
  const loadCoverage = region(coverage, (signal) => get("/coverage", {}, { signal }), showCoverage);
  const loadJobs = region(jobs, () => newestJobs(6), showJobs);
  const loadPacing = region(pacing, () => get("/pacing"), showPacing);
  for (const [load, pause] of [[loadCoverage, 0], [loadInstruments, LATER], [loadJobs, SOON], [loadPacing, SOON]]) {
    load();
    if (pause) setInterval(() => document.hidden || load(), pause);
  }
}

function card(title, body, ...end) {
  return h("section.card", {}, h("header", {}, h("h2", {}, title), h("div.end", {}, end)), body);
}

function nothing() {
  return empty(t("overview.empty"), t("overview.empty.text"), h("a.button", { href: "/extract" }, t("nav.extract")));
}

/** One table for as long as the page stands: its order is the visitor's. */
function instrumentTable() {
  const fresh = new Map();
  const table = sortable(
    [
      { name: "symbol", title: t("column.symbol"), value: (row) => row.symbol, show: (row) => (fresh.has(row.symbol) ? h("a", { href: chartAddress(row.symbol) }, row.symbol) : row.symbol) },
      { name: "fresh", title: t("column.newest"), value: (row) => fresh.get(row.symbol)?.last, show: (row) => freshness(fresh.get(row.symbol), row.symbol) },
      { name: "name", title: t("column.name"), value: (row) => row.name, show: (row) => row.name },
      { name: "exchange", title: t("column.exchange"), value: (row) => row.exchange, show: (row) => row.exchange },
      { name: "tick", title: t("column.tick"), number: true, value: (row) => row.tick, show: (row) => number(row.tick, row.decimals) },
      { name: "multiplier", title: t("column.multiplier"), number: true, value: (row) => row.point_value, show: (row) => `${number(row.point_value)} ${row.currency}` },
    ],
    { caption: t("overview.instruments"), sort: "fresh", descending: true },
  );
  return ([instruments, health]) => {
    fresh.clear();
    for (const one of health.freshness) if (!(one.last <= fresh.get(one.symbol)?.last)) fresh.set(one.symbol, one);
    table.show(instruments);
    return table.element.isConnected ? undefined : table.element;
  };
}

function freshness(one, symbol) {
  if (!one) return h("a", { href: `/extract?symbol=${encodeURIComponent(symbol)}` }, t("overview.none"));
  return h("span", { title: moment(one.last) }, ago(one.last), " ", h("span.muted", {}, day(one.trade_date)));
}

function showJobs(jobs) {
  if (!jobs.length) return empty(t("jobs.empty"), t("jobs.empty.text"));
  const running = jobs.filter((job) => !isOver(job));
  return h("div", {}, (running.length ? running : jobs.slice(0, 4)).map(jobLine));
}

function showPacing(pacing) {
  const accounts = pacing.accounts.map((account) => [
    h("h3", {}, account.account),
    account.paused_until ? h("p.loss", {}, t("pacing.paused", { until: clock(account.paused_until) })) : null,
    h("div.meters", {}, account.windows.map((window) => meter(word("window", window.name), window.used, window.limit)), meter(t("pacing.open"), account.open, account.open_limit)),
  ]);
  const plans = pacing.plans.map((plan) => h("div.meters", {}, meter(plan.subject, plan.done, plan.total), h("p.small.muted", {}, t("pacing.until", { at: clock(plan.finishes_at) }))));
  return h("div.stack", {}, plans, accounts, lastRequest(pacing.last_request));
}

function lastRequest(last) {
  if (!last) return h("p.muted", {}, t("pacing.never"));
  const words = { at: moment(last.at), symbol: last.symbol, contract: last.contract, outcome: word("outcome", last.outcome), count: last.bars };
  return h("p.small.muted", { title: last.message ?? "" }, t("pacing.last", words));
}

function meter(name, used, limit) {
  return h("div.meter", {}, h("span", {}, name), h("span.num", {}, `${number(used)} / ${number(limit)}`), h("progress", { max: Math.max(1, limit), value: used, "aria-label": name }));
}

function showCoverage({ instruments }) {
  if (!instruments.length) return nothing();
  const told = h("div.told", { role: "status" }, t("map.hint"));
  const detail = h("div");
  const months = everyMonth(instruments);
  const rows = instruments.map((one) => {
    const cells = cellsOf(one, months);
    const strip = new Strip(one.symbol, cells, {
      pick: (cell) => openMonth(detail, one.symbol, cell.name),
      say: (cell) => fill(told, cell ? `${one.symbol} · ${cell.label} · ${summary(cell.counts)}` : t("map.hint")),
    });
    const sum = total(cells);
    const expected = sum.known + sum.quarantined + sum.missing;
    return [h("div.name", {}, h("a", { href: chartAddress(one.symbol) }, h("b", {}, one.symbol))), strip.element,
      h("span.share.num", { title: t("map.share") }, share(expected - sum.missing, expected + (one.not_asked?.minutes ?? 0))),
      notAsked(one.not_asked)];
  });
  const newest = instruments[0].months[instruments[0].months.length - 1];
  openMonth(detail, instruments[0].symbol, newest, false);
  return h("div", {}, h("div.map", {}, h("span.muted.small", {}, t("map.months")), h("span.muted.small", {}, `${month(months[0])} – ${month(months[months.length - 1])}`), h("span.share"), rows), told, detail);
}

function everyMonth(instruments) {
  const all = instruments.flatMap((one) => one.months).sort();
  const found = [];
  for (let at = all[0]; at <= all[all.length - 1]; at = next(at)) found.push(at);
  return found;
}

function next(name) {
  const [year, number_] = name.split("-").map(Number);
  return number_ === 12 ? `${year + 1}-01` : `${year}-${String(number_ + 1).padStart(2, "0")}`;
}

function cellsOf(one, months) {
  const at = new Map(one.months.map((name, i) => [name, i]));
  return months.map((name) => {
    const i = at.get(name);
    const counts = i === undefined ? {} : { known: one.expected[i] - one.missing[i] - one.quarantined[i], quarantined: one.quarantined[i], missing: one.missing[i] };
    return { name, label: month(name), counts };
  });
}

/** The sessions of one month, contract by contract, below the map. */
function openMonth(place, symbol, name, asked = true) {
  const shown = `${symbol} ${name}`;
  if (place.dataset.shown === shown) return;
  place.dataset.shown = shown;
  const last = new Date(Date.UTC(Number(name.slice(0, 4)), Number(name.slice(5)), 0)).toISOString().slice(0, 10);
  const body = h("div");
  fill(place, h("section", { "aria-label": `${symbol} ${month(name)}` },
    h("div.line", {}, h("h2", {}, `${symbol} · ${month(name)}`), legendOf(CLASSES),
      h("span.end", {}, link(chartAddress(symbol, { timeframe: "5min", from: `${name}-01T00:00Z`, to: `${last}T23:59Z` }), t("map.chart")))), body));
  region(body, () => get(`/coverage/${encodeURIComponent(symbol)}`, { first: `${name}-01`, last }), (answer) => [toDerive(answer.timeframes), sessionStrips(answer.sessions, symbol)])();
  if (asked) place.scrollIntoView({ block: "nearest" });
}

/** A row of sessions for each contract. */
export function sessionStrips(sessions, symbol) {
  if (!sessions.length) return empty(t("map.nosessions"), "");
  const told = h("div.told", { role: "status" }, t("map.sessionhint"));
  const dates = [...new Set(sessions.map((one) => one.trade_date))];
  const contracts = [...new Set(sessions.map((one) => one.contract))].sort();
  const rows = contracts.map((contract) => {
    const mine = new Map(sessions.filter((one) => one.contract === contract).map((one) => [one.trade_date, one]));
    const cells = dates.map((date) => ({ name: date, label: day(date), counts: mine.has(date) ? { ...NOTHING, ...mine.get(date).classes } : {} }));
    const strip = new Strip(`${symbol} ${contract}`, cells, {
      pick: (cell) => (location.href = chartAddress(symbol, { timeframe: "1min", contract, from: `${cell.name}T00:00Z`, to: `${cell.name}T23:59Z` })),
      say: (cell) => fill(told, cell ? `${contract} · ${cell.label} · ${summary(cell.counts)}` : t("map.sessionhint")),
    });
    const sum = total(cells);
    return [h("div.name", {}, h("b", {}, contract)), strip.element, h("span.share.num.muted", {}, compact(sum.traded))];
  });
  return h("div", {}, h("div.map", {}, rows), told);
}
