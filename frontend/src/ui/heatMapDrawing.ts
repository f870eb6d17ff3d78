/** The drawing of a heat map: where its cells stand, and what is painted. */

import { colourAt, type ColourScale, placeOn } from "./colourScale";
import { colour } from "./theme";

/** An axis of a map: what stands at each place. */
export interface HeatAxis {
  name: string;
  labels: readonly string[];
}

/** A cell that is marked: the best one by a star, others by a ring. */
export interface HeatMark {
  x: number;
  y: number;
  kind: "best" | "ring";
}

/** A rectangle of cells, ends included. */
export interface CellRect {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

/** Where a map stands on its canvas, in pixels. */
export interface Frame {
  width: number;
  height: number;
  left: number;
  top: number;
  /** Width and height of all cells together. */
  wide: number;
  high: number;
  columns: number;
  rows: number;
}

const FONT = "11px system-ui, sans-serif";
const LETTER = 6.4;
const SHADES = 255;

/** Return the frame of a map on a canvas of this size. */
export function frameOf(x: HeatAxis, y: HeatAxis, width: number, height: number): Frame {
  const longest = Math.min(14, Math.max(2, ...y.labels.map((label) => label.length)));
  const left = 30 + longest * LETTER;
  const [top, below, right] = [10, 42, 14];
  return {
    width,
    height,
    left,
    top,
    wide: Math.max(1, width - left - right),
    high: Math.max(1, height - top - below),
    columns: x.labels.length,
    rows: y.labels.length,
  };
}

/** Return the cell under a point; null beside the map. */
export function under(frame: Frame, px: number, py: number): { x: number; y: number } | null {
  const x = Math.floor(((px - frame.left) / frame.wide) * frame.columns);
  const y = Math.floor(((frame.top + frame.high - py) / frame.high) * frame.rows);
  return x >= 0 && x < frame.columns && y >= 0 && y < frame.rows ? { x, y } : null;
}

/** Return the rectangle between two cells. */
export function rectOf(one: { x: number; y: number }, other: { x: number; y: number }): CellRect {
  return {
    x0: Math.min(one.x, other.x),
    y0: Math.min(one.y, other.y),
    x1: Math.max(one.x, other.x),
    y1: Math.max(one.y, other.y),
  };
}

/** Return the places of an axis at which a value is written: the first, the last, and as many between as have room. */
export function shownTicks(count: number, room: number): number[] {
  const most = Math.max(2, Math.floor(room));
  const step = Math.max(1, Math.ceil((count - 1) / (most - 1)));
  const found: number[] = [];
  for (let at = 0; at < count; at += step) found.push(at);
  const last = found.at(-1) ?? 0;
  if (last !== count - 1) {
    if (count - 1 - last < step / 2 && found.length > 1) found.pop();
    found.push(count - 1);
  }
  return count ? found : [];
}

/** Paint the cells and the axes. */
export function paintCells(
  canvas: HTMLCanvasElement,
  frame: Frame,
  x: HeatAxis,
  y: HeatAxis,
  values: Float64Array,
  scale: ColourScale,
): void {
  const context = cleared(canvas, frame);
  if (!context || !frame.columns || !frame.rows) return;
  context.fillStyle = colour("--hole");
  context.fillRect(frame.left, frame.top, frame.wide, frame.high);
  const image = imageOf(frame, values, scale);
  if (image) {
    context.imageSmoothingEnabled = false;
    context.drawImage(image, frame.left, frame.top, frame.wide, frame.high);
  }
  paintAxes(context, frame, x, y);
}

/** Return the cells as a picture of one pixel a cell, the lowest row below. */
function imageOf({ columns, rows }: Frame, values: Float64Array, scale: ColourScale): HTMLCanvasElement | null {
  const canvas = document.createElement("canvas");
  canvas.width = columns;
  canvas.height = rows;
  const context = canvas.getContext("2d");
  if (!context) return null;
  const image = context.createImageData(columns, rows);
  const [pixels, shades] = [new Uint32Array(image.data.buffer), pixelShades()];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const value = values[row * columns + column] ?? NaN;
      if (!Number.isFinite(value)) continue;
      const place = Math.round(placeOn(scale, value) * SHADES);
      pixels[(rows - 1 - row) * columns + column] = shades[place] ?? 0;
    }
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

/** Return the colours of a scale as pixels, from its dark end to its light one. */
function pixelShades(): Uint32Array {
  const bytes = new Uint8Array(4 * (SHADES + 1));
  for (let at = 0; at <= SHADES; at++) bytes.set([...colourAt(at / SHADES), 255], 4 * at);
  return new Uint32Array(bytes.buffer);
}

function paintAxes(context: CanvasRenderingContext2D, frame: Frame, x: HeatAxis, y: HeatAxis): void {
  const { left, top, wide, high, columns, rows } = frame;
  const bottom = top + high;
  context.font = FONT;
  context.fillStyle = colour("--muted");
  context.strokeStyle = colour("--rule-strong");
  context.strokeRect(left - 0.5, top - 0.5, wide + 1, high + 1);
  context.textAlign = "center";
  context.textBaseline = "top";
  const longest = Math.max(2, ...x.labels.map((label) => label.length));
  for (const at of shownTicks(columns, wide / (Math.min(longest, 14) * LETTER + 14))) {
    const middle = left + ((at + 0.5) * wide) / columns;
    context.fillRect(middle, bottom + 1, 1, 4);
    context.fillText(shortened(x.labels[at]), middle, bottom + 8);
  }
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const at of shownTicks(rows, high / 20)) {
    const middle = bottom - ((at + 0.5) * high) / rows;
    context.fillRect(left - 5, middle, 4, 1);
    context.fillText(shortened(y.labels[at]), left - 8, middle);
  }
  context.font = `600 ${FONT}`;
  context.fillStyle = colour("--text");
  context.textAlign = "center";
  context.textBaseline = "bottom";
  context.fillText(x.name, left + wide / 2, frame.height - 2);
  context.save();
  context.translate(12, top + high / 2);
  context.rotate(-Math.PI / 2);
  context.textBaseline = "middle";
  context.fillText(y.name, 0, 0);
  context.restore();
}

