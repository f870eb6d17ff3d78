import { useLayoutEffect, useRef } from "react";
import { lookOf } from "./looks";

/** A piece of the line of a compared result. */
export function Swatch({ place }: { place: number }) {
  const line = useRef<SVGLineElement>(null);
  const { colour, dashed, width } = lookOf(place);
  useLayoutEffect(() => line.current?.setAttribute("stroke", colour), [colour]);
  return (
    <svg className="stroke" viewBox="0 0 18 8" width="18" height="8" aria-hidden="true">
      <line
        ref={line}
        x1="0"
        y1="4"
        x2="18"
        y2="4"
        strokeWidth={width + 1}
        strokeDasharray={dashed ? "5 3" : undefined}
      />
    </svg>
  );
}
