import type { ReactNode } from "react";
import "../styles/spec.css";
import { useWords } from "../lang/words";
import { FieldControl } from "./Fields";
import { chosenOf, type Draft, draftOf, entriesOf, fieldOfLeaf, membersOf, rowsOfDraft } from "./specDraft";
import { isLeaf, type Leaf, type Member, type Shape } from "./specShape";
import type { SpecFormState } from "./useSpecForm";

/** Fields of a spec that stand together below a title. */
export interface SpecGroup {
  title: ReactNode;
  names: readonly string[];
  /** Folded at first. */
  folded?: boolean;
}

interface SpecFormProps {
  form: SpecFormState;
  /** The fields, in this order; those that no group names stand in a last, folded one. Without groups all stand together. */
  groups?: readonly SpecGroup[];
  /** Texts that are offered, by the path of the control with `*` for the number of a row, like `parts.*.backtest`. */
  offers?: Readonly<Record<string, readonly string[]>>;
}

/** The controls of a spec. The button, and what is done with `form.value`, are the page's. */
export function SpecForm({ form, groups, offers = {} }: SpecFormProps) {
  const { t } = useWords();
  const { members, name } = form.shape;
  const place = { form, offers, path: "", of: name };
  if (!groups) return <Members members={members} draft={form.draft} place={place} />;
  const named = groups.flatMap((one) => one.names);
  const rest = members.filter((one) => !named.includes(one.name)).map((one) => one.name);
  const all = rest.length ? [...groups, { title: t("spec.more"), names: rest, folded: true }] : groups;
  return all.map((group, at) => {
    const own = group.names.flatMap((one) => members.find((member) => member.name === one) ?? []);
    const controls = <Members members={own} draft={form.draft} place={place} />;
    return group.folded ? (
      <details key={at} className="group">
        <summary>{group.title}</summary>
        {controls}
      </details>
    ) : (
      <fieldset key={at} className="group">
        <legend>{group.title}</legend>
        {controls}
      </fieldset>
    );
  });
}

/** Where in the form something stands. */
interface Place {
  form: SpecFormState;
  offers: Readonly<Record<string, readonly string[]>>;
  path: string;
  /** Name of the schema that it is a value of. */
  of: string;
}

function Members({ members, draft, place }: { members: readonly Member[]; draft: Draft; place: Place }) {
  const drafts = membersOf(draft);
  const [flat, deep] = [members.filter((one) => isFlat(one.shape)), members.filter((one) => !isFlat(one.shape))];
  return (
    <div className="stack">
      {flat.length > 0 && <div className="fields">{flat.map((one) => control(one))}</div>}
      {deep.map((one) => control(one))}
    </div>
  );
  function control(member: Member) {
    const path = place.path ? `${place.path}.${member.name}` : member.name;
    return (
      <Control
        key={member.name}
        member={member}
        shape={member.shape}
        draft={drafts[member.name] ?? ""}
        place={{ ...place, path }}
      />
    );
  }
}

function Control({ member, shape, draft, place }: { member: Member; shape: Shape; draft: Draft; place: Place }) {
  const says = useSays(member, place.of);
  if (isLeaf(shape)) return <LeafControl leaf={shape} draft={draft} place={place} {...says} />;
  if (shape.kind === "list") return <ListControl shape={shape} draft={draft} place={place} {...says} />;
  if (shape.kind === "either") return <Either shape={shape} draft={draft} place={place} {...says} />;
  return (
    <fieldset className="nested" id={`${place.form.id}-${place.path}`} tabIndex={-1}>
      <legend>{says.label}</legend>
      <p className="hint">{says.hint}</p>
      {shape.kind === "object" && (
        <Members members={shape.members} draft={draft} place={{ ...place, of: shape.name }} />
      )}
      {shape.kind === "rows" && <Rows shape={shape} draft={draft} place={place} label={says.label} />}
      {shape.kind === "dictionary" && <Dictionary shape={shape} draft={draft} place={place} label={says.label} />}
      <Wrong place={place} />
    </fieldset>
  );
}

interface Says {
  label: string;
  hint: string;
}

/** The title and the description of a value. */
function useSays({ name }: Member, of: string): Says {
  const { word } = useWords();
  return {
    label: firstOf(word(`field.${of}`, name), word("field", name), name),
    hint: word(`hint.${of}`, name),
  };
}

function firstOf(own: string, shared: string, name: string): string {
  return own === name ? shared : own;
}

function LeafControl({ leaf, draft, place, ...says }: { leaf: Leaf; draft: Draft; place: Place } & Says) {
  const { word } = useWords();
  const { form, path } = place;
  const field = fieldOfLeaf(leaf, path);
  const name = path.split(".").at(-1) ?? "";
  const choices = leaf.choices?.map(
    (one) => [one, firstOf(word(`choice.${name}`, one), word(name, one), one)] as const,
  );
  const suggestions = place.offers[path.replace(/\.\d+/g, ".*")];
  const controls = {
    ...{ id: form.id, wrong: form.wrong, type: form.put },
    typed: { [path]: typeof draft === "object" ? "" : draft },
  };
  return <FieldControl field={{ ...field, ...says, choices, suggestions }} form={controls} />;
}

