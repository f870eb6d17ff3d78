/** The OpenAPI document as the page of the reference reads it. */

/** A schema of JSON; only the parts that the reference shows. */
export interface JsonSchema {
  $ref?: string;
  type?: string;
  format?: string;
  title?: string;
  description?: string;
  enum?: readonly unknown[];
  const?: unknown;
  default?: unknown;
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
  required?: readonly string[];
  anyOf?: readonly JsonSchema[];
  oneOf?: readonly JsonSchema[];
  minimum?: number;
  maximum?: number;
}

export interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  description?: string;
  schema?: JsonSchema;
}

type Content = Record<string, { schema?: JsonSchema }>;

export interface Operation {
  operationId: string;
  summary?: string;
  description?: string;
  tags?: readonly string[];
  parameters?: readonly Parameter[];
  requestBody?: { content?: Content };
  responses?: Record<string, { description?: string; content?: Content }>;
}

export interface ApiDocument {
  info: { version: string; description?: string };
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, JsonSchema> };
}

/** A route: a method at a path. */
export interface Route {
  method: string;
  path: string;
  operation: Operation;
}

/** Return the routes of a document by their first tag, in its order; those that contain the text, whatever its case. */
export function routesByTag(document: ApiDocument, text = ""): Map<string, Route[]> {
  const found = new Map<string, Route[]>();
  const wanted = text.trim().toLowerCase();
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const said = `${method} ${path} ${operation.summary ?? ""} ${operation.description ?? ""}`.toLowerCase();
      if (!said.includes(wanted)) continue;
      const tag = operation.tags?.[0] ?? "";
      found.set(tag, [...(found.get(tag) ?? []), { method: method.toUpperCase(), path, operation }]);
    }
  }
  return found;
}

/** Return the type of a schema in few words, like `string (date)`, `Bars`, or `integer or null`. */
export function typeOf(schema: JsonSchema | undefined): string {
  if (!schema) return "";
  if (schema.$ref) return nameOf(schema.$ref);
  const several = schema.anyOf ?? schema.oneOf;
  if (several) return several.map(typeOf).join(" or ");
  if (schema.enum) return schema.enum.map(String).join(" | ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.type === "array") return `list of ${typeOf(schema.items) || "anything"}`;
  if (schema.type === "object" && typeof schema.additionalProperties === "object") {
    return `${typeOf(schema.additionalProperties) || "anything"} by name`;
  }
  return [schema.type ?? "", schema.format ? `(${schema.format})` : ""].filter(Boolean).join(" ");
}

/** Return the names of the documents that a schema is made of. */
export function refsOf(schema: JsonSchema | undefined): string[] {
  const found = JSON.stringify(schema ?? {}).matchAll(/"#\/components\/schemas\/(\w+)"/g);
  return [...new Set([...found].map(([, name]) => name ?? ""))];
}

/** Return a command that calls a route, for a shell. */
export function curlOf(route: Route, origin: string): string {
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => name.toUpperCase());
  const method = route.method === "GET" ? "" : ` -X ${route.method}`;
  const body = route.operation.requestBody ? " -H 'Content-Type: application/json' -d @body.json" : "";
  return `curl${method}${body} '${origin}${path}'`;
}

function nameOf(ref: string): string {
  return ref.split("/").at(-1) ?? ref;
}
