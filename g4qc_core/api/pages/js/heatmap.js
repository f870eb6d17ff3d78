/**
 * Rows of cells, each divided between the classes of its minutes: a map of what is known. Works with the mouse and with the
 * arrow keys; every cell is also said in words. Must not know what a cell stands for.
 */

import { fill, h } from "./dom.js";
import { number } from "./format.js";
import { t, word } from "./lang.js";
import { ALL, paint, paintCounts, palette } from "./chart/classes.js";
import { THEMED } from "./shell.js";

/** @typedef {{name: string, label: string, counts: Record<string, number>}} Cell */

const HEIGHT = 26;
const GAP = 1;
const LEAST = 5;
const MOST = 26;

export class Strip {
  /**
   * @param {string} label of the whole row
   * @param {Cell[]} cells
   * @param {{pick?: (cell: Cell) => void, say: (cell: Cell | null) => void, height?: number}} options
   */
  constructor(label, cells, options) {
    this.cells = cells;
    this.options = options;
    this.height = options.height ?? HEIGHT;
    this.at = -1;
    this.element = h("canvas.strip", {
      tabindex: "0",
      role: "img",
      "aria-label": `${label}: ${t("map.cells", { count: cells.length })}. ${cells.length ? summary(total(cells)) : ""}`,
      on: {
        mousemove: (event) => this.#to(this.#under(event)),
        mouseleave: () => this.#to(-1),
        click: (event) => this.#pick(this.#under(event)),
        keydown: (event) => this.#key(event),
        blur: () => this.#to(-1),
      },
    });
    new ResizeObserver(() => this.draw()).observe(this.element);
    document.addEventListener(THEMED, () => this.draw());
  }

  draw() {
    const { element } = this;
    const width = element.clientWidth;
    if (!width) return;
    const ratio = window.devicePixelRatio || 1;
    element.width = width * ratio;
    element.height = this.height * ratio;
    const context = element.getContext("2d");
    context.scale(ratio, ratio);
    this.step = Math.max(LEAST, Math.min(MOST, width / Math.max(1, this.cells.length)));
    const colours = palette();
    // Where not all fit, the newest do.
    this.hidden = Math.max(0, this.cells.length - Math.floor(width / this.step));
    this.cells.slice(this.hidden).forEach((cell, i) => {
      const [x, cellWidth] = [i * this.step, this.step - GAP];
      paintCounts(context, cell.counts, colours, x, 0, cellWidth, this.height);
      if (i + this.hidden === this.at) {
        context.strokeStyle = colours.text;
        context.lineWidth = 2;
        context.strokeRect(x + 1, 1, cellWidth - 2, this.height - 2);
      }
    });
  }

  #under(event) {
    const at = Math.floor(event.offsetX / this.step) + this.hidden;
    return at < this.cells.length ? at : -1;
  }

  #to(at) {
    if (at === this.at) return;
    this.at = at;
    this.draw();
    this.options.say(this.cells[at] ?? null);
  }

  #pick(at) {
    const cell = this.cells[at];
    if (cell && this.options.pick) this.options.pick(cell);
  }

  #key(event) {
    const last = this.cells.length - 1;
    const to = { ArrowLeft: Math.max(this.hidden, this.at < 0 ? last : this.at - 1), ArrowRight: Math.min(last, this.at + 1), Home: this.hidden, End: last }[event.key];
    if (to !== undefined) this.#to(to);
    else if (event.key === "Enter" || event.key === " ") this.#pick(this.at < 0 ? last : this.at);
    else return;
    event.preventDefault();
  }
}

/** What the classes of a cell add up to, in words. */
export function summary(counts) {
  const expected = ALL.reduce((sum, name) => sum + (counts[name] ?? 0), 0);
  const parts = ALL.filter((name) => counts[name] > 0).map((name) => `${number(counts[name])} ${word("class", name)}`);
  return `${t("map.minutes", { count: expected })}: ${parts.join(", ")}`;
}

/** The counts of all cells together. */
export function total(cells) {
  return Object.fromEntries(ALL.map((name) => [name, cells.reduce((sum, cell) => sum + (cell.counts[name] ?? 0), 0)]));
}

/** How the classes look, and what they are called. @param {string[]} classes */
export function legendOf(classes) {
  const swatches = new Map(classes.map((name) => [name, h("canvas", { width: "28", height: "20", "aria-hidden": "true" })]));
  const draw = () => {
    const colours = palette();
    for (const [name, canvas] of swatches) {
      const context = canvas.getContext("2d");
      context.setTransform(2, 0, 0, 2, 0, 0);
      context.clearRect(0, 0, 14, 10);
      paint(context, name, colours, 0, 0, 14, 10);
    }
  };
  draw();
  document.addEventListener(THEMED, draw);
  const list = h("ul.classes", { "aria-label": t("map.classes") });
  fill(list, [...swatches].filter(([name]) => name !== "halt").map(([name, canvas]) => h("li", { title: t(`class.${name}.text`) }, canvas, word("class", name === "closed" ? "closed_or_halt" : name))));
  return list;
}
