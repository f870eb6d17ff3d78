/** What a form knows of its fields: what was typed, what it means, and what is wrong with it. */

import { Problem } from "../api/problem";
import { decimalSign, number, readDecimal, readNumber } from "../format/format";
import { t } from "../lang/words";

export type FieldKind = "text" | "number" | "integer" | "decimal" | "check" | "choice" | "date" | "secret";

/** A field of a form. */
export interface Field {
  /** Name as the API calls it. */
  name: string;
  label: string;
  kind: FieldKind;
  hint?: string;
  /** Initial value; a value outside the choices is offered too. */
  value?: FieldValue | null;
  min?: number | null;
  max?: number | null;
  /** The value is greater than this. */
  above?: number | null;
  /** The value is less than this. */
  below?: number | null;
  required?: boolean;
  /** Values, or values with labels. */
  choices?: readonly (string | readonly [string, string])[];
  /** Texts that are offered; others may be written too. */
  suggestions?: readonly string[];
  pattern?: string;
  placeholder?: string;
}

/** The value of a field as the API takes it; exact decimals are text. */
export type FieldValue = string | number | boolean;

/** What was typed, by field: text, or whether a box is ticked. */
export type Typed = Record<string, string | boolean>;

const NUMERIC: readonly FieldKind[] = ["integer", "number", "decimal"];
const EXACT = /^-?(\d+(\.\d*)?|\.\d+)$/;

/** True for fields in which a number is typed. */
export function isNumeric(field: Field): boolean {
  return NUMERIC.includes(field.kind);
}

/** Return what stands in a field at first. */
export function initial(field: Field): string | boolean {
  if (field.kind === "check") return Boolean(field.value);
  const text = field.value === null || field.value === undefined ? "" : String(field.value);
  if (field.kind === "choice" && !text && !field.placeholder) return choicesOf(field)[0]?.[0] ?? "";
  return isNumeric(field) ? text.replace(".", decimalSign()) : text;
}

/** Return the choices of a field with their labels. A value outside them is kept: the server says what is wrong with it. */
export function choicesOf(field: Field): (readonly [string, string])[] {
  const choices = (field.choices ?? []).map((one) => (typeof one === "string" ? ([one, one] as const) : one));
  const value = field.value;
  if (typeof value === "string" && value && !choices.some(([one]) => one === value)) choices.unshift([value, value]);
  return choices;
}

/** Return the value that was typed; null for an empty field. */
export function read(field: Field, typed: string | boolean | undefined): FieldValue | null {
  if (field.kind === "check") return Boolean(typed);
  const text = String(typed ?? "").trim();
  if (text === "") return null;
  if (field.kind === "decimal") return readDecimal(text);
  return field.kind === "integer" || field.kind === "number" ? readNumber(text) : text;
}

/** Return what is wrong with a field as a sentence; empty if nothing is. */
export function complaint(field: Field, typed: string | boolean | undefined): string {
  const value = read(field, typed);
  if (value === null) return field.required ? t("form.required") : "";
  if (field.kind === "integer" && !Number.isInteger(value)) return t("form.integer");
  if (field.kind === "number" && !Number.isFinite(value)) return t("form.number");
  if (field.kind === "decimal" && !EXACT.test(String(value))) return t("form.number");
  const size = isNumeric(field) ? Number(value) : NaN;
  if (isSet(field.above) && size <= field.above) return t("form.above", { above: number(field.above) });
  if (isSet(field.below) && size >= field.below) return t("form.below", { below: number(field.below) });
  if (isSet(field.min) && size < field.min) return t("form.least", { least: number(field.min) });
  if (isSet(field.max) && size > field.max) return t("form.most", { most: number(field.max) });
  if (field.pattern && typeof value === "string" && !new RegExp(`^(?:${field.pattern})$`).test(value)) {
    return t("form.pattern", { example: field.placeholder ?? "" });
  }
  return "";
}

/** Return the range of a field in words. */
export function rangeOf(field: Field): string {
  if (isSet(field.min) && isSet(field.max))
    return t("form.range", { least: number(field.min), most: number(field.max) });
  return isSet(field.min) ? t("form.from", { least: number(field.min) }) : "";
}

/** Return the name of the field that a problem of the API is about; undefined if it names none. */
export function fieldOf(problem: unknown, names: readonly string[]): string | undefined {
  if (!(problem instanceof Problem)) return undefined;
  const said = problem.message;
  return names.find((one) => new RegExp(`^(?:[\\w.]+\\.)?${one}:|\\b(?:parameter|field) ${one}\\b`).test(said));
}

function isSet(value: number | null | undefined): value is number {
  return value !== null && value !== undefined;
}
