/**
 * The form of a backtest, made from the fields of a spec and the parameters of the chosen strategy, both as the server
 * describes them. Must not know what becomes of the job.
 */

import { fill, h } from "../dom.js";
import { post } from "../api.js";
import { Fields } from "../fields.js";
import { t, word } from "../lang.js";
import { writeSpec } from "./spec.js";

const KINDS = { boolean: "check", integer: "integer", number: "number", string: "text", money: "decimal", choice: "choice", date: "date", text: "text" };
const LABELS = { instrument: "symbol", from: "start", to: "end" };
const APART = ["strategy", "parameters"];

/**
 * @param {{fields: import("./spec.js").SpecField[], strategies: any[], instruments: any[], spec?: any, started: (job: any) => void, changed?: (said: URLSearchParams) => void}} given
 *   `spec`: initial values; `changed` receives the form's present values
 * @returns {HTMLElement}
 */
export function backtestForm({ fields, strategies, instruments, spec = {}, started, changed = () => undefined }) {
  const choice = new Fields([{ name: "strategy", label: t("field.strategy"), kind: "choice", value: spec.strategy ?? strategies[0]?.name, choices: strategies.map((one) => one.name) }]);
  const general = new Fields(fields.filter((field) => !APART.includes(field.name)).map((field) => generalField(field, spec[field.name], instruments)));
  const summary = h("p.muted.small");
  const parameters = h("fieldset", {});
  const said = h("p.loss", { role: "alert", hidden: true });
  const button = h("button.primary", { type: "submit" }, t("backtest.run"));
  let own = choose(spec.parameters ?? {});
  choice.input("strategy").addEventListener("change", () => (own = choose({})));
  return h("form.body.stack", { novalidate: true, on: { submit, input: tell, change: tell } }, h("div.two", {}, h("div.stack", {}, choice.element, summary, parameters), general.element), said, h("div.row", {}, button));

  /** @param {Record<string, any>} given values of parameters; one that the strategy does not have is shown, so that the server can reject it */
  function choose(given) {
    const strategy = strategies.find((one) => one.name === choice.values().strategy);
    const known = strategy?.parameters ?? [];
    const strange = Object.keys(given).filter((name) => !known.some((one) => one.name === name));
    const made = new Fields([...known.map((one) => parameterField(one, given[one.name])), ...strange.map((name) => ({ name, label: name, kind: "text", value: String(given[name]) }))]);
    fill(summary, strategy?.summary ?? "");
    fill(parameters, h("legend.unseen", {}, t("backtest.parameters")), made.element);
    return made;
  }

  function current() {
    return { ...choice.values(), ...general.values(), parameters: own.values() };
  }

  function tell() {
    changed(writeSpec(current(), fields));
  }

  async function submit(event) {
    event.preventDefault();
    said.hidden = true;
    const sound = [own.check(), general.check()].every(Boolean);
    if (!sound) return;
    button.disabled = true;
    try {
      started(await post("/backtests", current()));
    } catch (error) {
      const left = own.show(error) && general.show(error);
      fill(said, left);
      said.hidden = !left;
    }
    button.disabled = false;
  }
}

/** A field of a spec as a field of the form. */
function generalField(field, value, instruments) {
  const { name } = field;
  const translated = word("describe", name);
  const made = {
    name,
    label: word("field", LABELS[name] ?? name),
    kind: KINDS[field.kind],
    hint: translated === name ? field.description : translated,
    value: value ?? (name === "name" ? "" : field.default ?? ""),
    choices: field.choices.map((one) => [one, word(name, one)]),
    min: field.minimum ?? undefined,
    max: field.maximum ?? (field.below === null ? undefined : field.below - 1),
    above: field.above ?? undefined,
    // A value left out takes the default, which the form shows: an empty field would differ from what is run.
    required: name !== "name" && field.kind !== "choice" && field.default !== null,
  };
  if (name === "instrument") return { ...made, kind: "choice", choices: instruments.map((one) => [one.symbol, `${one.symbol} · ${one.name}`]) };
  if (name === "timeframe") return { ...made, value: value ?? "1h" };
  return made;
}

/** A parameter of a strategy as a field. */
function parameterField(parameter, value) {
  const step = parameter.type === "integer" ? 1 : 0;
  return {
    name: parameter.name,
    label: parameter.name,
    kind: KINDS[parameter.type],
    hint: parameter.description,
    value: value ?? parameter.default,
    min: parameter.minimum ?? (parameter.above === null ? undefined : parameter.above + step),
    max: parameter.maximum ?? (parameter.below === null ? undefined : parameter.below - step),
    required: parameter.type !== "boolean" && parameter.type !== "string",
  };
}
