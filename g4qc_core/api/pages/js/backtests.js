/** Backtests: run one, see all, look into one, compare several. */

import { fill, h } from "./dom.js";
import { get } from "./api.js";
import { backtestForm } from "./backtest/form.js";
import { resultList } from "./backtest/list.js";
import { showComparison } from "./backtest/compare.js";
import { showDetail } from "./backtest/detail.js";
import { readSpec } from "./backtest/spec.js";
import { unusedKeys } from "./backtest/unused.js";
import { liveJob } from "./job.js";
import { region } from "./load.js";
import { t } from "./lang.js";

/** @param {HTMLElement} main */
export function open(main) {
  const asked = new URLSearchParams(location.search);
  const compared = asked.getAll("compare");
  if (compared.length) showComparison(main, compared);
  else if (asked.get("id")) showDetail(main, String(asked.get("id")));
  else showAll(main, asked.get("again"));
}

/** @param {string | null} again id of the result that is run again and compared */
function showAll(main, again) {
  const [form, live, list] = [h("div"), h("div"), h("div")];
  const running = h("section.card", { hidden: true }, h("header", {}, h("h2", {}, t("backtests.running"))), live);
  fill(main,
    h("div.head", {}, h("h1", {}, t("nav.backtests")), h("p", {}, again ? t("backtests.again") : t("backtests.about"))),
    h("section.card", {}, h("header", {}, h("h2", {}, t("backtests.new"))), form),
    running,
    h("section.card", {}, h("header", {}, h("h2", {}, t("backtests.results"))), list),
    unusedKeys());
  const loadList = region(list, () => get("/backtests", { limit: 1000 }), (answer) => resultList(answer.backtests, () => loadList()));
  const parts = () => Promise.all([get("/backtests/fields"), get("/strategies"), get("/instruments"), again ? get(`/backtests/${encodeURIComponent(again)}`) : null]);
  region(form, parts, (answers) => makeForm(...answers), { keep: true })();
  loadList();

  /** Makes the form from the address, and otherwise from the result that is run again. */
  function makeForm(fields, strategies, instruments, result) {
    const { spec, wrong } = readSpec(new URLSearchParams(location.search), fields, strategies);
    const before = result ? { ...result.spec, name: null } : {};
    const known = !result || strategies.some((one) => one.name === result.strategy);
    const parameters = spec.parameters ?? ((spec.strategy ?? before.strategy) === before.strategy ? before.parameters : {});
    return h("div", {},
      wrong.length ? h("p.notice", { role: "alert" }, t("backtests.strange", { names: wrong.join(", ") })) : null,
      known ? null : h("p.notice", { role: "note" }, t("backtests.external"), " ", h("code", {}, `g4qc backtest ${result.name}`)),
      backtestForm({ fields, strategies, instruments, spec: { ...before, ...spec, parameters }, started, changed: write }));
  }

  /** Puts the form's values into the address, so that a link shows the same form elsewhere. */
  function write(said) {
    if (again) said.set("again", again);
    history.replaceState(null, "", `${location.pathname}?${said}`);
  }

  function started(job) {
    running.hidden = false;
    const element = liveJob(job, { ended: (ended) => (loadList(), ended.state === "succeeded" && finish(ended, element)) });
    live.prepend(element);
    running.scrollIntoView({ block: "nearest" });
  }

  /** Leads to the result, and to the comparison with the one it was made from. */
  async function finish(job, element) {
    const { backtests } = await get("/backtests", { name: job.backtest, limit: 1 });
    const made = backtests[0];
    if (!made) return;
    const links = [h("a.button", { href: `/backtests?id=${made.id}` }, t("backtest.open"))];
    if (again && again !== made.id) links.push(h("a.button", { href: `/backtests?compare=${again}&compare=${made.id}` }, t("backtest.compare")));
    element.append(h("div.row", {}, links));
    if (again && again === made.id) element.append(h("p.muted.small", {}, t("backtest.identical")));
  }
}
