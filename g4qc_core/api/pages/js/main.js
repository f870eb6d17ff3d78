/** Begins: reads the words, builds the frame, and hands over to the page that the address names. */

import { loadWords } from "./lang.js";
import { buildShell, PAGES } from "./shell.js";

const OPENERS = {
  overview: () => import("./overview.js"),
  extract: () => import("./extract.js"),
  chart: () => import("./chart.js"),
  backtests: () => import("./backtests.js"),
  quality: () => import("./quality.js"),
};

const asked = location.pathname.slice(1) || "overview";
const name = PAGES.includes(asked) ? asked : "overview";
const [page] = await Promise.all([OPENERS[name](), loadWords()]);
page.open(buildShell(name));
