/**
 * The API of this server, typed by its OpenAPI document. Every failure is a `Problem`.
 *
 *     const instruments = await got(api.GET("/api/v1/instruments", { signal }));
 */

import createClient, { type Middleware } from "openapi-fetch";
import type { components, paths } from "./schema";
import { Problem, problemOf } from "./problem";

/** The documents of the API by name, like `Schemas["JobStatus"]`. */
export type Schemas = components["schemas"];

/** Heard by the shell: the server wants a key, or has let one in. */
export const KEY_WANTED = "g4qc-key-wanted";
export const KEY_GIVEN = "g4qc-key-given";

const problems: Middleware = {
  async onResponse({ response }) {
    if (response.ok) return;
    if (response.status === 401 && !response.url.endsWith("/session")) document.dispatchEvent(new Event(KEY_WANTED));
    throw await problemOf(response);
  },
  onError({ error }) {
    if (error instanceof Problem || (error instanceof DOMException && error.name === "AbortError")) return;
    return new Problem(0, "", "Unreachable");
  },
};

export const api = createClient<paths>({ baseUrl: location.origin, fetch: (request) => fetch(request) });
api.use(problems);

/** Return the document of an answer, which has one: a failure was thrown before. */
export async function got<T>(answer: Promise<{ data?: T }>): Promise<T> {
  return (await answer).data as T;
}

/** Return an answer that is no JSON, as a stream of events is. */
export async function openAnswer(
  path: string,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { headers, signal });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Problem(0, "", "Unreachable");
  }
  if (response.status === 401) document.dispatchEvent(new Event(KEY_WANTED));
  if (!response.ok) throw await problemOf(response);
  return response;
}

/** Sign in with a key. The server keeps it in a cookie that no script can read, so that it also opens reports. */
export async function signIn(key: string): Promise<void> {
  await api.POST("/api/v1/session", { body: { key } });
  document.dispatchEvent(new Event(KEY_GIVEN));
}
