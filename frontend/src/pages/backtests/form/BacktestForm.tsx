import { type FormEvent, useEffect, useMemo, useRef, useState } from "react";
import { api, got, type Schemas } from "../../../api/client";
import { useWords } from "../../../lang/words";
import { FieldControl, Fields } from "../../../ui/Fields";
import type { Field } from "../../../ui/fields";
import type { Job } from "../../../ui/JobView";
import { type Form, useForm } from "../../../ui/useForm";
import type { SpecFieldInfo, StrategyInfo } from "../results";
import { type SpecValues, writeSpec } from "../spec";
import { changedOf, generalFields, type GroupName, groupOf, GROUPS, headingOf, parameterFields } from "./specForm";

interface BacktestFormProps {
  fields: readonly SpecFieldInfo[];
  strategies: readonly StrategyInfo[];
  instruments: readonly Schemas["InstrumentInfo"][];
  /** Initial values. */
  spec: SpecValues;
  started: (job: Job) => void;
  /** Receives what the form says whenever that changes. */
  changed: (said: URLSearchParams) => void;
}

/** The form of a backtest: the strategy with its parameters, and every field of a spec; rare ones are folded. */
export function BacktestForm({ fields, strategies, instruments, spec, started, changed }: BacktestFormProps) {
  const { t, language } = useWords();
  const [begun] = useState(spec);
  const [given, setGiven] = useState<Record<string, unknown>>(spec.parameters ?? {});
  const [failure, setFailure] = useState("");
  const [busy, setBusy] = useState(false);
  const [touched, setTouched] = useState(false);
  const choice = useForm(useStrategyField(strategies, begun.strategy));
  const strategy = strategies.find((one) => one.name === choice.typed.strategy);
  // Labels and hints are sentences, which change with the language.
  const general = useForm(
    useMemo(() => generalFields(fields, begun, instruments), [fields, begun, instruments, language]), // eslint-disable-line react-hooks/exhaustive-deps
  );
  const own = useForm(useMemo(() => parameterFields(strategy, given), [strategy, given]));
  const current = useMemo(
    () => ({ ...choice.values, ...general.values, parameters: own.values }),
    [choice.values, general.values, own.values],
  );
  const tell = useRef(changed);
  useEffect(() => {
    tell.current = changed;
  });
  useEffect(() => {
    if (touched) tell.current(writeSpec(current, fields));
  }, [touched, current, fields]);

  function chooseStrategy(name: string, value: string | boolean) {
    choice.type(name, value);
    own.reset();
    setGiven({});
  }

  async function submit(event: FormEvent) {
    event.preventDefault();
    setFailure("");
    const sound = [general.check(), own.check()].every(Boolean);
    if (!sound) return;
    setBusy(true);
    try {
      started(await got(api.POST("/api/v1/backtests", { body: current as unknown as Schemas["BacktestSpec"] })));
    } catch (error) {
      setFailure(own.show(error) && general.show(error) && choice.show(error));
    }
    setBusy(false);
  }

  return (
    <form className="body stack" noValidate onSubmit={(event) => void submit(event)} onInput={() => setTouched(true)}>
      <div className="two">
        <div className="stack">
          <Fields form={{ ...choice, type: chooseStrategy }} />
          <p className="muted small">{strategy?.summary}</p>
          <fieldset>
            <legend className="unseen">{t("backtest.parameters")}</legend>
            <Fields form={own} />
          </fieldset>
        </div>
        <div className="stack">
          {GROUPS.filter((group) => !group.rare).map(({ name }) => (
            <Group key={name} form={general} group={name} />
          ))}
          {GROUPS.filter((group) => group.rare).map(({ name }) => (
            <Fold key={name} form={general} group={name} changed={changedOf(name, fields, general.values).length} />
          ))}
        </div>
      </div>
      {failure && (
        <p className="loss" role="alert">
          {failure}
        </p>
      )}
      <div className="row">
        <button type="submit" className="primary" disabled={busy}>
          {t("backtest.run")}
        </button>
      </div>
    </form>
  );
}

function useStrategyField(strategies: readonly StrategyInfo[], chosen: unknown): Field[] {
  const { t } = useWords();
  return useMemo(() => {
    const value = typeof chosen === "string" ? chosen : strategies[0]?.name;
    return [
      {
        name: "strategy",
        label: t("field.strategy"),
        kind: "choice",
        value,
        choices: strategies.map((one) => one.name),
      },
    ];
  }, [strategies, chosen, t]);
}

function Group({ form, group }: { form: Form; group: GroupName }) {
  const { word } = useWords();
  return (
    <fieldset>
      <legend className="unseen">{word("group.form", group)}</legend>
      <div className="fields">
        {form.fields
          .filter((field) => groupOf(field.name) === group)
          .map((field) => (
            <FieldControl key={field.name} field={field} form={form} />
          ))}
      </div>
    </fieldset>
  );
}

/** A group that is folded unless a field of it says something, or is wrong. */
function Fold({ form, group, changed }: { form: Form; group: GroupName; changed: number }) {
  const place = useRef<HTMLDetailsElement>(null);
  const [open, setOpen] = useState(changed > 0);
  const faulty = form.fields.some((field) => groupOf(field.name) === group && form.wrong[field.name]);
  useEffect(() => {
    if (!faulty || !place.current || place.current.open) return;
    place.current.open = true;
    place.current.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [faulty]);
  return (
    <details className="fold" ref={place} open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{headingOf(group, changed)}</summary>
      <Group form={form} group={group} />
    </details>
  );
}
