/* The table of trades: every row is there, and only those in sight are in the document. */
"use strict";

(() => {
  const HEIGHT = 27, SPARE = 12, PRINTED = 100;
  const sent = G4QC.data.trades;
  const place = document.getElementById("trade-rows");
  if (!sent) return;
  const columns = Object.fromEntries(sent.columns.map(([name, kind, values]) => [name, { kind, values: kind === "name" ? values : values }]));
  const count = sent.count;
  let order = Array.from({ length: count }, (_, row) => row);
  let sorted = { name: null, down: false };

  const value = (name, row) => {
    const { kind, values } = columns[name];
    return kind === "name" ? values.names[values.at[row]] : kind === "minute" ? values[row] * 1000 : values[row];
  };

  /* The columns that the chart of prices draws. */
  G4QC.tradeMarks = () => {
    const rows = Array.from({ length: count }, (_, row) => row);
    const won = rows.map((row) => value("profit", row) > 0);
    return {
      x0: sent.x0, x1: sent.x1, entry: sent.entry ?? columns.entry_price_own.values, exit: sent.exit ?? columns.exit_price_own.values,
      size: columns.size.values, profit: columns.profit.values,
      reason: rows.map((row) => shown("exit_reason", row)), contract: rows.map((row) => value("contract", row)),
      won: won.map(Number), marker: columns.size.values.map((size) => (size > 0 ? "triangle" : "inverted_triangle")),
    };
  };

  function shown(name, row) {
    const found = value(name, row);
    if (name === "exit_reason") return G4QC.say(`exit.${found}`).replace(/^exit\./, "");
    return columns[name].kind === "name" ? found : G4QC.format(columns[name].kind, found);
  }

  const body = place.querySelector("tbody");
  const heads = [...place.querySelectorAll("th[data-column]")];
  const names = heads.map((head) => head.dataset.column);
  place.querySelector("table").setAttribute("aria-rowcount", count + 1);

  function line(row, position) {
    const made = document.createElement("tr");
    made.setAttribute("aria-rowindex", position + 2);
    for (const name of names) {
      const cell = document.createElement("td");
      if (columns[name].kind !== "name") cell.className = "num";
      if (name === "profit") cell.classList.add(value(name, row) > 0 ? "gain" : value(name, row) < 0 ? "loss" : "even");
      cell.textContent = shown(name, row);
      made.append(cell);
    }
    return made;
  }

  function space(rows) {
    const made = document.createElement("tr");
    made.className = "space";
    made.setAttribute("aria-hidden", "true");
    made.style.height = `${rows * HEIGHT}px`;
    return made;
  }

  let from = -1, to = -1;
  function fill(first, end) {
    if (first === from && end === to) return;
    [from, to] = [first, end];
    body.replaceChildren(space(first), ...order.slice(first, end).map((row, i) => line(row, first + i)), space(count - end));
  }

  function show(again = false) {
    if (again) from = -1;
    const first = Math.max(0, Math.floor(place.scrollTop / HEIGHT) - SPARE);
    const start = first - (first % 2);
    fill(start, Math.min(count, start + Math.ceil((place.clientHeight || 470) / HEIGHT) + 2 * SPARE));
  }

  function sort(name) {
    sorted = { name, down: sorted.name === name ? !sorted.down : columns[name].kind !== "name" && name !== "entry_time" };
    const side = sorted.down ? -1 : 1;
    const keys = order.map((_, row) => value(name, row));
    order = Array.from({ length: count }, (_, row) => row)
      .sort((a, b) => (keys[a] < keys[b] ? -side : keys[a] > keys[b] ? side : a - b));
    for (const head of heads) head.setAttribute("aria-sort", head.dataset.column !== name ? "none" : sorted.down ? "descending" : "ascending");
    place.scrollTop = 0;
    show(true);
  }

  for (const head of heads) head.querySelector("button").addEventListener("click", () => sort(head.dataset.column));
  place.addEventListener("scroll", () => requestAnimationFrame(() => show()), { passive: true });
  window.addEventListener("beforeprint", () => { from = -1; fill(0, Math.min(count, PRINTED)); body.lastChild.remove(); });
  window.addEventListener("afterprint", () => show(true));
  G4QC.onChange(() => show(true));
})();
