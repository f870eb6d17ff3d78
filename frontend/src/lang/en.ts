import api from "./en/api.json";
import backtests from "./en/backtests.json";
import chart from "./en/chart.json";
import core from "./en/core.json";
import explore from "./en/explore.json";
import extract from "./en/extract.json";
import hints from "./en/hints.json";
import overview from "./en/overview.json";
import quality from "./en/quality.json";
import runs from "./en/runs.json";
import search from "./en/search.json";
import studies from "./en/studies.json";
import trading from "./en/trading.json";

const words = {
  ...api,
  ...backtests,
  ...chart,
  ...core,
  ...explore,
  ...extract,
  ...hints,
  ...overview,
  ...quality,
  ...runs,
  ...search,
  ...studies,
  ...trading,
};

/** Every sentence of the pages by its key. */
export type Words = typeof words;
export default words;
