/** What tells results of the same name apart. */

import { asDay } from "./range";
import { nameOf, type Result } from "./results";

type Known = Pick<Result, "id" | "name" | "title" | "spec" | "created_at">;

const UNTOLD = ["name", "parameters"];

/**
 * Return, by id, in what each result differs from the others with its name: `fast 5`, `from 2026-10-01`. Where the specs
 * are alike, the instant when each was made tells them apart. Results with a name of their own have no entry.
 */
export function apartOf(results: readonly Known[]): Map<string, readonly string[]> {
  const groups = new Map<string, Known[]>();
  for (const result of results) groups.set(nameOf(result), [...(groups.get(nameOf(result)) ?? []), result]);
  const found = new Map<string, readonly string[]>();
  for (const group of groups.values()) {
    if (group.length < 2) continue;
    const specs = group.map((one) => flat(one.spec));
    const names = [...new Set(specs.flatMap((spec) => [...spec.keys()]))];
    const differing = names.filter((name) => new Set(specs.map((spec) => spec.get(name) ?? "")).size > 1);
    group.forEach((one, at) => {
      const said = differing.map((name) => `${name} ${specs[at]?.get(name) || "–"}`);
      const alike = group.some((_, place) => place !== at && isSame(specs[at], specs[place], differing));
      found.set(one.id, alike ? [...said, asDay(one.created_at)] : said);
    });
  }
  return found;
}

/** Return a name for each result that no other of them has: with the difference, else with the beginning of the id. */
export function distinctNames(results: readonly Known[]): string[] {
  const apart = apartOf(results);
  const names = results.map((one) => [nameOf(one), ...(apart.get(one.id) ?? [])].join(" · "));
  return names.map((name, at) =>
    names.indexOf(name) === names.lastIndexOf(name) ? name : `${name} · ${results[at]?.id.slice(0, 8)}`,
  );
}

function isSame(
  one: ReadonlyMap<string, string> | undefined,
  other: ReadonlyMap<string, string> | undefined,
  names: readonly string[],
): boolean {
  return names.every((name) => (one?.get(name) ?? "") === (other?.get(name) ?? ""));
}

/** Return the fields of a spec and its parameters as texts. */
function flat(spec: Record<string, unknown>): Map<string, string> {
  const fields = Object.entries(spec).filter(([name]) => !UNTOLD.includes(name));
  const parameters = Object.entries((spec.parameters ?? {}) as Record<string, unknown>);
  return new Map([...parameters, ...fields].map(([name, value]) => [name, textOf(value)]));
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
