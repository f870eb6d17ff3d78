/** A spec in an address: what differs from the defaults, by name. What is written is read back unchanged. */

import { isLeaf, type Shape, type SpecShape } from "./specShape";

type Named = Record<string, unknown>;

/** Return the values of a spec as names and texts; lists and objects are JSON. */
export function writeAddress(value: Readonly<Named>): URLSearchParams {
  const said = new URLSearchParams();
  for (const [name, one] of Object.entries(value)) said.set(name, typeof one === "string" ? one : JSON.stringify(one));
  return said;
}

/** Return the spec in an address, and the names in it that the spec does not know. */
export function readAddress(
  said: URLSearchParams,
  shape: SpecShape,
  ofThePage: readonly string[] = [],
): { value: Named; wrong: string[] } {
  const value: Named = {};
  const wrong: string[] = [];
  for (const [name, text] of said) {
    const member = shape.members.find((one) => one.name === name);
    if (member) value[name] = valueOf(member.shape, text);
    else if (!ofThePage.includes(name)) wrong.push(name);
  }
  return { value, wrong };
}

/** Return a spec without the values that are null. */
export function withoutNulls(spec: Readonly<Named>): Named {
  return Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== null && value !== undefined));
}

const PLAIN: readonly string[] = ["text", "choice", "date", "decimal"];

/** Return the value, or the text where it is none: the form then says what is wrong. */
function valueOf(shape: Shape, text: string): unknown {
  const plain = isLeaf(shape) ? PLAIN.includes(shape.kind) : shape.kind === "either" && !text.startsWith("{");
  if (plain) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
