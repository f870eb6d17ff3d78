/**
 * A row of cells, each divided between the classes of its minutes, and the key to those classes.
 *
 *     <CoverageStrip label="ES" cells={cells} pick={(cell) => open(cell.name)} say={setTold} />
 *     <ClassLegend classes={COARSE} />
 *
 * Works with the mouse and with the arrow keys; `say` hears of every cell that is pointed at, and of null after the last, so
 * that the page says it in words (`summary` of `chart/cells`). Where not all cells fit, the newest do.
 */

import { type KeyboardEvent, type MouseEvent, useEffect, useRef, useState } from "react";
import { useWords } from "../lang/words";
import { useColours } from "../ui/theme";
import { type Cell, layoutOf, summary, total } from "./cells";
import { type ClassName, paint, paintCounts, palette } from "./classes";

const HEIGHT = 26;
const GAP = 1;

interface StripProps {
  /** Name of the whole row. */
  label: string;
  cells: readonly Cell[];
  /** A cell was chosen by a click or by Enter. */
  pick?: (cell: Cell) => void;
  /** A cell is pointed at; null: none is. */
  say?: (cell: Cell | null) => void;
  /** Pixels. */
  height?: number;
}

export function CoverageStrip({ label, cells, pick, say, height = HEIGHT }: StripProps) {
  const { t } = useWords();
  const drawn = useColours();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [at, setAt] = useState(-1);

  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    draw(element, cells, at, height);
    const observer = new ResizeObserver(() => draw(element, cells, at, height));
    observer.observe(element);
    return () => observer.disconnect();
  }, [cells, at, height, drawn]);

  function under({ nativeEvent, currentTarget }: MouseEvent<HTMLCanvasElement>): number {
    const { step, hidden } = layoutOf(cells.length, currentTarget.clientWidth);
    const found = Math.floor(nativeEvent.offsetX / step) + hidden;
    return found < cells.length ? found : -1;
  }

  function to(next: number) {
    if (next === at) return;
    setAt(next);
    say?.(cells[next] ?? null);
  }

  function choose(next: number) {
    const cell = cells[next];
    if (cell) pick?.(cell);
  }

  function press(event: KeyboardEvent<HTMLCanvasElement>) {
    const last = cells.length - 1;
    const { hidden } = layoutOf(cells.length, event.currentTarget.clientWidth);
    if (event.key === "ArrowLeft") to(Math.max(hidden, at < 0 ? last : at - 1));
    else if (event.key === "ArrowRight") to(Math.min(last, Math.max(hidden, at + 1)));
    else if (event.key === "Home") to(hidden);
    else if (event.key === "End") to(last);
    else if (event.key === "Enter" || event.key === " ") choose(at < 0 ? last : at);
    else return;
    event.preventDefault();
  }

  const sum = cells.length ? summary(total(cells)) : "";
  return (
    <canvas
      ref={canvas}
      className="strip"
      tabIndex={0}
      role="img"
      aria-label={`${label}: ${t("map.cells", { count: cells.length })}. ${sum}`}
      onMouseMove={(event) => to(under(event))}
      onMouseLeave={() => to(-1)}
      onClick={(event) => choose(under(event))}
      onKeyDown={press}
      onBlur={() => to(-1)}
    />
  );
}

function draw(element: HTMLCanvasElement, cells: readonly Cell[], at: number, height: number): void {
  const width = element.clientWidth;
  const context = width ? element.getContext("2d") : null;
  if (!context) return;
  const ratio = window.devicePixelRatio || 1;
  element.width = width * ratio;
  element.height = height * ratio;
  context.scale(ratio, ratio);
  const { step, hidden } = layoutOf(cells.length, width);
  const colours = palette();
  cells.slice(hidden).forEach((cell, i) => {
    const [x, wide] = [i * step, step - GAP];
    paintCounts(context, cell.counts, colours, x, 0, wide, height);
    if (i + hidden !== at) return;
    context.strokeStyle = colours.text;
    context.lineWidth = 2;
    context.strokeRect(x + 1, 1, wide - 2, height - 2);
  });
}

/** How the classes look, and what they are called. */
export function ClassLegend({ classes }: { classes: readonly ClassName[] }) {
  const { t, word } = useWords();
  return (
    <ul className="classes" aria-label={t("map.classes")}>
      {classes
        .filter((name) => name !== "halt")
        .map((name) => (
          <li key={name} title={word("class", `${name}.text`)}>
            <Swatch name={name} />
            {word("class", name === "closed" ? "closed_or_halt" : name)}
          </li>
        ))}
    </ul>
  );
}

function Swatch({ name }: { name: ClassName }) {
  const drawn = useColours();
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    context.setTransform(2, 0, 0, 2, 0, 0);
    context.clearRect(0, 0, 14, 10);
    paint(context, name, palette(), 0, 0, 14, 10);
  }, [name, drawn]);
  return <canvas ref={canvas} width="28" height="20" aria-hidden="true" />;
}
