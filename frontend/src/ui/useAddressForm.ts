import { useCallback, useEffect, useMemo, useRef } from "react";
import { asRecord, asText, useQueryString } from "./address";
import type { Field } from "./fields";
import { type Form, useForm } from "./useForm";

/**
 * Keep a form in the address: a link shows the same form, and nothing that was typed is lost. A field without a value in
 * the address has its own.
 */
export function useAddressForm(fields: readonly Field[]): Form {
  const [query, setQuery] = useQueryString();
  const said = useMemo(
    () => fields.map((field) => (query.has(field.name) ? { ...field, value: query.get(field.name) } : field)),
    [fields, query],
  );
  const form = useForm(said);
  const { type, reset } = form;
  const latest = useRef(query);
  const own = useRef(new Set<string>());
  useEffect(() => {
    const text = asText(asRecord(query));
    if (own.current.has(text)) return;
    // Somebody else changed the address, such as a link or Back: it is what counts now.
    own.current = new Set([text]);
    latest.current = query;
    reset();
  }, [query, reset]);
  const typeToo = useCallback(
    (name: string, value: string | boolean) => {
      const next = new URLSearchParams(latest.current);
      next.set(name, String(value));
      latest.current = next;
      own.current.add(asText(asRecord(next)));
      type(name, value);
      setQuery(next);
    },
    [type, setQuery],
  );
  return { ...form, type: typeToo };
}
