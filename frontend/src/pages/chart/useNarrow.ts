import { useSyncExternalStore } from "react";

const NARROW = "(max-width: 760px)";

/** True on a screen on which the controls are folded. */
export function useNarrow(): boolean {
  return useSyncExternalStore(listen, () => matchMedia(NARROW).matches);
}

function listen(changed: () => void): () => void {
  const media = matchMedia(NARROW);
  media.addEventListener("change", changed);
  return () => media.removeEventListener("change", changed);
}
