/** What somebody has typed into the form of a spec, and the value that it means. */

import { decimalSign } from "../format/format";
import { t } from "../lang/words";
import { complaint, type Field, initial, read } from "./fields";
import { isLeaf, type Leaf, type Member, type Shape, type SpecShape } from "./specShape";

/** What stands in the controls of a shape. */
export type Draft =
  | string
  | boolean
  | { members: Record<string, Draft> }
  | { rows: Draft[] }
  | { entries: { name: string; value: string | boolean }[] }
  | { option: number; drafts: Draft[] };

type Json = unknown;
type Named = Record<string, Json>;

/** Return what stands in the controls for a value; undefined: for none. */
export function draftOf(shape: Shape, value: Json): Draft {
  switch (shape.kind) {
    case "object": {
      const given = isNamed(value) ? value : {};
      const drafts = shape.members.map(
        (one) => [one.name, draftOf(one.shape, given[one.name] ?? one.default)] as const,
      );
      return { members: Object.fromEntries(drafts) };
    }
    case "rows":
      return { rows: (Array.isArray(value) ? value : []).map((one) => draftOf(shape.item, one)) };
    case "dictionary": {
      const entries = Object.entries(isNamed(value) ? value : {});
      return { entries: entries.map(([name, one]) => ({ name, value: textOf(shape.item, one) })) };
    }
    case "either": {
      const option = optionOf(shape.options, value);
      return { option, drafts: shape.options.map((one, at) => draftOf(one, at === option ? value : undefined)) };
    }
    case "list":
      return (Array.isArray(value) ? value : []).map((one) => String(textOf(shape.item, one))).join(separator());
    default:
      return textOf(shape, value);
  }
}

/** Return the value that the controls mean; undefined where they are empty, or stand at their default. */
export function valueOf(shape: Shape, draft: Draft | undefined): Json {
  switch (shape.kind) {
    case "object": {
      const found: Named = {};
      for (const one of shape.members) {
        const value = valueOf(one.shape, membersOf(draft)[one.name]) ?? emptied(one);
        if (value !== undefined && !isDefault(one, value)) found[one.name] = value;
      }
      return found;
    }
    case "rows":
      return rowsOfDraft(draft).map((one) => valueOf(shape.item, one));
    case "dictionary": {
      const named = entriesOf(draft).filter((one) => one.name.trim() !== "");
      if (!named.length) return undefined;
      return Object.fromEntries(named.map((one) => [one.name.trim(), leafValue(shape.item, one.value)]));
    }
    case "either": {
      const { option, drafts } = chosenOf(draft);
      const chosen = shape.options[option];
      return chosen && valueOf(chosen, drafts[option]);
    }
    case "list": {
      const parts = split(draft);
      return parts.length ? parts.map((one) => leafValue(shape.item, one)) : undefined;
    }
    default:
      return leafValue(shape, draft);
  }
}

/** Return what is wrong, as sentences by the path of the control. */
export function complaints(
  shape: Shape,
  draft: Draft | undefined,
  path = "",
  required = false,
): Record<string, string> {
  switch (shape.kind) {
    case "object":
      return merged(
        shape.members.map((one) =>
          complaints(one.shape, membersOf(draft)[one.name], join(path, one.name), one.required),
        ),
      );
    case "rows": {
      const rows = rowsOfDraft(draft);
      if (required && !rows.length) return { [path]: t("form.required") };
      return merged(rows.map((one, at) => complaints(shape.item, one, join(path, String(at)))));
    }
    case "dictionary":
      return merged(
        entriesOf(draft).map((one, at) => found(join(path, String(at)), complaintOf(shape.item, one.value))),
      );
    case "either": {
      const { option, drafts } = chosenOf(draft);
      const chosen = shape.options[option];
      if (!chosen) return {};
      return complaints(isLeaf(chosen) ? { ...chosen, required } : chosen, drafts[option], path, required);
    }
    case "list": {
      const parts = split(draft);
      if (required && !parts.length) return { [path]: t("form.required") };
      return found(path, parts.map((one) => complaintOf(shape.item, one)).find(Boolean) ?? "");
    }
    default:
      return found(path, complaintOf(shape, draft));
  }
}

/** Return the draft with another one at a path. */
export function changed(draft: Draft | undefined, path: readonly string[], value: Draft): Draft {
  const [first, ...rest] = path;
  if (typeof draft === "object" && "drafts" in draft && (first !== undefined || !isChoice(value))) {
    const drafts = draft.drafts.map((one, at) => (at === draft.option ? changed(one, path, value) : one));
    return { ...draft, drafts };
  }
  if (first === undefined || typeof draft !== "object") return value;
  if ("members" in draft) {
    return { members: { ...draft.members, [first]: changed(draft.members[first], rest, value) } };
  }
  if ("rows" in draft) {
    return { rows: draft.rows.map((one, at) => (String(at) === first ? changed(one, rest, value) : one)) };
  }
  return value;
}

