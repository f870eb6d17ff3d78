/**
 * Forms made from descriptions of fields: labels, hints, ranges, and what is wrong shown beside the field it is about.
 * Must not know what a form is for.
 */

import { fill, freshId, h } from "./dom.js";
import { t } from "./lang.js";
import { DECIMAL, number, readDecimal, readNumber } from "./format.js";
import { Problem } from "./api.js";
import { sentence } from "./load.js";

const NUMERIC = ["integer", "number", "decimal"];
const EXACT = /^-?(\d+(\.\d*)?|\.\d+)$/;

/**
 * @typedef {object} Field
 * @property {string} name as the API calls it
 * @property {string} label
 * @property {"text" | "number" | "integer" | "decimal" | "check" | "choice" | "date" | "secret"} kind
 * @property {string} [hint]
 * @property {any} [value] initial value; a value outside the choices is offered too
 * @property {number} [min]
 * @property {number} [max]
 * @property {number} [above] the value is greater than this
 * @property {boolean} [required]
 * @property {Array<string | [string, string]>} [choices] values, or values with labels
 * @property {string} [pattern]
 * @property {string} [placeholder]
 */

/** The controls of some fields, their values, and what is wrong with them. */
export class Fields {
  /** @param {Field[]} fields */
  constructor(fields) {
    this.fields = fields;
    /** @type {Map<string, {input: any, error: HTMLElement, field: Field}>} */
    this.controls = new Map();
    this.element = h("div.fields", {}, fields.map((field) => this.#control(field)));
  }

  /** The control of a field. */
  input(name) {
    return this.controls.get(name)?.input;
  }

  /** Values by name; an empty field has none. */
  values() {
    const found = {};
    for (const [name, { input, field }] of this.controls) {
      const value = read(field, input);
      if (value !== null) found[name] = value;
    }
    return found;
  }

  /** Says what is wrong with each field, and puts the focus on the first; true when nothing is. */
  check() {
    let sound = true;
    for (const [name, { input, field }] of this.controls) {
      const wrong = complaint(field, input);
      this.blame(name, wrong);
      if (wrong && sound) input.focus();
      sound = sound && !wrong;
    }
    return sound;
  }

  /** Shows a problem of the API beside the fields that it is about; the sentence that is left over, or an empty text. */
  show(problem) {
    if (!(problem instanceof Problem)) return sentence(problem);
    const left = sentence(problem);
    const said = problem.message;
    const name = [...this.controls.keys()].find((one) => new RegExp(`^(?:[\\w.]+\\.)?${one}:|\\b(?:parameter|field) ${one}\\b`).test(said));
    if (!name) return left;
    this.blame(name, left);
    this.input(name).focus();
    return "";
  }

  /** Marks one field as wrong, or as right again with an empty text. */
  blame(name, text) {
    const control = this.controls.get(name);
    if (!control) return;
    fill(control.error, text);
    control.error.hidden = !text;
    if (text) control.input.setAttribute("aria-invalid", "true");
    else control.input.removeAttribute("aria-invalid");
  }

  #control(field) {
    const id = freshId(field.name);
    const hint = [field.hint, range(field)].filter(Boolean).join(" · ");
    const error = h("p.error", { id: `${id}-error`, hidden: true });
    const input = make(field, { id, name: field.name, "aria-describedby": `${id}-hint ${id}-error` });
    input.addEventListener("input", () => this.blame(field.name, ""));
    this.controls.set(field.name, { input, error, field });
    const label = h("label", { for: id }, field.label);
    const about = h("p.hint", { id: `${id}-hint` }, hint);
    return field.kind === "check" ? h("div.field.check", {}, input, label, about, error) : h("div.field", {}, label, input, about, error);
  }
}

function make(field, given) {
  if (field.kind === "choice") {
    const choices = (field.choices ?? []).map((choice) => (Array.isArray(choice) ? choice : [choice, choice]));
    // A substitute would be another experiment: keep the value, and the server reports what is wrong with it.
    if (field.value && !choices.some(([value]) => value === field.value)) choices.unshift([field.value, field.value]);
    const options = choices.map(([value, label]) => {
      return h("option", { value, selected: value === field.value }, label);
    });
    return h("select", given, options);
  }
  if (field.kind === "check") return h("input", { ...given, type: "checkbox", checked: Boolean(field.value) });
  const numeric = NUMERIC.includes(field.kind);
  return h("input", {
    ...given,
    type: { date: "date", secret: "password" }[field.kind] ?? "text",
    inputmode: numeric ? (field.kind === "integer" ? "numeric" : "decimal") : null,
    autocomplete: "off",
    spellcheck: "false",
    placeholder: field.placeholder,
    value: numeric ? String(field.value ?? "").replace(".", DECIMAL) : field.value ?? "",
    "aria-required": field.required ? "true" : null,
  });
}

function read(field, input) {
  if (field.kind === "check") return input.checked;
  const text = input.value.trim();
  if (text === "") return null;
  if (field.kind === "decimal") return readDecimal(text);
  return field.kind === "integer" || field.kind === "number" ? readNumber(text) : text;
}

function complaint(field, input) {
  const value = read(field, input);
  if (value === null) return field.required ? t("form.required") : "";
  if (field.kind === "integer" && !Number.isInteger(value)) return t("form.integer");
  if (field.kind === "number" && !Number.isFinite(value)) return t("form.number");
  if (field.kind === "decimal" && !EXACT.test(value)) return t("form.number");
  const size = NUMERIC.includes(field.kind) ? Number(value) : NaN;
  if (field.above !== undefined && size <= field.above) return t("form.above", { above: number(field.above) });
  if (field.min !== undefined && size < field.min) return t("form.least", { least: number(field.min) });
  if (field.max !== undefined && size > field.max) return t("form.most", { most: number(field.max) });
  if (field.pattern && typeof value === "string" && !new RegExp(`^(?:${field.pattern})$`).test(value)) return t("form.pattern", { example: field.placeholder ?? "" });
  return "";
}

function range(field) {
  if (field.min !== undefined && field.max !== undefined) return t("form.range", { least: number(field.min), most: number(field.max) });
  if (field.min !== undefined) return t("form.from", { least: number(field.min) });
  return "";
}
