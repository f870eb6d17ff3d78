import { type FormEvent, useMemo, useState } from "react";
import { api, got, type Schemas } from "../../api/client";
import { useWords } from "../../lang/words";
import { Fields } from "../../ui/Fields";
import type { Field } from "../../ui/fields";
import type { Job } from "../../ui/JobView";
import { useForm } from "../../ui/useForm";

type Asked = Schemas["ImportAsked"];
type Started = Schemas["StartedImport"];

/** Files of the server's folder of imports to read and store; what cannot be imported is refused in words. */
export function ImportForm({ started }: { started: (job: Job) => void }) {
  const { t } = useWords();
  const form = useForm(useFields());
  const [said, setSaid] = useState("");
  const [done, setDone] = useState<Started>();
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent) {
    event.preventDefault();
    setSaid("");
    setDone(undefined);
    if (!form.check()) return;
    setBusy(true);
    try {
      const body = form.values as unknown as Asked;
      const begun: Started = await got(api.POST("/api/v1/imports", { body }));
      if (begun.job) started(begun.job);
      setDone(begun);
    } catch (error) {
      setSaid(form.show(error));
    }
    setBusy(false);
  }

  return (
    <form className="body stack" noValidate onSubmit={(event) => void submit(event)}>
      <Fields form={form} />
      <p className="loss" role="alert" hidden={!said}>
        {said}
      </p>
      <div className="row">
        <button type="submit" className="primary" disabled={busy}>
          {t("quality.import.start")}
        </button>
        <span className="muted small" role="status">
          {busy
            ? t("quality.import.reading")
            : done && t(done.job ? "quality.import.begun" : "quality.import.nothing", { number: done.id })}
        </span>
      </div>
    </form>
  );
}

function useFields(): Field[] {
  const { t } = useWords();
  return useMemo<Field[]>(
    () => [
      {
        name: "path",
        label: t("quality.imports.path"),
        kind: "text",
        required: true,
        placeholder: "firstrate/ES_Z25.txt",
        hint: t("quality.import.path.hint"),
      },
      {
        name: "profile",
        label: t("quality.import.profile"),
        kind: "text",
        placeholder: "firstrate",
        hint: t("quality.import.profile.hint"),
      },
      { name: "source", label: t("quality.origins.source"), kind: "text", hint: t("quality.import.source.hint") },
      {
        name: "zone",
        label: t("quality.import.zone"),
        kind: "text",
        placeholder: "America/New_York",
        hint: t("quality.import.profiles"),
      },
      {
        name: "label",
        label: t("quality.import.label"),
        kind: "choice",
        value: "",
        choices: [
          ["", t("quality.import.profiles")],
          ["start", t("quality.import.label.start")],
          ["end", t("quality.import.label.end")],
        ],
      },
      {
        name: "instrument",
        label: t("field.symbol"),
        kind: "text",
        placeholder: "ES",
        hint: t("quality.import.names"),
      },
      {
        name: "contract",
        label: t("field.contract"),
        kind: "text",
        pattern: "\\d{6}",
        placeholder: "202512",
        hint: t("quality.import.names"),
      },
      { name: "rolls", label: t("quality.import.rolls"), kind: "text", hint: t("quality.import.rolls.hint") },
      { name: "accept_doubts", label: t("quality.import.accept"), kind: "check" },
      { name: "synthetic", label: t("quality.import.synthetic"), kind: "check" },
    ],
    [t],
  );
}
