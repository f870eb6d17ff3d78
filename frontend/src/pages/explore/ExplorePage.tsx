import "../../styles/explore.css";
import { useEffect, useMemo, useState } from "react";
import { api, got, type Schemas } from "../../api/client";
import { useWords } from "../../lang/words";
import { pathTo, useQueryString } from "../../ui/address";
import { Card, PageHead } from "../../ui/Card";
import { sentence } from "../../ui/failures";
import { FieldControl } from "../../ui/Fields";
import type { FieldValue } from "../../ui/fields";
import { type Job, LiveJob } from "../../ui/JobView";
import { PageLink } from "../../ui/Link";
import { fieldsSaid, MARKET, parametersSaid, specOf, specQuery, type SpecWords, useMarketFields, useSpecWords } from "../../ui/marketFields"; // prettier-ignore
import { Region } from "../../ui/Region";
import { monteCarloOf, walkForwardOf } from "../../ui/study/links";
import { useForm } from "../../ui/useForm";
import { ExplorePictures } from "./ExplorePictures";
import { LookedAt } from "./LookedAt";
import { Sliders } from "./Sliders";
import { withDefaults } from "./sliders";
import { useExploration } from "./useExploration";

const COSTS = ["slippage_ticks", "fee", "cash", "sizing", "adjustment"];
const WRITE_AFTER = 400;

/** Sliders for the parameters of a strategy, and what comes of them at once; the address says all of it. */
export default function ExplorePage() {
  const { t } = useWords();
  const words = useSpecWords();
  return (
    <>
      <PageHead title={t("nav.explore")} about={t("explore.about")} />
      <Region query={words}>{(known) => <Explorer words={known} />}</Region>
    </>
  );
}

/** The spec of the form, and the form; it stands in the address. */
function useExploredSpec(words: SpecWords) {
  const [query, setQuery] = useQueryString();
  const [said] = useState(() => new URLSearchParams(query));
  const [given] = useState(() => ({ strategy: words.strategies[0]?.name, instrument: words.instruments[0]?.symbol, ...fieldsSaid(said, words) })); // prettier-ignore
  const form = useForm(useMarketFields(words, given));
  const name = String(form.values.strategy ?? "");
  const strategy = words.strategies.find((one) => one.name === name);
  const [typed, setTyped] = useState<Record<string, Record<string, FieldValue>>>(() => ({ [name]: parametersSaid(said, strategy) })); // prettier-ignore
  const parameters = useMemo(
    () => withDefaults(strategy?.parameters ?? [], typed[name] ?? {}),
    [strategy, typed, name],
  );
  const spec = { ...specOf(words, form.values), parameters };
  return {
    form,
    strategy,
    parameters,
    spec,
    /** The address said what to look at. */
    begun: said.has("strategy"),
    setParameter: (parameter: string, value: FieldValue) =>
      setTyped((before) => ({ ...before, [name]: { ...before[name], [parameter]: value } })),
    address: new URLSearchParams(specQuery(spec)).toString(),
    setQuery,
  };
}

function Explorer({ words }: { words: SpecWords }) {
  const { t } = useWords();
  const { form, strategy, parameters, spec, begun, setParameter, address, setQuery } = useExploredSpec(words);
  const [started, setStarted] = useState(begun);
  const body = JSON.stringify(spec);
  const exploration = useExploration(started ? body : null);
  useEffect(() => {
    if (!started) return;
    const timer = setTimeout(() => setQuery(new URLSearchParams(address)), WRITE_AFTER);
    return () => clearTimeout(timer);
  }, [started, address, setQuery]);

  const control = (name: string) => {
    const field = form.fields.find((one) => one.name === name);
    return field && <FieldControl key={name} field={field} form={form} />;
  };
  return (
    <div className="explore">
      <div className="stack">
        <Card title={t("explore.set")}>
          <div className="body stack">
            <div className="fields two-wide">{MARKET.map(control)}</div>
            <Sliders parameters={strategy?.parameters ?? []} values={parameters} change={setParameter} />
            <details>
              <summary>{t("explore.costs")}</summary>
              <div className="fields two-wide padded">{COSTS.map(control)}</div>
            </details>
            {!started && (
              <>
                <p className="muted">{t("explore.counts")}</p>
                <div>
                  <button type="button" className="primary" onClick={() => setStarted(true)}>
                    {t("explore.start")}
                  </button>
                </div>
              </>
            )}
          </div>
        </Card>
        {started && <LookedAt exploration={exploration} />}
        {started && <Keep spec={spec} />}
      </div>
      <ExplorePictures exploration={exploration} started={started} />
    </div>
  );
}

/** Keep a set as a backtest, which the reference engine confirms, or open it in the form of backtests. */
function Keep({ spec }: { spec: Readonly<Record<string, unknown>> }) {
  const { t } = useWords();
  const [job, setJob] = useState<Job | null>(null);
  const [failure, setFailure] = useState("");
  const [busy, setBusy] = useState(false);
  async function keep() {
    setBusy(true);
    setFailure("");
    try {
      setJob(await got(api.POST("/api/v1/explore/keep", { body: spec as Schemas["BacktestSpec"] })));
    } catch (error) {
      setFailure(sentence(error));
    }
    setBusy(false);
  }
  return (
    <Card title={t("explore.keep.title")}>
      <div className="body stack">
        <p className="muted small">{t("explore.keep.text")}</p>
        <div className="row">
          <button type="button" className="primary" disabled={busy} onClick={() => void keep()}>
            {t("explore.keep")}
          </button>
          <PageLink className="button" href={pathTo("/backtests", specQuery(spec))}>
            {t("explore.form")}
          </PageLink>
          <PageLink className="button" href={pathTo("/search", { new: "1", ...marketOf(spec) })}>
            {t("explore.search")}
          </PageLink>
          <PageLink className="button" href={walkForwardOf(spec)}>
            {t("explore.walkforward")}
          </PageLink>
          <PageLink className="button" href={monteCarloOf(spec)}>
            {t("explore.montecarlo")}
          </PageLink>
        </div>
        {failure && (
          <p className="loss" role="alert">
            {failure}
          </p>
        )}
      </div>
      {job && (
        <LiveJob key={job.id} job={job}>
          {(now) => now.state === "succeeded" && <PageLink href="/backtests">{t("explore.kept")}</PageLink>}
        </LiveJob>
      )}
    </Card>
  );
}

/** The fields of a spec without the parameters of the strategy. */
function marketOf(spec: Readonly<Record<string, unknown>>): Record<string, string> {
  return specQuery({ ...spec, parameters: {} });
}
