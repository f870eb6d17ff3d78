/**
 * A backtest spec in the address of the page, from the values of a form. A written spec is read back unchanged. Must
 * not know controls.
 */

const PARAMETER = "parameters.";
const OF_THE_PAGE = ["again"];

/**
 * @typedef {{name: string, kind: string, default: any, choices: string[], minimum: number | null, maximum: number | null, above: number | null, below: number | null, description: string, required: boolean}} SpecField
 */

/** Returns the values of a spec that differ from the defaults, as names and texts. @param {any} spec @param {SpecField[]} fields */
export function writeSpec(spec, fields) {
  const said = new URLSearchParams();
  for (const field of fields) {
    const value = spec[field.name];
    if (field.kind === "parameters" || value === null || value === undefined || String(value) === String(field.default)) continue;
    said.set(field.name, String(value));
  }
  for (const [name, value] of Object.entries(spec.parameters ?? {})) said.set(PARAMETER + name, String(value));
  return said;
}

/**
 * Returns the spec in an address, and the names in it that are unknown.
 * @param {URLSearchParams} said @param {SpecField[]} fields @param {any[]} strategies
 */
export function readSpec(said, fields, strategies) {
  const spec = {};
  const wrong = [];
  const known = strategies.find((one) => one.name === said.get("strategy"))?.parameters ?? [];
  for (const [name, text] of said) {
    const field = fields.find((one) => one.name === name && one.kind !== "parameters");
    if (field) spec[name] = field.kind === "integer" ? number(text) : text;
    else if (name.startsWith(PARAMETER)) {
      const parameter = known.find((one) => PARAMETER + one.name === name);
      spec.parameters = { ...spec.parameters, [name.slice(PARAMETER.length)]: valueOf(text, parameter?.type ?? "string") };
    } else if (!OF_THE_PAGE.includes(name)) wrong.push(name);
  }
  return { spec, wrong };
}

function valueOf(text, type) {
  if (type === "boolean") return text === "true";
  return type === "integer" || type === "number" ? number(text) : text;
}

/** Returns the number, or the text if it is not one: the form then reports the error. */
function number(text) {
  return text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}
