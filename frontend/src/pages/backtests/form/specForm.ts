/** The fields of the form of a spec, in groups, from what the server describes. */

import { t, word } from "../../../lang/words";
import type { Field, FieldKind, FieldValue } from "../../../ui/fields";
import type { Schemas } from "../../../api/client";
import type { SpecFieldInfo, StrategyInfo } from "../results";
import type { SpecValues } from "../spec";

const KINDS: Record<string, FieldKind> = {
  boolean: "check",
  integer: "integer",
  number: "number",
  string: "text",
  money: "decimal",
  choice: "choice",
  date: "date",
  text: "text",
};
const LABELS: Record<string, string> = { instrument: "symbol", from: "start", to: "end" };
const APART = ["strategy", "parameters"];
const LEAST_TIMEFRAME = "1h";

/** Fields that belong together; `rare` ones are folded. A field of the server that stands nowhere is with the last. */
export const GROUPS = [
  { name: "market", rare: false, fields: ["instrument", "timeframe", "from", "to"] },
  { name: "account", rare: false, fields: ["cash", "sizing"] },
  { name: "series", rare: true, fields: ["adjustment", "roll", "on_roll"] },
  { name: "costs", rare: true, fields: ["slippage_ticks", "fee", "fee_rate", "slippage_rate", "min_fee"] },
  { name: "margin", rare: true, fields: ["margin", "margin_rate"] },
  { name: "rest", rare: true, fields: ["trade_from", "seed", "name"] },
] as const;

export type GroupName = (typeof GROUPS)[number]["name"];

/** Return the name of the group of a field. */
export function groupOf(name: string): GroupName {
  const fields: readonly { name: GroupName; fields: readonly string[] }[] = GROUPS;
  return fields.find((group) => group.fields.includes(name))?.name ?? "rest";
}

/** Return the fields of a spec but the strategy and its parameters, with the values of a spec. */
export function generalFields(
  fields: readonly SpecFieldInfo[],
  spec: SpecValues,
  instruments: readonly Schemas["InstrumentInfo"][],
): Field[] {
  return fields
    .filter((field) => !APART.includes(field.name))
    .map((field) => generalField(field, spec[field.name], instruments));
}

function generalField(field: SpecFieldInfo, value: unknown, instruments: readonly Schemas["InstrumentInfo"][]): Field {
  const { name } = field;
  const made: Field = {
    name,
    label: word("field", LABELS[name] ?? name),
    kind: KINDS[field.kind] ?? "text",
    hint: field.description,
    value: valueOf(value ?? (name === "name" ? "" : field.default)),
    choices: field.choices.map((one) => [one, word(name, one)] as const),
    min: field.minimum,
    max: field.maximum ?? (field.below === null ? null : field.below - 1),
    above: field.above,
    // A value left out takes the default, which the form shows: an empty field would differ from what is run.
    required: name !== "name" && field.kind !== "choice" && field.default !== null,
  };
  if (name === "instrument") {
    return {
      ...made,
      kind: "choice",
      choices: instruments.map((one) => [one.symbol, `${one.symbol} · ${one.name}`] as const),
    };
  }
  return name === "timeframe" ? { ...made, value: valueOf(value ?? LEAST_TIMEFRAME) } : made;
}

/** Return the parameters of a strategy as fields. One that it does not have is shown: the server says what is wrong. */
export function parameterFields(strategy: StrategyInfo | undefined, given: Readonly<Record<string, unknown>>): Field[] {
  const known = strategy?.parameters ?? [];
  const strange = Object.keys(given).filter((name) => !known.some((one) => one.name === name));
  return [
    ...known.map((one) => parameterField(one, given[one.name])),
    ...strange.map((name): Field => ({ name, label: name, kind: "text", value: valueOf(given[name]) })),
  ];
}

function parameterField(parameter: Schemas["StrategyParameter"], value: unknown): Field {
  const step = parameter.type === "integer" ? 1 : 0;
  return {
    name: parameter.name,
    label: parameter.name,
    kind: KINDS[parameter.type] ?? "text",
    hint: parameter.description,
    value: valueOf(value ?? parameter.default),
    min: parameter.minimum ?? (parameter.above === null ? null : parameter.above + step),
    max: parameter.maximum ?? (parameter.below === null ? null : parameter.below - step),
    required: parameter.type !== "boolean" && parameter.type !== "string",
  };
}

/** Return the names of the fields of a group whose value is not the default. */
export function changedOf(
  group: GroupName,
  fields: readonly SpecFieldInfo[],
  values: Readonly<Record<string, unknown>>,
): string[] {
  return fields
    .filter((field) => !APART.includes(field.name) && groupOf(field.name) === group)
    .filter(({ name, default: otherwise }) => {
      const value = values[name];
      return value !== undefined && value !== null && textOf(value) !== textOf(otherwise);
    })
    .map((field) => field.name);
}

/** Return the heading of a folded group: its name, and how many of its fields were changed. */
export function headingOf(group: GroupName, changed: number): string {
  const name = word("group.form", group);
  return changed ? t("form.changed", { name, count: changed }) : name;
}

function valueOf(value: unknown): FieldValue | null {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;
}

function textOf(value: unknown): string {
  return String(valueOf(value) ?? "");
}
