/**
 * Tables that sort by a click or a key on a heading. Must not know what the rows are.
 */

import { fill, h } from "./dom.js";
import { t } from "./lang.js";

/**
 * @typedef {object} Column
 * @property {string} name key of the column
 * @property {string} title
 * @property {(row: any) => any} show content of a cell
 * @property {(row: any) => any} [value] what it sorts by; without it the column does not sort
 * @property {boolean} [number] aligned as a number
 * @property {boolean} [words] may break into lines
 */

/**
 * A table and a function that shows rows in it.
 * @param {Column[]} columns
 * @param {{caption: string, sort?: string, descending?: boolean, mark?: (row: any) => boolean, most?: number}} options
 *   `most`: rows that are drawn before somebody asks for more
 * @returns {{element: HTMLElement, show: (rows: any[]) => void}}
 */
export function sortable(columns, options) {
  const state = { by: options.sort ?? "", descending: options.descending ?? false, rows: [], drawn: options.most ?? 500 };
  const body = h("tbody");
  const more = h("button.quiet", { type: "button", hidden: true, on: { click: () => ((state.drawn *= 4), draw()) } });
  const heads = columns.map((column) => heading(column, sortBy));
  const table = h("table", {}, h("caption.unseen", {}, options.caption), h("thead", {}, h("tr", {}, heads)), body);

  function sortBy(name) {
    const column = columns.find((one) => one.name === name);
    state.descending = state.by === name ? !state.descending : Boolean(column?.number);
    state.by = name;
    draw();
  }

  function draw() {
    columns.forEach((column, i) => {
      if (column.name === state.by) heads[i].setAttribute("aria-sort", state.descending ? "descending" : "ascending");
      else heads[i].removeAttribute("aria-sort");
    });
    const column = columns.find((one) => one.name === state.by && one.value);
    const rows = column ? [...state.rows].sort(order(column.value, state.descending)) : state.rows;
    fill(body, rows.slice(0, state.drawn).map((row) => line(columns, row, options.mark)));
    more.hidden = rows.length <= state.drawn;
    fill(more, t("table.more", { shown: state.drawn, rows: rows.length }));
  }

  return {
    element: h("div.scroll", { tabindex: "0", role: "region", "aria-label": options.caption }, table, more),
    show(rows) {
      state.rows = rows;
      draw();
    },
  };
}

function heading(column, sortBy) {
  const title = column.value ? h("button", { type: "button", on: { click: () => sortBy(column.name) } }, column.title) : column.title;
  return h(column.number ? "th.num" : "th", { scope: "col" }, title);
}

function line(columns, row, mark) {
  const cells = columns.map((column) => h(column.number ? "td.num" : column.words ? "td.words" : "td", {}, column.show(row)));
  return h(mark?.(row) ? "tr.marked" : "tr", {}, cells);
}

/** Missing values stand last in either order. */
function order(value, descending) {
  return (one, other) => {
    const [a, b] = [value(one), value(other)];
    if (a === b) return 0;
    if (a === null || a === undefined) return 1;
    if (b === null || b === undefined) return -1;
    return (a < b ? -1 : 1) * (descending ? -1 : 1);
  };
}
