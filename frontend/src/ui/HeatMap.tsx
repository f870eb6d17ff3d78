/**
 * A map of numbers over two axes, drawn on a canvas, with its legend and what stands under the pointer in words.
 *
 *     <HeatMap label="Sharpe by fast and slow" x={x} y={y} values={values} scale={scaleOf(values)} say={say} ... />
 *
 * The mouse drags a rectangle; a click chooses one cell. The arrow keys move a cell, with Shift they draw the rectangle from
 * where it began, Enter chooses the cell, Escape chooses nothing. `values` has a row for each place on `y`, the first below.
 */

import { type KeyboardEvent, type PointerEvent, useEffect, useMemo, useRef, useState } from "react";
import { useWords } from "../lang/words";
import { type ColourScale, gradient } from "./colourScale";
import {
  type CellRect,
  type Frame,
  frameOf,
  type HeatAxis,
  type HeatMark,
  paintAbove,
  paintCells,
  rectOf,
  under,
} from "./heatMapDrawing";
import { useColours } from "./theme";

interface HeatMapProps {
  /** What the map shows, for those who do not see it. */
  label: string;
  x: HeatAxis;
  y: HeatAxis;
  /** Rows of y, from the lowest place; NaN where there is nothing. */
  values: Float64Array;
  scale: ColourScale;
  /** A value as it is written. */
  format: (value: number) => string;
  /** What stands in a cell, in words. */
  say: (x: number, y: number) => string;
  marks?: readonly HeatMark[];
  /** The rectangle of chosen cells; null: none. */
  chosen: CellRect | null;
  choose: (rect: CellRect | null) => void;
  height?: number;
}

interface Place {
  x: number;
  y: number;
}

/** The map. */
export function HeatMap({
  label,
  x,
  y,
  values,
  scale,
  format,
  say,
  marks,
  chosen,
  choose,
  height = 420,
}: HeatMapProps) {
  const { t } = useWords();
  const drawn = useColours();
  const cells = useRef<HTMLCanvasElement>(null);
  const above = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const [at, setAt] = useState<Place | null>(null);
  const [from, setFrom] = useState<Place | null>(null);
  const frame = useMemo(() => frameOf(x, y, width, height), [x, y, width, height]);

  useEffect(() => {
    const element = above.current?.parentElement;
    if (!element) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    setWidth(element.clientWidth);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (cells.current) paintCells(cells.current, frame, x, y, values, scale);
  }, [frame, x, y, values, scale, drawn]);
  const drawing = from && at ? rectOf(from, at) : null;
  useEffect(() => {
    if (above.current) paintAbove(above.current, frame, { marks: marks ?? [], chosen: drawing ?? chosen, at });
  }, [frame, marks, chosen, drawing, at, drawn]);

  function press(event: KeyboardEvent) {
    const now = at ?? { x: 0, y: 0 };
    const step = STEPS[event.key];
    if (step) {
      const next = {
        x: clamp(now.x + (at ? step[0] : 0), x.labels.length),
        y: clamp(now.y + (at ? step[1] : 0), y.labels.length),
      };
      setAt(next);
      if (event.shiftKey) {
        const start = from ?? now;
        setFrom(start);
        choose(rectOf(start, next));
      } else setFrom(null);
    } else if (event.key === "Enter" || event.key === " ") {
      setFrom(null);
      choose(rectOf(now, now));
      setAt(now);
    } else if (event.key === "Escape") {
      setFrom(null);
      choose(null);
    } else return;
    event.preventDefault();
  }

  const pointer = usePointer(frame, { at, setAt, from, setFrom, choose });
  return (
    <div className="heat">
      <div className="heat-map" style={{ height }}>
        <canvas ref={cells} aria-hidden="true" />
        <canvas
          ref={above}
          className="heat-above"
          tabIndex={0}
          role="img"
          aria-label={`${label}. ${t("heat.keys")}`}
          onKeyDown={press}
          onBlur={() => setFrom(null)}
          {...pointer}
        />
      </div>
      <Legend scale={scale} format={format} />
      <p className="told" role="status">
        {at ? say(at.x, at.y) : t("heat.hint")}
      </p>
    </div>
  );
}

const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
  Home: [-Infinity, 0],
  End: [Infinity, 0],
  PageUp: [0, Infinity],
  PageDown: [0, -Infinity],
};

function clamp(place: number, size: number): number {
  return Math.max(0, Math.min(size - 1, place));
}

interface PointerState {
  at: Place | null;
  setAt: (at: Place | null) => void;
  from: Place | null;
  setFrom: (from: Place | null) => void;
  choose: (rect: CellRect | null) => void;
}

/** What the mouse, a pen or a finger does. */
function usePointer(frame: Frame, { at, setAt, from, setFrom, choose }: PointerState) {
  const found = (event: PointerEvent) => under(frame, event.nativeEvent.offsetX, event.nativeEvent.offsetY);
  return {
    onPointerDown: (event: PointerEvent<HTMLCanvasElement>) => {
      const place = found(event);
      if (event.button || !place) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      setFrom(place);
      setAt(place);
    },
    onPointerMove: (event: PointerEvent<HTMLCanvasElement>) => {
      const place = found(event);
      if (!place && from) return;
      if (place?.x !== at?.x || place?.y !== at?.y) setAt(place);
    },
    onPointerUp: () => {
      if (from && at) choose(rectOf(from, at));
      setFrom(null);
    },
    onPointerCancel: () => setFrom(null),
    onPointerLeave: () => !from && setAt(null),
  };
}

function Legend({ scale, format }: { scale: ColourScale; format: (value: number) => string }) {
  const { t } = useWords();
  const middle = (scale.low + scale.high) / 2;
  const ends = scale.flipped ? [scale.high, middle, scale.low] : [scale.low, middle, scale.high];
  return (
    <div
      className="heat-legend"
      role="img"
      aria-label={t("heat.legend", { low: format(scale.low), high: format(scale.high) })}
    >
      <div style={{ background: gradient("to right") }} />
      {ends.map((value, place) => (
        <span key={place}>{format(value)}</span>
      ))}
    </div>
  );
}
