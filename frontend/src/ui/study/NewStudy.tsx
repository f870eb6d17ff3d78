import { type SyntheticEvent, useEffect, useRef, useState } from "react";
import { number } from "../../format/format";
import { type Key, useWords } from "../../lang/words";
import { useQueryString } from "../address";
import { sentence } from "../failures";
import { Region } from "../Region";
import { readAddress, withoutNulls, writeAddress } from "../specAddress";
import { SpecForm } from "../SpecForm";
import { useSpecForm } from "../useSpecForm";
import { type Plan, planOf, type Spec, start, type Started, useNamed, useStudy } from "./studies";
import type { StudyKindPage } from "./StudyPage";

const OF_THE_PAGE = ["new", "like", "again"];
const WAIT = 600;

interface FormProps {
  page: StudyKindPage;
  begun: (job: Started) => void;
}

interface NewStudyProps extends FormProps {
  /** What stands before the form is there, so that it moves no more. */
  settled: boolean;
}

/**
 * The form of a new study. Its values stand in the address, where links from other pages put them, and begin as those
 * of another study if the address says so.
 */
export function NewStudy({ page, begun, settled }: NewStudyProps) {
  const { t } = useWords();
  const [query, setQuery] = useQueryString();
  const open = query.size > 0;
  const place = useRef<HTMLDetailsElement>(null);
  const like = query.get("like") ?? query.get("again");
  const [linked] = useState(open);
  useEffect(() => {
    if (settled && (linked || like)) place.current?.scrollIntoView({ block: "start" });
  }, [settled, linked, like]);

  function toggle(event: SyntheticEvent<HTMLDetailsElement>) {
    const now = event.currentTarget.open;
    if (event.target !== event.currentTarget || now === open) return;
    setQuery(now ? new URLSearchParams({ new: "1" }) : new URLSearchParams());
  }
  return (
    <details className="card" open={open} onToggle={toggle} ref={place}>
      <summary>{t(`study.new.${page.name}` as Key)}</summary>
      {open && (query.has("again") ? <Again page={page} begun={begun} /> : <Like page={page} begun={begun} />)}
    </details>
  );
}

function Again(props: FormProps) {
  const [query] = useQueryString();
  const id = query.get("again") ?? "";
  const study = useStudy(props.page.kind, id);
  return <Region query={study}>{(one) => <Asked key={id} {...props} given={one.spec} />}</Region>;
}

function Like(props: FormProps) {
  const [query] = useQueryString();
  const name = query.get("like");
  const named = useNamed(props.page.kind);
  if (!name) return <Asked {...props} given={{}} />;
  return (
    <Region query={named}>
      {(found) => <Asked key={name} {...props} given={found.specs.find((one) => one.name === name)?.spec ?? {}} />}
    </Region>
  );
}

function Asked({ page, begun, given }: FormProps & { given: Spec }) {
  const { t } = useWords();
  const [query, setQuery] = useQueryString();
  const [{ value: said, wrong }] = useState(() => readAddress(query, page.shape, OF_THE_PAGE));
  // A changed spec is another one: its name is not that of the first.
  const form = useSpecForm(page.shape, { ...withoutNulls({ ...given, name: undefined }), ...said });
  const [failure, setFailure] = useState("");
  const [busy, setBusy] = useState(false);
  const plan = usePlan(page, form.value);
  useEffect(() => {
    const next = writeAddress(form.value);
    next.set("new", "1");
    setQuery(next);
  }, [form.value, setQuery]);

  async function submit(event: SyntheticEvent) {
    event.preventDefault();
    setFailure("");
    if (!form.check()) return;
    setBusy(true);
    try {
      begun(await start(page.kind, form.value));
    } catch (error) {
      setFailure(form.show(error));
    }
    setBusy(false);
  }
  return (
    <form className="body stack" noValidate onSubmit={(event) => void submit(event)}>
      {wrong.length > 0 && <p className="notice">{t("study.strange", { what: wrong.join(", ") })}</p>}
      <SpecForm form={form} groups={page.groups} offers={page.offers} />
      <Costs plan={plan} />
      {failure && (
        <p className="loss" role="alert">
          {failure}
        </p>
      )}
      <div className="row">
        <button type="submit" className="primary" disabled={busy}>
          {t(`study.start.${page.name}` as Key)}
        </button>
        <button type="button" onClick={() => form.reset()}>
          {t("study.reset")}
        </button>
      </div>
    </form>
  );
}

type Planned = { plan?: Plan; failure?: string };

/** What a spec would do, asked for when nothing was typed for a moment. */
function usePlan(page: StudyKindPage, value: Spec): Planned {
  const { language } = useWords();
  const [planned, setPlanned] = useState<Planned>({});
  const text = JSON.stringify(value);
  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(() => {
      planOf(page.kind, JSON.parse(text) as Spec, stop.signal)
        .then((plan) => setPlanned({ plan }))
        .catch((error: unknown) => stop.signal.aborted || setPlanned({ failure: sentence(error) }));
    }, WAIT);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [page.kind, text, language]);
  return planned;
}

/** What will be done, and the trials that it adds, which lower what every result of the strategy is worth. */
function Costs({ plan: { plan, failure } }: { plan: Planned }) {
  const { t } = useWords();
  return (
    <div className="cost" role="status">
      <h3>{t("study.cost")}</h3>
      {failure && <p className="muted">{failure}</p>}
      {plan?.words && <p>{plan.words}</p>}
      {plan && <p>{trials(plan, t)}</p>}
      {plan && plan.trials !== 0 && <p className="small muted">{t("study.cost.note")}</p>}
    </div>
  );
}

function trials(plan: Plan, t: ReturnType<typeof useWords>["t"]): string {
  const [family = "", before = 0] = Object.entries(plan.tried)[0] ?? [];
  if (plan.trials === 0) return t("study.cost.none");
  if (plan.trials === null) return t("study.cost.unknown", { family, before });
  return t("study.cost.trials", {
    count: plan.trials ?? 0,
    family,
    before,
    after: number(before + (plan.trials ?? 0)),
  });
}