/** Return the path of the control that a problem of the API is about; undefined if it names none. */
export function blamed(shape: SpecShape, draft: Draft, message: string): string | undefined {
  const said = /^((?:\w+(?:\.|: ))+)/.exec(message)?.[1]?.split(/\.|: /).filter(Boolean) ?? [];
  let here: Shape | undefined = shape;
  let at: Draft | undefined = draft;
  const path: string[] = [];
  for (const name of said) {
    while (here?.kind === "either") {
      const { option, drafts } = chosenOf(at);
      [here, at] = [here.options[option], drafts[option]];
    }
    if (here?.kind === "rows" && !/^\d+$/.test(name)) {
      // The API does not say which row: the first that has rows shows it.
      [here, at] = [here.item, rowsOfDraft(at)[0]];
      path.push("0");
    }
    const member: Member | undefined =
      here?.kind === "object" ? here.members.find((one) => one.name === name) : undefined;
    if (member) [here, at] = [member.shape, membersOf(at)[name]];
    else if (here?.kind === "rows") [here, at] = [here.item, rowsOfDraft(at)[Number(name)]];
    else if (here?.kind === "dictionary") {
      const place = entriesOf(at).findIndex((one) => one.name.trim() === name);
      if (place >= 0) path.push(String(place));
      break;
    } else break;
    path.push(name);
  }
  return path.length ? path.join(".") : undefined;
}

/** Return the controls of a value in one control, as the other forms know them. */
export function fieldOfLeaf(leaf: Leaf, name: string): Field {
  const known = leaf.kind === "scalar" || leaf.kind === "json" ? "text" : leaf.kind;
  const { min, max, above, below, pattern, required, choices } = leaf;
  const optional = known === "choice" && !required;
  return {
    ...{ name, label: "", kind: known, min, max, above, below, pattern, required, choices },
    placeholder: optional ? "" : leaf.example,
  };
}

/** Return the members of a draft of an object. */
export function membersOf(draft: Draft | undefined): Record<string, Draft> {
  return typeof draft === "object" && "members" in draft ? draft.members : {};
}

/** Return the rows of a draft of a list. */
export function rowsOfDraft(draft: Draft | undefined): Draft[] {
  return typeof draft === "object" && "rows" in draft ? draft.rows : [];
}

/** Return the entries of a draft of a dictionary. */
export function entriesOf(draft: Draft | undefined): { name: string; value: string | boolean }[] {
  return typeof draft === "object" && "entries" in draft ? draft.entries : [];
}

/** Return which shape was chosen, and the drafts of all. */
export function chosenOf(draft: Draft | undefined): { option: number; drafts: Draft[] } {
  return typeof draft === "object" && "drafts" in draft ? draft : { option: 0, drafts: [] };
}

function isChoice(draft: Draft): boolean {
  return typeof draft === "object" && "drafts" in draft;
}

function textOf(leaf: Leaf, value: Json): string | boolean {
  if (leaf.kind === "json")
    return value === undefined || typeof value === "string" ? (value ?? "") : JSON.stringify(value);
  if (leaf.kind === "scalar") return isMissing(value) ? "" : plainText(value);
  return initial({ ...fieldOfLeaf(leaf, ""), value: isMissing(value) ? null : (value as string | number | boolean) });
}

function leafValue(leaf: Leaf, draft: Draft | undefined): Json {
  const typed = typeof draft === "boolean" ? draft : typeof draft === "string" ? draft : "";
  const text = String(typed).trim();
  if (leaf.kind === "json" || leaf.kind === "scalar") return text === "" ? undefined : decoded(text, leaf.kind);
  return read(fieldOfLeaf(leaf, ""), typed) ?? undefined;
}

function decoded(text: string, kind: "json" | "scalar"): Json {
  try {
    const value = JSON.parse(text) as Json;
    return kind === "json" || typeof value !== "object" ? value : text;
  } catch {
    return text;
  }
}

function complaintOf(leaf: Leaf, draft: Draft | undefined): string {
  if (typeof draft === "object") return "";
  return complaint(fieldOfLeaf(leaf, ""), draft);
}

function optionOf(options: readonly Shape[], value: Json): number {
  const structured = isNamed(value);
  const place = options.findIndex((one) => (one.kind === "object" || one.kind === "dictionary") === structured);
  return Math.max(0, place);
}

/** An emptied list says something else than none where there is a default. */
function emptied(member: Member): Json {
  return member.shape.kind === "list" && Array.isArray(member.default) && member.default.length ? [] : undefined;
}

function isDefault(member: Member, value: Json): boolean {
  const usual =
    member.shape.kind === "decimal" && !isMissing(member.default) ? plainText(member.default) : member.default;
  if (isMissing(usual)) return Array.isArray(value) && !value.length && !member.required;
  return JSON.stringify(value) === JSON.stringify(usual);
}

function split(draft: Draft | undefined): string[] {
  if (typeof draft !== "string") return [];
  const between = decimalSign() === "," ? /;|\n|,\s+/ : /;|\n|,/;
  return draft.split(between).flatMap((one) => one.trim() || []);
}

function separator(): string {
  return decimalSign() === "," ? "; " : ", ";
}

function found(path: string, text: string): Record<string, string> {
  return text ? { [path]: text } : {};
}

function merged(all: readonly Record<string, string>[]): Record<string, string> {
  return Object.assign({}, ...all) as Record<string, string>;
}

function join(path: string, name: string): string {
  return path ? `${path}.${name}` : name;
}

function isNamed(value: Json): value is Named {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function plainText(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function isMissing(value: Json): value is null | undefined {
  return value === null || value === undefined;
}
