/** A spec in an address, and from the values of a form. A written spec is read back unchanged. */

/** A field of a spec as the server describes it. */
export interface SpecField {
  name: string;
  kind: string;
  default?: unknown;
}

/** The parameters of a strategy that matter here. */
export interface KnownStrategy {
  name: string;
  parameters: readonly { name: string; type: string }[];
}

/** Values of a spec by field; those of the parameters are within `parameters`. */
export type SpecValues = Record<string, unknown> & { parameters?: Record<string, unknown> };

const PARAMETER = "parameters.";
/** Names in an address that are not of the spec: the result that is run again, and what the list of results shows. */
const OF_THE_PAGE = /^(?:again$|list\.)/;

/** Return the values of a spec that differ from the defaults, as names and texts. */
export function writeSpec(spec: SpecValues, fields: readonly SpecField[]): URLSearchParams {
  const said = new URLSearchParams();
  for (const field of fields) {
    const value = spec[field.name];
    if (field.kind === "parameters" || isMissing(value) || textOf(value) === textOf(field.default)) continue;
    said.set(field.name, textOf(value));
  }
  for (const [name, value] of Object.entries(spec.parameters ?? {})) said.set(PARAMETER + name, textOf(value));
  return said;
}

/** Return the spec in an address, and the names in it that are unknown. */
export function readSpec(
  said: URLSearchParams,
  fields: readonly SpecField[],
  strategies: readonly KnownStrategy[],
): { spec: SpecValues; wrong: string[] } {
  const spec: SpecValues = {};
  const wrong: string[] = [];
  const known = strategies.find((one) => one.name === said.get("strategy"))?.parameters ?? [];
  for (const [name, text] of said) {
    const field = fields.find((one) => one.name === name && one.kind !== "parameters");
    if (field) spec[name] = field.kind === "integer" ? number(text) : text;
    else if (name.startsWith(PARAMETER)) {
      const parameter = known.find((one) => PARAMETER + one.name === name);
      spec.parameters = {
        ...spec.parameters,
        [name.slice(PARAMETER.length)]: valueOf(text, parameter?.type ?? "string"),
      };
    } else if (!OF_THE_PAGE.test(name)) wrong.push(name);
  }
  return { spec, wrong };
}

function valueOf(text: string, type: string): string | number | boolean {
  if (type === "boolean") return text === "true";
  return type === "integer" || type === "number" ? number(text) : text;
}

/** Return the number, or the text if it is not one: the form then reports the error. */
function number(text: string): number | string {
  return text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}

function isMissing(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

function textOf(value: unknown): string {
  return String(value);
}
