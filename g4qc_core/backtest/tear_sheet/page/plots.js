/* The charts: Bokeh's document, with its texts and colours put in for the language and the theme. */
"use strict";

(() => {
  const text = document.getElementById("sheet-charts").textContent;
  const DARK = { "#0f766e": "#3fb6a8", "#c2410c": "#f0824f", "#0b63b8": "#6cb2f7", "#566273": "#97a4b4", "#8a5a00": "#f2c46b", "#18212c": "#e2e8ef", "#f8fafc": "#19212b" };
  const axis = unpacked(G4QC.data.axis);
  let shown = null;

  /* Where candles start, as numbers of bars and as instants; sent as differences. */
  function unpacked(sent) {
    if (!sent) return null;
    const sums = (steps, scale) => { let at = 0; return steps.map((step) => (at += step) * scale); };
    return { starts: sums(sent.starts, 1), stamps: sums(sent.minutes, 60000), step: sent.step };
  }

  function instant(bar) {
    let low = 0, high = axis.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (axis.starts[middle] <= bar) low = middle; else high = middle - 1;
    }
    return axis.stamps[low] + (bar - axis.starts[low]) * axis.step;
  }

  /* Bars are numbered, so that nights and weekends leave no holes; the axis looks up their dates. */
  G4QC.barTick = (tick, range) => {
    const bar = Math.round(tick);
    if (bar < 0 || bar >= G4QC.data.bars || Math.abs(tick - bar) > 1e-6) return "";
    const close = (range.end - range.start) * axis.step < 6 * 86400e3;
    return G4QC.format(close ? "minute" : "day", String(instant(bar)));
  };

  /* A number of a vertical axis, with the decimals that tell its neighbour apart. */
  G4QC.valueTick = (tick, ticks, kind) => {
    const gap = ticks.length > 1 ? Math.abs(ticks[1] - ticks[0]) : Math.abs(tick) || 1;
    const digits = Math.min(6, Math.max(0, -Math.floor(Math.log10(gap * (kind === "percent" ? 100 : 1)) + 1e-9)));
    const style = { minimumFractionDigits: digits, maximumFractionDigits: digits };
    if (kind === "percent") return G4QC.number(tick, { ...style, style: "percent" });
    if (kind === "compact") return G4QC.number(tick, { notation: "compact", maximumFractionDigits: 1 });
    return G4QC.number(tick, style);
  };

  function document_() {
    const filled = text
      .replace(/§([\w.]+)§/g, (_, key) => JSON.stringify(G4QC.say(key)).slice(1, -1))
      .replace(/#[0-9a-f]{6}/g, (colour) => (G4QC.dark() ? DARK[colour] ?? colour : colour));
    const narrow = document.documentElement.clientWidth < 600;
    return JSON.parse(narrow ? filled.replaceAll('"desired_num_ticks":7', '"desired_num_ticks":2') : filled);
  }

  /* The trades are sent once, for the table; the chart's source gets its columns from there. */
  function addTrades(value) {
    if (Array.isArray(value)) value.forEach(addTrades);
    else if (value && typeof value === "object") {
      if (value.name === "ColumnDataSource" && value.attributes?.name === "trades") {
        value.attributes.data = { type: "map", entries: Object.entries(G4QC.tradeMarks()) };
      } else Object.values(value).forEach(addTrades);
    }
  }

  const nextFrame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));

  async function draw() {
    const made = document_();
    if (!made.document) return;
    addTrades(made.document);
    const old = shown?.doc.get_model_by_name("bars");
    const range = old ? [old.start, old.end] : null;
    for (const view of shown?.views ?? []) view.remove();
    for (const id of Object.values(made.roots)) document.getElementById(id).replaceChildren();
    const key = "sheet";
    const items = [{ docid: key, roots: made.roots, root_ids: Object.keys(made.roots) }];
    const managers = await Bokeh.embed.embed_items({ [key]: made.document }, items);
    const views = managers.flatMap((manager) => [...manager]);
    const doc = views[0].model.document;
    shown = { doc, views };
    const bars = doc.get_model_by_name("bars");
    if (bars && range) [bars.start, bars.end] = range;
    await nextFrame();
    document.documentElement.dataset.drawn = `${G4QC.language()}-${G4QC.dark() ? "dark" : "light"}`;
  }

  /* One drawing after the other; of those that wait, the last one is enough. */
  let drawing = Promise.resolve(), wanted = 0;
  G4QC.onChange(() => {
    const mine = ++wanted;
    drawing = drawing.then(() => (mine === wanted ? draw() : null));
    drawing.catch((error) => console.error(error));
  });
})();
