/** Bars that were chosen from a list, and the decision about all of them at once, after a look at what it is about. */

import { fill, freshId, h } from "../dom.js";
import { post } from "../api.js";
import { askBefore } from "../confirm.js";
import { day, number } from "../format.js";
import { sentence } from "../load.js";
import { t, word } from "../lang.js";

const LINES = 12; // of a preview
const DECISIONS = ["accept", "drop", "refetch"];

/** Which bars are chosen: single ones, or all that the filter means. */
export class Choice {
  /** @param {number} total @param {{selection: () => any, reopens: boolean, started: (job: any) => void}} given */
  constructor(total, given) {
    this.total = total;
    this.given = given;
    /** @type {Map<string, HTMLInputElement>} */
    this.boxes = new Map();
    this.all = h("input", { type: "checkbox", id: freshId("all"), on: { change: () => this.#show() } });
    this.count = h("span.muted", { role: "status" });
    this.said = h("p.small.loss", { role: "alert", hidden: true });
    this.buttons = [...DECISIONS, ...(given.reopens ? ["reopen"] : [])].map((decision) =>
      h(decision === "drop" ? "button.danger" : "button", { type: "button", title: t(`decision.${decision}.text`), on: { click: () => this.#ask(decision) } }, t("quality.decide", { verb: word("decision", `${decision}.verb`) })));
    this.element = h("div.stack.line", {}, h("div.row", {}, this.all, h("label", { for: this.all.id }, t("quality.all", { count: total })), this.count, this.buttons), this.said);
    this.#show();
  }

  /** A box that chooses a bar. */
  box(bar) {
    const box = h("input", { type: "checkbox", "aria-label": t("quality.choose", { bar }), on: { change: () => this.#show() } });
    this.boxes.set(bar, box);
    this.#show();
    return box;
  }

  get #bars() {
    return this.all.checked ? [] : [...this.boxes].filter(([, box]) => box.checked).map(([bar]) => bar);
  }

  #show() {
    for (const box of this.boxes.values()) {
      box.disabled = this.all.checked;
      if (this.all.checked) box.checked = true;
      else if (this.before) box.checked = false;
    }
    this.before = this.all.checked;
    const chosen = this.all.checked ? this.total : this.#bars.length;
    fill(this.count, chosen ? t("quality.chosen", { count: chosen }) : "");
    this.buttons.forEach((button) => (button.disabled = chosen === 0));
  }

  async #ask(decision) {
    const order = this.all.checked ? { select: this.given.selection(), decision } : { bars: this.#bars, decision };
    if (this.asking) return; // a button that is disabled would lose the focus to which the dialog returns
    this.asking = true;
    this.said.hidden = true;
    try {
      const preview = await post("/quarantine/decisions", { ...order, dry_run: true });
      this.#confirm(order, preview);
    } catch (error) {
      fill(this.said, sentence(error));
      this.said.hidden = false;
    }
    this.asking = false;
  }

  #confirm(order, preview) {
    const note = h("input", { id: freshId("note"), type: "text", maxlength: "500", autocomplete: "off", placeholder: t("quality.note.example") });
    const verb = word("decision", `${order.decision}.verb`);
    askBefore({
      title: t("quality.confirm", { verb, count: preview.bars }),
      text: [...previewed(preview), h("div.field", {}, h("label", { for: note.id }, t("quality.note")), note)],
      verb,
      gentle: order.decision !== "drop",
      act: () => post("/quarantine/decisions", { ...order, note: note.value.trim(), seen: preview.seen }),
      done: this.given.started,
    });
  }
}

/** What a decision is about, the gravest reason first, and what it starts. */
function previewed({ groups, already, decision, months, runs }) {
  const heads = ["reason", "contract", "session"].map((name) => h("th", { scope: "col" }, t(HEADS[name])));
  const rows = groups.slice(0, LINES).map((group) => h("tr", {}, h("td", {}, word("reason", group.reason)), h("td", {}, `${group.symbol} ${group.contract}`), h("td", {}, day(group.trade_date)), h("td.num", {}, number(group.bars))));
  const rest = groups.slice(LINES).reduce((sum, group) => sum + group.bars, 0);
  return [
    h("p.muted", {}, t(`decision.${decision}.text`)),
    h("div.scroll", {}, h("table", {}, h("caption.unseen", {}, t("quality.preview")), h("thead", {}, h("tr", {}, heads, h("th.num", { scope: "col" }, t("quality.bars")))), h("tbody", {}, rows))),
    rest ? h("p.small.muted", {}, t("quality.more", { count: rest })) : null,
    already ? h("p.small.muted", {}, t("quality.already", { count: already })) : null,
    h("p.small.muted", {}, t("quality.starts", { count: runs, months: months.join(", ") })),
  ];
}

const HEADS = { reason: "quality.reason", contract: "column.contract", session: "column.session" };
