import { type FormEvent, useState } from "react";
import { api, got, type Schemas } from "../../api/client";
import { useWords } from "../../lang/words";
import { Card } from "../../ui/Card";
import { FieldControl } from "../../ui/Fields";
import { MARKET, type SpecWords, useSpecWords } from "../../ui/marketFields";
import { type Metrics, useMetrics } from "../../ui/metrics";
import { Region } from "../../ui/Region";
import type { Form } from "../../ui/useForm";
import { Constraints } from "./Constraints";
import { PlanCard, usePlan } from "./PlanCard";
import { SpaceEditor } from "./SpaceEditor";
import { OF_SEARCH, useSearchForm } from "./useSearchForm";

/** The form of a new search. */
export function SearchForm({ started }: { started: (work: Schemas["StartedWork"]) => void }) {
  const { t } = useWords();
  const words = useSpecWords();
  const metrics = useMetrics();
  return (
    <Card title={t("search.new")}>
      <Region query={words}>
        {(known) => (
          <Region query={metrics}>{(figures) => <Inner words={known} metrics={figures} started={started} />}</Region>
        )}
      </Region>
    </Card>
  );
}

interface InnerProps {
  words: SpecWords;
  metrics: Metrics;
  started: (work: Schemas["StartedWork"]) => void;
}

function Inner({ words, metrics, started }: InnerProps) {
  const { t } = useWords();
  const { form, parameters, space, sets, bounds, setBounds, setTried, body } = useSearchForm(words, metrics);
  const { plan, current } = usePlan(body);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState("");

  async function start(event: FormEvent) {
    event.preventDefault();
    if (!form.check()) return;
    setBusy(true);
    setFailure("");
    try {
      started(await got(api.POST("/api/v1/searches", { body: body as Schemas["SearchSpec"] })));
    } catch (error) {
      setFailure(form.show(error));
    }
    setBusy(false);
  }

  const named = (names: readonly string[]) => <Named form={form} names={names} />;
  const seldom = words.fields.map((one) => one.name).filter((name) => !MARKET.includes(name));
  return (
    <form className="body stack" noValidate onSubmit={(event) => void start(event)}>
      {named(MARKET)}
      <div className="wide-narrow">
        <div className="stack">
          <h3>{t("search.space")}</h3>
          <div className="scroll" tabIndex={0} role="region" aria-label={t("search.space")}>
            <SpaceEditor id={form.id} parameters={parameters} space={space} change={setTried} />
          </div>
        </div>
        <div className="stack">
          {named(["objective", "method", "trials", "minutes"])}
          <Constraints bounds={bounds} metrics={metrics} change={setBounds} />
        </div>
      </div>
      <details>
        <summary>{t("search.more")}</summary>
        <div className="stack padded">{named([...seldom, ...OF_SEARCH.slice(4)])}</div>
      </details>
      <PlanCard plan={plan} current={current} sets={sets} />
      {failure && (
        <p className="loss" role="alert">
          {failure}
        </p>
      )}
      <div>
        <button type="submit" className="primary" disabled={busy}>
          {t("search.start")}
        </button>
      </div>
    </form>
  );
}

function Named({ form, names }: { form: Form; names: readonly string[] }) {
  return (
    <div className="fields">
      {names.map((name) => {
        const field = form.fields.find((one) => one.name === name);
        return field && <FieldControl key={name} field={field} form={form} />;
      })}
    </div>
  );
}
