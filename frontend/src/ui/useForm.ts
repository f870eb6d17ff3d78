import { useCallback, useId, useMemo, useRef, useState } from "react";
import { complaint, type Field, fieldOf, type FieldValue, initial, read, type Typed } from "./fields";
import { sentence } from "./failures";

/** A form of fields: what was typed, its values, and what is wrong. */
export interface Form {
  /** Stem of the ids of its controls. */
  id: string;
  fields: readonly Field[];
  typed: Typed;
  wrong: Record<string, string>;
  type: (name: string, value: string | boolean) => void;
  /** Values by name; an empty field has none. */
  values: Record<string, FieldValue>;
  /** Say what is wrong with each field, and put the focus on the first; true when nothing is. */
  check: () => boolean;
  /** Mark one field as wrong, and put the focus on it; with an empty text it is right again. */
  blame: (name: string, text: string) => void;
  /** Show a problem of the API beside the field that it is about; return the sentence that is left over, or an empty text. */
  show: (problem: unknown) => string;
  /** Put what was typed aside: the fields have their own values again. */
  reset: () => void;
}

/** Keep a form. What was typed stays when the fields change, as they do with the language or a new list of choices. */
export function useForm(fields: readonly Field[]): Form {
  const id = useId();
  const [changed, setChanged] = useState<Typed>({});
  const [wrong, setWrong] = useState<Record<string, string>>({});
  const latest = useRef<Typed>({});
  const typed = useMemo(
    () => Object.fromEntries(fields.map((field) => [field.name, changed[field.name] ?? initial(field)])),
    [fields, changed],
  );
  const values = useMemo(() => {
    const found: Record<string, FieldValue> = {};
    for (const field of fields) {
      const value = read(field, typed[field.name]);
      if (value !== null) found[field.name] = value;
    }
    return found;
  }, [fields, typed]);

  const focus = useCallback((name: string) => document.getElementById(`${id}-${name}`)?.focus(), [id]);
  const blame = useCallback(
    (name: string, text: string) => {
      setWrong((before) => ({ ...before, [name]: text }));
      if (text) focus(name);
    },
    [focus],
  );
  const type = useCallback((name: string, value: string | boolean) => {
    latest.current = { ...latest.current, [name]: value };
    setChanged(latest.current);
    setWrong((before) => (before[name] ? { ...before, [name]: "" } : before));
  }, []);
  const check = useCallback(() => {
    const found = Object.fromEntries(fields.map((field) => [field.name, complaint(field, typed[field.name])]));
    setWrong(found);
    const first = fields.find((field) => found[field.name]);
    if (first) focus(first.name);
    return !first;
  }, [fields, typed, focus]);
  const show = useCallback(
    (problem: unknown) => {
      const name = fieldOf(
        problem,
        fields.map((field) => field.name),
      );
      if (!name) return sentence(problem);
      blame(name, sentence(problem));
      return "";
    },
    [fields, blame],
  );
  const reset = useCallback(() => {
    latest.current = {};
    setChanged({});
    setWrong({});
  }, []);
  return { id, fields, typed, wrong, type, values, check, blame, show, reset };
}
