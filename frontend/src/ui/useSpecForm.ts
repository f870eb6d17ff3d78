import { useCallback, useId, useMemo, useState } from "react";
import { sentence } from "./failures";
import { blamed, changed, complaints, type Draft, draftOf, valueOf } from "./specDraft";
import type { SpecShape } from "./specShape";

/** The form of a spec: what was typed, the value that it means, and what is wrong, by the path of a control. */
export interface SpecFormState {
  /** Stem of the ids of its controls. */
  id: string;
  shape: SpecShape;
  draft: Draft;
  /** What the API takes: values that differ from the defaults. */
  value: Record<string, unknown>;
  wrong: Record<string, string>;
  /** Put something into the controls at a path, like `parts.0.weight`. */
  put: (path: string, draft: Draft) => void;
  /** Say what is wrong with each control, and put the focus on the first; true when nothing is. */
  check: () => boolean;
  /** Show a problem of the API beside the control that it is about; return the sentence that is left over, or an empty text. */
  show: (problem: unknown) => string;
  /** Have the values of a spec in all controls; without one, the defaults. */
  reset: (value?: Record<string, unknown>) => void;
}

/** Keep the form of a spec. `initial` counts at first only. */
export function useSpecForm(shape: SpecShape, initial: Record<string, unknown> = {}): SpecFormState {
  const id = useId();
  const [draft, setDraft] = useState<Draft>(() => draftOf(shape, initial));
  const [wrong, setWrong] = useState<Record<string, string>>({});
  const value = useMemo(() => valueOf(shape, draft) as Record<string, unknown>, [shape, draft]);

  const put = useCallback((path: string, next: Draft) => {
    setDraft((before) => changed(before, path.split("."), next));
    setWrong((before) => without(before, path));
  }, []);
  const reset = useCallback(
    (next: Record<string, unknown> = {}) => {
      setDraft(draftOf(shape, next));
      setWrong({});
    },
    [shape],
  );
  function check(): boolean {
    const found = complaints(shape, draft);
    setWrong(found);
    const [first] = Object.keys(found);
    if (first !== undefined) focus(id, first);
    return first === undefined;
  }
  function show(problem: unknown): string {
    const said = sentence(problem);
    const path = problem instanceof Error ? blamed(shape, draft, problem.message) : undefined;
    if (path === undefined) return said;
    setWrong({ [path]: said });
    focus(id, path);
    return "";
  }
  return { id, shape, draft, value, wrong, put, check, show, reset };
}

/** Put the focus on a control, which may stand in a part of the form that is folded. */
function focus(id: string, path: string): void {
  const control = document.getElementById(`${id}-${path}`);
  const folded = control?.closest("details");
  if (folded) folded.open = true;
  control?.focus();
}

function without(wrong: Record<string, string>, path: string): Record<string, string> {
  const kept = Object.entries(wrong).filter(([one]) => one !== path && !one.startsWith(`${path}.`));
  return kept.length === Object.keys(wrong).length ? wrong : Object.fromEntries(kept);
}
