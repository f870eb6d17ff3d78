/** The colours of the pages: as the system has them, light or dark. */

import { useEffect, useState, useSyncExternalStore } from "react";
import { keepChoice } from "../lang/words";

export const THEMES = ["auto", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const CHANGED = "g4qc-theme";

/** Return the theme that the visitor chose. */
export function theme(): Theme {
  return THEMES.find((one) => one === document.documentElement.dataset.theme) ?? "auto";
}

/** Choose a theme for all pages from now on. */
export function chooseTheme(chosen: Theme): void {
  document.documentElement.dataset.theme = chosen;
  keepChoice("theme", chosen);
  document.dispatchEvent(new Event(CHANGED));
}

/** Call a function whenever colours change, by choice or with the system; return what ends it. */
export function onColours(changed: () => void): () => void {
  const system = matchMedia("(prefers-color-scheme: dark)");
  system.addEventListener("change", changed);
  document.addEventListener(CHANGED, changed);
  return () => {
    system.removeEventListener("change", changed);
    document.removeEventListener(CHANGED, changed);
  };
}

/** Return the theme, in a component. */
export function useTheme(): Theme {
  return useSyncExternalStore(onColours, theme);
}

/** Return a number that grows whenever colours change: what draws on a canvas draws anew. */
export function useColours(): number {
  const [drawn, setDrawn] = useState(0);
  useEffect(() => onColours(() => setDrawn((before) => before + 1)), []);
  return drawn;
}

/** Return a colour of the style sheet by its name, like `--up`. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** Colours of lines that stay apart for those who see few of them. */
export const COLOURS = ["#2f81c9", "#d9822b", "#2a9d8f", "#b45fb8", "#8a6d3b", "#d1495b"] as const;
