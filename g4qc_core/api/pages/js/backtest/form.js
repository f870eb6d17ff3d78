/** The form of a backtest, made from the parameters of the chosen strategy. Must not know what becomes of the job. */

import { fill, h } from "../dom.js";
import { post } from "../api.js";
import { Fields } from "../fields.js";
import { LADDER } from "../chart/ladder.js";
import { ADJUSTMENTS } from "../chart/view.js";
import { t, word } from "../lang.js";

const KINDS = { boolean: "check", integer: "integer", number: "number", string: "text" };
const GENERAL = ["instrument", "timeframe", "from", "to", "adjustment", "cash", "slippage_ticks", "fee"];

/**
 * @param {{strategies: any[], instruments: any[], spec?: any, started: (job: any) => void}} given `spec`: what stands in it at first
 * @returns {HTMLElement}
 */
export function backtestForm({ strategies, instruments, spec = {}, started }) {
  const choice = new Fields([{ name: "strategy", label: t("field.strategy"), kind: "choice", value: spec.strategy ?? strategies[0]?.name, choices: strategies.map((one) => one.name) }]);
  const general = new Fields(generalFields(instruments, spec));
  const summary = h("p.muted.small");
  const parameters = h("fieldset", {});
  const said = h("p.loss", { role: "alert", hidden: true });
  const button = h("button.primary", { type: "submit" }, t("backtest.run"));
  let own = choose();
  choice.input("strategy").addEventListener("change", () => (own = choose()));
  return h("form.body.stack", { novalidate: true, on: { submit } }, h("div.two", {}, h("div.stack", {}, choice.element, summary, parameters), general.element), said, h("div.row", {}, button));

  function choose() {
    const strategy = strategies.find((one) => one.name === choice.values().strategy);
    const fields = new Fields((strategy?.parameters ?? []).map((parameter) => fieldOf(parameter, spec.parameters?.[parameter.name])));
    fill(summary, strategy?.summary ?? "");
    fill(parameters, h("legend.unseen", {}, t("backtest.parameters")), fields.element);
    return fields;
  }

  async function submit(event) {
    event.preventDefault();
    said.hidden = true;
    const sound = [own.check(), general.check()].every(Boolean);
    if (!sound) return;
    button.disabled = true;
    try {
      started(await post("/backtests", { ...choice.values(), ...general.values(), parameters: own.values() }));
    } catch (error) {
      const left = own.show(error) && general.show(error);
      fill(said, left);
      said.hidden = !left;
    }
    button.disabled = false;
  }
}

function generalFields(instruments, spec) {
  const number = (name, given) => ({ name, label: t(`field.${name}`), kind: "number", value: spec[name] ?? "", ...given });
  const fields = {
    instrument: { name: "instrument", label: t("field.symbol"), kind: "choice", value: spec.instrument, choices: instruments.map((one) => [one.symbol, `${one.symbol} · ${one.name}`]) },
    timeframe: { name: "timeframe", label: t("field.timeframe"), kind: "choice", value: spec.timeframe ?? "1h", choices: LADDER.map((rung) => rung.name) },
    from: { name: "from", label: t("field.start"), kind: "date", value: spec.from ?? "", hint: t("field.all") },
    to: { name: "to", label: t("field.end"), kind: "date", value: spec.to ?? "", hint: t("field.all") },
    adjustment: { name: "adjustment", label: t("field.adjustment"), kind: "choice", value: spec.adjustment ?? "additive", choices: ADJUSTMENTS.map((name) => [name, word("adjustment", name)]) },
    cash: number("cash", { value: spec.cash ?? 100000, min: 1, required: true }),
    slippage_ticks: number("slippage_ticks", { min: 0, max: 1000, hint: t("field.slippage_ticks.hint"), value: spec.slippage_ticks ?? 1 }),
    fee: number("fee", { min: 0, hint: t("field.fee.hint") }),
  };
  return GENERAL.map((name) => fields[name]);
}

/** A parameter of a strategy as a field. */
function fieldOf(parameter, value) {
  const step = parameter.type === "integer" ? 1 : 0;
  return {
    name: parameter.name,
    label: parameter.name,
    kind: KINDS[parameter.type],
    hint: parameter.description,
    value: value ?? parameter.default,
    min: parameter.minimum ?? (parameter.above === null ? undefined : parameter.above + step),
    max: parameter.maximum ?? (parameter.below === null ? undefined : parameter.below - step),
    required: parameter.default === null,
  };
}
