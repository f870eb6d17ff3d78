/**
 * The API of this server: JSON in, JSON out, every failure a `Problem`. Must not know
 * what any page does with an answer.
 */

const BASE = "/api/v1";

/** Heard by the shell: the server wants a key, or has let one in. */
export const KEY_WANTED = "g4qc-key-wanted";
export const KEY_GIVEN = "g4qc-key-given";

/** A failure as the API tells it: a sentence that says what to do. */
export class Problem extends Error {
  /**
   * @param {number} status HTTP status; 0: the server did not answer at all
   * @param {string} detail
   * @param {string} kind name of the error
   */
  constructor(status, detail, kind = "") {
    super(detail);
    this.status = status;
    this.kind = kind;
  }

  /** True where the same request may succeed later without anybody changing it. */
  get passing() {
    return [0, 429, 502, 503, 504].includes(this.status);
  }
}

/**
 * Signs in with a key. The server keeps it in a cookie that no script can read, so that it also opens reports.
 * @param {string} key
 */
export async function signIn(key) {
  const session = await post("/session", { key });
  document.dispatchEvent(new Event(KEY_GIVEN));
  return session;
}

/** Address of a resource below the API's root; parameters that are empty are left out. */
export function address(path, parameters = {}) {
  const url = new URL(BASE + path, location.origin);
  for (const [name, value] of Object.entries(parameters)) {
    if (value === null || value === undefined || value === "" || value === false) continue;
    for (const one of Array.isArray(value) ? value : [value]) url.searchParams.append(name, one);
  }
  return url;
}

/** @param {string} path @param {Record<string, any>} [parameters] @param {{signal?: AbortSignal}} [options] */
export function get(path, parameters = {}, options = {}) {
  return ask("GET", address(path, parameters), undefined, options.signal);
}

/** @param {string} path @param {any} body */
export function post(path, body) {
  return ask("POST", address(path), body);
}

/** @param {string} path @param {any} body */
export function patch(path, body) {
  return ask("PATCH", address(path), body);
}

/** @param {string} path @param {Record<string, any>} [parameters] */
export function remove(path, parameters = {}) {
  return ask("DELETE", address(path, parameters));
}

/** An answer that is no JSON: the whole response, checked. */
export async function open(path, parameters = {}, headers = {}, signal = undefined) {
  const response = await reach(address(path, parameters), { headers, signal });
  if (!response.ok) throw await problemOf(response);
  return response;
}

async function ask(method, url, body, signal) {
  const headers = { Accept: "application/json", ...(body === undefined ? {} : { "Content-Type": "application/json" }) };
  const response = await reach(url, { method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body) });
  if (!response.ok) throw await problemOf(response);
  return response.status === 204 ? null : response.json();
}

async function reach(url, options) {
  try {
    return await fetch(url, options);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Problem(0, "", "Unreachable");
  }
}

async function problemOf(response) {
  const said = await response.json().catch(() => ({}));
  if (response.status === 401 && !response.url.endsWith("/session")) document.dispatchEvent(new Event(KEY_WANTED));
  return new Problem(response.status, said.detail ?? said.parts?.database?.about ?? response.statusText, said.error ?? "");
}
