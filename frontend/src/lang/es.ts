import api from "./es/api.json";
import backtests from "./es/backtests.json";
import chart from "./es/chart.json";
import core from "./es/core.json";
import explore from "./es/explore.json";
import extract from "./es/extract.json";
import hints from "./es/hints.json";
import overview from "./es/overview.json";
import quality from "./es/quality.json";
import runs from "./es/runs.json";
import search from "./es/search.json";
import studies from "./es/studies.json";
import trading from "./es/trading.json";
import type { Words } from "./en";

const words: Words = {
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
export default words;
