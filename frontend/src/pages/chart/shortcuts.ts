/** Keys of the chart. They work while the chart or nothing has the focus, and are listed under "?". */

/** Key as the browser names it, how it is written, and the word of what it does. */
export const SHORTCUTS = [
  ["ArrowLeft", "←", "older"],
  ["ArrowRight", "→", "newer"],
  ["PageUp", "PgUp", "pageolder"],
  ["PageDown", "PgDn", "pagenewer"],
  ["Home", "Home", "oldest"],
  ["End", "End", "newest"],
  ["+", "+", "in"],
  ["-", "−", "out"],
  [",", ",", "barbefore"],
  [".", ".", "barafter"],
  ["[", "[", "finer"],
  ["]", "]", "coarser"],
  ["g", "g", "goto"],
  ["z", "z", "zone"],
  ["l", "l", "link"],
  ["?", "?", "help"],
] as const;

/** Name of what a key does. */
export type Action = (typeof SHORTCUTS)[number][2];

/** Listen for the keys; return what ends it. */
export function listen(place: HTMLElement, act: (action: Action) => void): () => void {
  const press = (event: KeyboardEvent) => {
    const target = event.target as HTMLElement;
    const free = target === document.body || place.contains(target) || target.id === "main";
    if (!free || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const found = SHORTCUTS.find(([name]) => name === event.key || (name === "+" && event.key === "="));
    if (!found) return;
    event.preventDefault();
    act(found[2]);
  };
  document.addEventListener("keydown", press);
  return () => document.removeEventListener("keydown", press);
}