function shortened(label: string | undefined): string {
  return !label ? "" : label.length > 14 ? `${label.slice(0, 13)}…` : label;
}

interface Above {
  marks: readonly HeatMark[];
  chosen: CellRect | null;
  at: { x: number; y: number } | null;
}

/** Paint what stands above the cells: marks, the chosen rectangle, and the cell that is pointed at. */
export function paintAbove(canvas: HTMLCanvasElement, frame: Frame, { marks, chosen, at }: Above): void {
  const context = cleared(canvas, frame);
  if (!context || !frame.columns || !frame.rows) return;
  const [stepX, stepY] = [frame.wide / frame.columns, frame.high / frame.rows];
  const box = ({ x0, y0, x1, y1 }: CellRect) =>
    [
      frame.left + x0 * stepX,
      frame.top + (frame.rows - 1 - y1) * stepY,
      (x1 - x0 + 1) * stepX,
      (y1 - y0 + 1) * stepY,
    ] as const;
  if (chosen) {
    const [left, top, wide, high] = box(chosen);
    context.fillStyle = "rgb(0 0 0 / 45%)";
    const outside = new Path2D();
    outside.rect(frame.left, frame.top, frame.wide, frame.high);
    outside.rect(left, top, wide, high);
    context.fill(outside, "evenodd");
    outlined(context, left, top, wide, high);
  }
  for (const mark of marks) {
    const [left, top, wide, high] = box({ x0: mark.x, x1: mark.x, y0: mark.y, y1: mark.y });
    const path = mark.kind === "best" ? star(left + wide / 2, top + high / 2) : ring(left + wide / 2, top + high / 2);
    context.lineWidth = 3;
    context.strokeStyle = "#000";
    context.stroke(path);
    context.lineWidth = 1.3;
    context.strokeStyle = "#fff";
    context.stroke(path);
    if (mark.kind !== "best") continue;
    context.fillStyle = "#fff";
    context.fill(path);
  }
  if (at) outlined(context, ...box({ x0: at.x, x1: at.x, y0: at.y, y1: at.y }));
}

/** A frame that is seen on dark and on light cells. */
function outlined(context: CanvasRenderingContext2D, left: number, top: number, wide: number, high: number): void {
  context.lineWidth = 3;
  context.strokeStyle = "#000";
  context.strokeRect(left, top, wide, high);
  context.lineWidth = 1.5;
  context.strokeStyle = "#fff";
  context.strokeRect(left, top, wide, high);
}

function ring(x: number, y: number): Path2D {
  const path = new Path2D();
  path.arc(x, y, 4, 0, 2 * Math.PI);
  return path;
}

function star(x: number, y: number): Path2D {
  const path = new Path2D();
  for (let point = 0; point < 10; point++) {
    const [angle, reach] = [(point * Math.PI) / 5 - Math.PI / 2, point % 2 ? 3.4 : 8];
    path.lineTo(x + Math.cos(angle) * reach, y + Math.sin(angle) * reach);
  }
  path.closePath();
  return path;
}

/** Return the context of a canvas that has the size of the frame and nothing on it; null where it cannot be drawn on. */
function cleared(canvas: HTMLCanvasElement, { width, height }: Frame): CanvasRenderingContext2D | null {
  const context = width ? canvas.getContext("2d") : null;
  if (!context) return null;
  const ratio = window.devicePixelRatio || 1;
  const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== wide || canvas.height !== high) [canvas.width, canvas.height] = [wide, high];
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}
