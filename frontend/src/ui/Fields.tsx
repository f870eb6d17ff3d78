import { useWords } from "../lang/words";
import { choicesOf, type Field, isNumeric, rangeOf } from "./fields";
import type { Form } from "./useForm";

const TYPES: Partial<Record<Field["kind"], string>> = { date: "date", secret: "password" };

/** The controls of a form, each with its label, its hint, and what is wrong with it. */
export function Fields({ form }: { form: Form }) {
  return (
    <div className="fields">
      {form.fields.map((field) => (
        <FieldControl key={field.name} field={field} form={form} />
      ))}
    </div>
  );
}

/** What a control needs of its form. */
export type Controls = Pick<Form, "id" | "typed" | "wrong" | "type">;

/** One control of a form. */
export function FieldControl({ field, form }: { field: Field; form: Controls }) {
  useWords(); // ranges are sentences
  const id = `${form.id}-${field.name}`;
  const wrong = form.wrong[field.name] ?? "";
  const hint = [field.hint, rangeOf(field)].filter(Boolean).join(" · ");
  const common = {
    id,
    name: field.name,
    "aria-describedby": `${id}-hint ${id}-error`,
    "aria-invalid": wrong ? true : undefined,
    "aria-required": field.required || undefined,
  };
  const label = <label htmlFor={id}>{field.label}</label>;
  const control = <Control field={field} form={form} common={common} />;
  return (
    <div className={field.kind === "check" ? "field check" : "field"}>
      {field.kind === "check" ? control : label}
      {field.kind === "check" ? label : control}
      <p className="hint" id={`${id}-hint`}>
        {hint}
      </p>
      <p className="error" id={`${id}-error`} hidden={!wrong}>
        {wrong}
      </p>
    </div>
  );
}

function Control({ field, form, common }: { field: Field; form: Controls; common: Record<string, unknown> }) {
  const typed = form.typed[field.name];
  if (field.kind === "check") {
    return (
      <input
        {...common}
        type="checkbox"
        checked={Boolean(typed)}
        onChange={(event) => form.type(field.name, event.target.checked)}
      />
    );
  }
  if (field.kind === "choice") {
    return (
      <select {...common} value={String(typed)} onChange={(event) => form.type(field.name, event.target.value)}>
        {choicesOf(field).map(([value, label]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    );
  }
  const offered = field.suggestions?.length ? `${form.id}-${field.name}-offered` : undefined;
  const input = (
    <input
      {...common}
      list={offered}
      type={TYPES[field.kind] ?? "text"}
      inputMode={isNumeric(field) ? (field.kind === "integer" ? "numeric" : "decimal") : undefined}
      autoComplete="off"
      spellCheck={false}
      placeholder={field.placeholder}
      value={String(typed)}
      onChange={(event) => form.type(field.name, event.target.value)}
    />
  );
  if (!offered) return input;
  return (
    <>
      {input}
      <datalist id={offered}>
        {field.suggestions?.map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
    </>
  );
}
