/**
 * A backtest spec in the address of the page, and what a form says of it. What is written is read back as it was. Must
 * not know controls.
 */

const PARAMETER = "parameters.";
const OF_THE_PAGE = ["again"];

/**
 * @typedef {{name: string, kind: string, default: any, choices: string[], minimum: number | null, maximum: number | null, above: number | null, below: number | null, description: string, required: boolean}} SpecField
 */

/** The values of a spec that are not those of a field left out, as names and texts. @param {any} spec @param {SpecField[]} fields */
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
 * The spec that an address says, and the names in it that mean nothing.
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

/** The number, or the text where it is none: the form then says what is wrong. */
function number(text) {
  return text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}
