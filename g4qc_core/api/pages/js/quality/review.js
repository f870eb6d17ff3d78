/** Bars in quarantine, each between its neighbours, and the decision about it. Must not know what a decision starts. */

import { fill, freshId, h } from "../dom.js";
import { get, post } from "../api.js";
import { chartAddress } from "../chart/view.js";
import { moment, number } from "../format.js";
import { empty, failing, sentence } from "../load.js";
import { Choice } from "./choice.js";
import { t, word } from "../lang.js";

const AROUND = 2; // neighbours on each side
const HALF_HOUR = 1800_000;
const AT_ONCE = 20;

/**
 * The bars, and what can be decided about all or some of them.
 * @param {{bars: any[], total: number}} answer
 * @param {{decimals: () => number, started: (job: any) => void, selection: () => any, narrows: boolean, reopens: boolean}} given
 */
export function reviewList(answer, given) {
  if (!answer.bars.length) return given.narrows ? empty(t("quality.nothing"), t("quality.nothing.text")) : empty(t("quality.clean"), t("quality.clean.text"));
  const choice = new Choice(answer.total, given);
  const place = h("div");
  const more = h("button.quiet", { type: "button", on: { click: show } });
  let shown = 0;
  show();
  return [choice.element, place, more];

  function show() {
    place.append(...answer.bars.slice(shown, shown + AT_ONCE).map((bar) => suspect(bar, choice, given)));
    shown = Math.min(answer.bars.length, shown + AT_ONCE);
    more.hidden = shown >= answer.bars.length;
    fill(more, t("table.more", { shown, rows: answer.bars.length }));
  }
}

function suspect(bar, choice, given) {
  const around = h("div");
  neighbours(bar, given.decimals()).then((table) => fill(around, table), (error) => fill(around, failing(error, () => {})));
  const at = Date.parse(bar.timestamp);
  const [from, to] = [at - HALF_HOUR, at + HALF_HOUR].map((instant) => new Date(instant).toISOString().slice(0, 16) + "Z");
  return h("article.suspect", { data: { bar: bar.bar }, "aria-label": bar.bar },
    h("div.row", {}, choice.box(bar.bar), h("strong", {}, bar.bar), h(bar.acceptable ? "span.tag.warn" : "span.tag.bad", {}, word("reason", bar.reason)), bar.decision ? h("span.tag", {}, word("decision", bar.decision)) : null,
      h("a", { href: chartAddress(bar.symbol, { timeframe: "1min", contract: bar.contract, from, to }) }, t("quality.chart"))),
    h("p.muted", {}, bar.detail),
    around,
    bar.decision ? h("p.small.muted", {}, t("quality.decidedby", { by: bar.decided_by ?? "", at: moment(bar.decided_at), note: bar.note ?? "" })) : null,
    deciding(bar, given.started));
}

/** The bar between the good bars around it. */
async function neighbours(bar, digits) {
  const series = { timeframe: "1min", contract: bar.contract, limit: AROUND };
  const after = new Date(Date.parse(bar.timestamp) + 60_000).toISOString().slice(0, 19) + "Z";
  const [before, behind] = await Promise.all([
    get(`/data/${bar.symbol}`, { ...series, order: "desc", end_date: bar.timestamp }),
    get(`/data/${bar.symbol}`, { ...series, order: "asc", start_date: after }),
  ]);
  const rows = [...before.data.reverse(), { ...bar, suspect: true }, ...behind.data];
  const heads = ["time", "open", "high", "low", "close", "volume"].map((name) => h(name === "time" ? "th" : "th.num", { scope: "col" }, t(`bar.${name}`)));
  return h("div.scroll", {}, h("table", {}, h("caption.unseen", {}, t("quality.neighbours", { bar: bar.bar })), h("thead", {}, h("tr", {}, heads)), h("tbody", {}, rows.map((row) =>
    h(row.suspect ? "tr.marked" : "tr", {}, h("td", {}, row.suspect ? h("span", { "aria-label": t("quality.thisbar") }, "▸ ") : null, moment(row.timestamp)),
      ["open", "high", "low", "close"].map((name) => h("td.num", {}, number(row[name], digits))), h("td.num", {}, number(row.volume)))))));
}

function deciding(bar, started) {
  const id = freshId("note");
  const note = h("input", { id, type: "text", maxlength: "500", autocomplete: "off", placeholder: t("quality.note.example") });
  const said = h("p.small.loss", { role: "alert", hidden: true });
  const buttons = ["accept", "drop", "refetch"].map((decision) =>
    h(decision === "drop" ? "button.danger" : "button", {
      type: "button",
      disabled: decision === "accept" && !bar.acceptable,
      title: decision === "accept" && !bar.acceptable ? t("quality.impossible") : t(`decision.${decision}.text`),
      on: { click: () => decide(decision) },
    }, t(`decision.${decision}.verb`)));
  return [h("div.deciding", {}, h("div.field", {}, h("label", { for: id }, t("quality.note")), note), buttons), said];

  async function decide(decision) {
    said.hidden = true;
    buttons.forEach((button) => (button.disabled = true));
    try {
      started(await post("/quarantine/decisions", { bars: [bar.bar], decision, note: note.value.trim() }));
    } catch (error) {
      fill(said, sentence(error));
      said.hidden = false;
      buttons.forEach((button, i) => (button.disabled = i === 0 && !bar.acceptable));
    }
  }
}
