import { type ReactNode, useLayoutEffect, useRef } from "react";

/** A return that has the full colour. */
const STRONG = 0.1;

/** A cell coloured by the size of a return. */
export function Shade({ value, children }: { value: number | null; children: ReactNode }) {
  const cell = useRef<HTMLTableCellElement>(null);
  const share = value === null ? 0 : Math.round(Math.min(1, Math.abs(value) / STRONG) * 60 + 8);
  const colour = `color-mix(in srgb, var(${(value ?? 0) >= 0 ? "--up" : "--down"}) ${share}%, transparent)`;
  useLayoutEffect(() => {
    if (cell.current) cell.current.style.background = value === null ? "" : colour;
  }, [value, colour]);
  return <td ref={cell}>{children}</td>;
}
