/** The name and the tags of a result, and changing them in place. Must not know its figures. */

import { fill, freshId, h } from "../dom.js";
import { patch } from "../api.js";
import { sentence } from "../load.js";
import { t } from "../lang.js";

/** Name under which a result is shown. */
export function nameOf(result) {
  return result.title || result.name;
}

/** Tags to read. @param {string[]} tags */
export function chips(tags) {
  return h("span.chips", {}, tags.map((tag) => h("span.tag", {}, tag)));
}

/** The heading of a result with its tags, and what changes both. @param {any} result @param {any} about */
export function labelled(result, about) {
  const place = h("div.head");
  const path = `/backtests/${result.id}`;
  const said = h("p.small.loss", { role: "alert", hidden: true });
  show();
  return place;

  function show() {
    const rename = h("button.quiet", { type: "button", on: { click: edit } }, t("backtest.rename"));
    fill(place, h("div.row", {}, h("h1", {}, nameOf(result)), rename), h("p", {}, result.title ? [h("span", {}, result.name), " · "] : null, about), tagRow(), said);
  }

  function edit() {
    const id = freshId("title");
    const input = h("input", { id, type: "text", maxlength: "120", autocomplete: "off", value: nameOf(result) });
    const form = h("form.row.naming", { on: { submit: save, keydown: (event) => event.key === "Escape" && back() } },
      h("label.unseen", { for: id }, t("backtest.title")), input,
      h("button.primary", { type: "submit" }, t("action.save")), h("button", { type: "button", on: { click: back } }, t("action.cancel")));
    place.firstChild.replaceWith(form);
    input.focus();
    input.select();

    async function save(event) {
      event.preventDefault();
      const title = input.value.trim();
      if (await change({ title: title === result.name ? null : title })) back();
    }
  }

  /** Shows the heading again, with the focus where it was. */
  function back() {
    show();
    place.querySelector("button").focus();
  }

  function tagRow() {
    const id = freshId("tag");
    const input = h("input", { id, type: "text", maxlength: "30", autocomplete: "off", placeholder: t("backtest.tag.example") });
    const tags = result.tags.map((tag) => h("li.tag", {}, tag,
      h("button.quiet", { type: "button", "aria-label": t("backtest.untag", { tag }), title: t("backtest.untag", { tag }), on: { click: () => retag({ remove_tags: [tag] }) } }, "×")));
    return h("form.row.tagging", { on: { submit: add } }, h("ul.chips", { "aria-label": t("backtest.tags") }, tags),
      h("label.unseen", { for: id }, t("backtest.tag")), input, h("button", { type: "submit" }, t("backtest.tag.add")));

    function add(event) {
      event.preventDefault();
      const words = input.value.split(/[\s,]+/).filter(Boolean);
      if (words.length) retag({ add_tags: words });
    }
  }

  async function retag(asked) {
    if (!(await change(asked))) return;
    show();
    place.querySelector(".tagging input").focus();
  }

  /** True where the server took it. */
  async function change(asked) {
    said.hidden = true;
    try {
      const { title, tags } = await patch(path, asked);
      Object.assign(result, { title, tags });
      return true;
    } catch (error) {
      fill(said, sentence(error));
      said.hidden = false;
      return false;
    }
  }
}
