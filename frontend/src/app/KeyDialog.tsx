import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useMemo, useState } from "react";
import { api, got, signIn } from "../api/client";
import { useWords } from "../lang/words";
import { Dialog } from "../ui/Confirm";
import { sentence } from "../ui/failures";
import { Fields } from "../ui/Fields";
import type { Field } from "../ui/fields";
import { Icon } from "../ui/Icon";
import { useForm } from "../ui/useForm";

/** Where the server has keys: who is asking, and a way to be somebody else. */
export function KeyButton({ ask }: { ask: () => void }) {
  const { t, word } = useWords();
  const session = useQuery({
    queryKey: ["session"],
    queryFn: ({ signal }) => got(api.GET("/api/v1/session", { signal })),
  }).data;
  if (!session?.keys_required) return null;
  const label = session.name
    ? t("key.who", { name: session.name, scope: word("scope", session.scope ?? "") })
    : t("key.title");
  return (
    <button type="button" className="quiet" title={label} aria-label={label} onClick={ask}>
      <Icon name="key" />
    </button>
  );
}

/** A field for the key. */
export function KeyDialog({ close }: { close: () => void }) {
  const { t } = useWords();
  const fields = useMemo<Field[]>(() => [{ name: "key", label: t("key.label"), kind: "secret", required: true }], [t]);
  const form = useForm(fields);
  const [busy, setBusy] = useState(false);

  async function use(event: FormEvent) {
    event.preventDefault();
    if (!form.check()) return;
    setBusy(true);
    try {
      await signIn(String(form.values.key));
      close();
    } catch (error) {
      form.blame("key", sentence(error));
    }
    setBusy(false);
  }

  async function forget() {
    await api.DELETE("/api/v1/session");
    location.reload();
  }

  return (
    <Dialog label={t("key.title")} close={close} className="key">
      <form className="stack" noValidate onSubmit={(event) => void use(event)}>
        <h2>{t("key.title")}</h2>
        <p className="muted">{t("key.text")}</p>
        <Fields form={form} />
        <div className="row">
          <button type="submit" className="primary" disabled={busy}>
            {t("key.use")}
          </button>
          <button type="button" onClick={() => void forget()}>
            {t("key.forget")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
