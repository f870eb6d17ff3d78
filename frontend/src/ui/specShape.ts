/** What a form of a spec is made of, read from the JSON schema of the API. */

import type { FieldKind } from "./fields";

/** A JSON schema, as far as the specs use it. Bounds also stand under the short names that pydantic gives some. */
export interface Schema {
  $ref?: string;
  type?: string;
  title?: string;
  default?: unknown;
  examples?: readonly unknown[];
  enum?: readonly unknown[];
  pattern?: string;
  format?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  ge?: number;
  gt?: number;
  le?: number;
  lt?: number;
  minLength?: number;
  anyOf?: readonly Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  required?: readonly string[];
}

/** Schemas by name, like `src/api/spec_schemas.json`. */
export type Schemas = Readonly<Record<string, Schema>>;

/** A value in one control. `scalar` is text, a number or a truth value; `json` is anything, or plain text. */
export interface Leaf {
  kind: FieldKind | "scalar" | "json";
  required?: boolean;
  min?: number;
  max?: number;
  above?: number;
  below?: number;
  pattern?: string;
  example?: string;
  choices?: readonly string[];
}

/** The values of a shape: in one control, several of a kind in one control, named, or one of several shapes. */
export type Shape =
  | Leaf
  | { kind: "list"; item: Leaf; example?: string }
  | { kind: "object"; name: string; members: readonly Member[] }
  | { kind: "rows"; item: Extract<Shape, { kind: "object" }> }
  | { kind: "dictionary"; item: Leaf; example?: string }
  | { kind: "either"; options: readonly Shape[] };

/** A named value of an object. */
export interface Member {
  name: string;
  shape: Shape;
  required: boolean;
  default: unknown;
}

/** The shape of a whole spec. */
export type SpecShape = Extract<Shape, { kind: "object" }>;

/** The default that stands for no name. */
const UNNAMED = "unnamed";

interface Reading {
  schemas: Schemas;
  /** Names of the schemas of objects that the API takes without one, by their path, like `search.backtest`. */
  nested: Readonly<Record<string, string>>;
}

/** Return the shape of a schema by its name; `nested` names the schemas of objects that are free by theirs. */
export function shapeOf(name: string, schemas: Schemas, nested: Readonly<Record<string, string>> = {}): SpecShape {
  return objectOf(schemas[name] ?? {}, name, "", { schemas, nested });
}

function objectOf(schema: Schema, name: string, path: string, reading: Reading): SpecShape {
  const members = Object.entries(schema.properties ?? {}).map(([member, of]): Member => {
    const found = resolved(of, reading);
    const required = schema.required?.includes(member) ?? false;
    const shape = read(found, path ? `${path}.${member}` : member, reading);
    return {
      name: member,
      shape: isLeaf(shape) ? { ...shape, required } : shape,
      required,
      default: found.default === UNNAMED ? undefined : found.default,
    };
  });
  return { kind: "object", name, members };
}

/** Return a schema with what it refers to; what it says itself counts before. */
function resolved(schema: Schema, { schemas }: Reading): Schema {
  const name = schema.$ref?.split("/").at(-1);
  return name ? { ...schemas[name], ...schema, $ref: undefined, title: schema.title ?? schemas[name]?.title } : schema;
}

function read(schema: Schema, path: string, reading: Reading): Shape {
  const { options, bounds } = alternatives(schema);
  const example = exampleOf(schema);
  if (options.length > 1) return either(options, bounds, path, example, reading);
  const only = { ...bounds, ...resolved(options[0] ?? schema, reading) };
  if (only.type === "array") return arrayOf(only, path, example, reading);
  if (only.type === "object" || only.properties) return dictionaryOf(only, path, example, reading);
  return leaf(only, example);
}

/** Return what a value may be, null aside, and the bounds that hold for each. */
function alternatives(schema: Schema): { options: Schema[]; bounds: Schema } {
  if (!schema.anyOf) return { options: [schema], bounds: {} };
  const options = schema.anyOf.filter((one) => one.type !== "null");
  const bounds = boundsOf(schema);
  const inner = options[0];
  if (options.length !== 1 || !inner?.anyOf) return { options, bounds };
  const below = alternatives(inner);
  return { options: below.options, bounds: { ...bounds, ...below.bounds } };
}

function either(options: Schema[], bounds: Schema, path: string, example: string, reading: Reading): Shape {
  const types = options.map((one) => one.type ?? "");
  if (types.length === 2 && types.includes("number") && types.includes("string")) {
    const numeric = options.find((one) => one.type === "number");
    return { ...leaf({ ...bounds, ...numeric }, example), kind: "decimal" };
  }
  if (types.every((type) => ["string", "number", "integer", "boolean"].includes(type))) {
    return { kind: "scalar", example };
  }
  return { kind: "either", options: options.map((one) => read({ ...one, examples: [example] }, path, reading)) };
}

function arrayOf(schema: Schema, path: string, example: string, reading: Reading): Shape {
  const item = read(schema.items ?? {}, path, reading);
  if (item.kind === "object") return { kind: "rows", item };
  return { kind: "list", item: isLeaf(item) ? item : { kind: "json" }, example };
}

function dictionaryOf(schema: Schema, path: string, example: string, reading: Reading): Shape {
  const name = reading.nested[path];
  if (name) return objectOf(reading.schemas[name] ?? {}, name, path, reading);
  if (schema.properties) return objectOf(schema, schema.title ?? "", path, reading);
  const of = schema.additionalProperties;
  if (typeof of !== "object") return { kind: "dictionary", item: { kind: "json" }, example };
  const item = read(of, path, reading);
  // A number or a name, as in rates, is no exact decimal.
  if (item.kind === "decimal") return { kind: "dictionary", item: { kind: "scalar" }, example };
  return { kind: "dictionary", item: isLeaf(item) ? item : { kind: "json" }, example };
}

function leaf(schema: Schema, example: string): Leaf {
  if (schema.enum) return { kind: "choice", choices: schema.enum.map(String) };
  const kinds: Record<string, Leaf["kind"]> = {
    integer: "integer",
    number: "number",
    boolean: "check",
    string: "text",
  };
  const kind = schema.format === "date" ? "date" : (kinds[schema.type ?? ""] ?? "json");
  return {
    kind,
    min: schema.minimum ?? schema.ge,
    max: schema.maximum ?? schema.le,
    above: schema.exclusiveMinimum ?? schema.gt,
    below: schema.exclusiveMaximum ?? schema.lt,
    pattern: schema.pattern?.replace(/^\^|\$$/g, ""),
    example,
  };
}

function boundsOf({ minimum, maximum, exclusiveMinimum, exclusiveMaximum, ge, gt, le, lt }: Schema): Schema {
  const all = { minimum, maximum, exclusiveMinimum, exclusiveMaximum, ge, gt, le, lt };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function exampleOf(schema: Schema): string {
  const [first] = schema.examples ?? [];
  return typeof first === "string" || typeof first === "number" ? String(first) : "";
}

/** True for a value in one control. */
export function isLeaf(shape: Shape): shape is Leaf {
  return !["list", "object", "rows", "dictionary", "either"].includes(shape.kind);
}