function ListControl(props: { shape: Extract<Shape, { kind: "list" }>; draft: Draft; place: Place } & Says) {
  const { shape, ...rest } = props;
  return <LeafControl leaf={{ kind: "text", example: shape.example }} {...rest} />;
}

function Either({
  shape,
  draft,
  place,
  ...says
}: {
  shape: Extract<Shape, { kind: "either" }>;
  draft: Draft;
  place: Place;
} & Says) {
  const { t, word } = useWords();
  const { option, drafts } = chosenOf(draft);
  const chosen = shape.options[option];
  return (
    <fieldset className="nested">
      <legend>{says.label}</legend>
      <div className="segments" role="group" aria-label={t("spec.how", { field: says.label })}>
        {shape.options.map((one, at) => (
          <button
            key={one.kind}
            type="button"
            aria-pressed={at === option}
            onClick={() => place.form.put(place.path, { option: at, drafts: kept(shape, drafts) })}
          >
            {word("spec.by", one.kind)}
          </button>
        ))}
      </div>
      {chosen && isLeaf(chosen) && <LeafControl leaf={chosen} draft={drafts[option] ?? ""} place={place} {...says} />}
      {chosen && !isLeaf(chosen) && (
        <div className="stack">
          <p className="hint">{says.hint}</p>
          {chosen.kind === "object" && (
            <Members members={chosen.members} draft={drafts[option] ?? ""} place={{ ...place, of: chosen.name }} />
          )}
          {chosen.kind === "dictionary" && (
            <Dictionary shape={chosen} draft={drafts[option] ?? ""} place={place} label={says.label} />
          )}
          <Wrong place={place} />
        </div>
      )}
    </fieldset>
  );
}

/** What was typed for each option; nothing yet for those that were not seen. */
function kept(shape: Extract<Shape, { kind: "either" }>, drafts: Draft[]): Draft[] {
  return shape.options.map((one, at) => drafts[at] ?? draftOf(one, undefined));
}

function Rows({
  shape,
  draft,
  place,
  label,
}: {
  shape: Extract<Shape, { kind: "rows" }>;
  draft: Draft;
  place: Place;
  label: string;
}) {
  const { t } = useWords();
  const rows = rowsOfDraft(draft);
  const put = (next: Draft[]) => place.form.put(place.path, { rows: next });
  return (
    <>
      {rows.map((row, at) => (
        <fieldset key={at} className="nested one">
          <legend>{t("spec.row", { field: label, number: at + 1 })}</legend>
          <Members
            members={shape.item.members}
            draft={row}
            place={{ ...place, path: `${place.path}.${at}`, of: shape.item.name }}
          />
          <button type="button" className="quiet" onClick={() => put(rows.filter((_, other) => other !== at))}>
            {t("spec.remove")} <span className="unseen">{t("spec.row", { field: label, number: at + 1 })}</span>
          </button>
        </fieldset>
      ))}
      <button type="button" onClick={() => put([...rows, draftOf(shape.item, undefined)])}>
        {t("spec.add")} <span className="unseen">{label}</span>
      </button>
    </>
  );
}

function Dictionary({
  shape,
  draft,
  place,
  label,
}: {
  shape: Extract<Shape, { kind: "dictionary" }>;
  draft: Draft;
  place: Place;
  label: string;
}) {
  const { t } = useWords();
  const entries = entriesOf(draft);
  const put = (next: typeof entries) => place.form.put(place.path, { entries: next });
  const change = (at: number, entry: Partial<(typeof entries)[number]>) =>
    put(entries.map((one, other) => (other === at ? { ...one, ...entry } : one)));
  return (
    <>
      {entries.map((entry, at) => {
        const stem = `${place.form.id}-${place.path}.${at}`;
        const wrong = place.form.wrong[`${place.path}.${at}`];
        const who = t("spec.row", { field: label, number: at + 1 });
        return (
          <div key={at} className="row entry">
            <input
              aria-label={t("spec.entry.name", { entry: who })}
              value={entry.name}
              onChange={(event) => change(at, { name: event.target.value })}
            />
            <input
              id={stem}
              aria-label={t("spec.entry.value", { entry: who })}
              aria-invalid={wrong ? true : undefined}
              aria-describedby={`${stem}-error`}
              placeholder={shape.example}
              value={String(entry.value)}
              onChange={(event) => change(at, { value: event.target.value })}
            />
            <button type="button" className="quiet" onClick={() => put(entries.filter((_, other) => other !== at))}>
              {t("spec.remove")} <span className="unseen">{who}</span>
            </button>
            <span className="loss small" id={`${stem}-error`}>
              {wrong}
            </span>
          </div>
        );
      })}
      <button type="button" onClick={() => put([...entries, { name: "", value: "" }])}>
        {t("spec.add")} <span className="unseen">{label}</span>
      </button>
    </>
  );
}

/** What is wrong with a part of the form that has no control of its own. */
function Wrong({ place }: { place: Place }) {
  const said = place.form.wrong[place.path];
  return said ? (
    <p className="loss small" role="alert">
      {said}
    </p>
  ) : null;
}

function isFlat(shape: Shape): boolean {
  return isLeaf(shape) || shape.kind === "list";
}
