import { useWords, type Key } from "../../lang/words";
import { number } from "../../format/format";
import { type Kind, kindsOf, type Parameter, sizeOf, type Space, type Tried, turned, valuesOf } from "./space";

interface SpaceEditorProps {
  id: string;
  parameters: readonly Parameter[];
  space: Space;
  change: (name: string, tried: Tried) => void;
}

/** What is tried for each parameter of a strategy: a range, values on a logarithmic scale, a list, or one value. */
export function SpaceEditor({ id, parameters, space, change }: SpaceEditorProps) {
  const { t } = useWords();
  return (
    <table className="space">
      <caption className="unseen">{t("search.space")}</caption>
      <thead>
        <tr>
          <th scope="col">{t("search.parameter")}</th>
          <th scope="col">{t("search.way")}</th>
          <th scope="col">{t("search.values")}</th>
          <th scope="col" className="num">
            {t("search.count")}
          </th>
        </tr>
      </thead>
      <tbody>
        {parameters.map((parameter) => {
          const tried = space[parameter.name];
          return tried ? (
            <SpaceRow
              key={parameter.name}
              id={`${id}-${parameter.name}`}
              parameter={parameter}
              tried={tried}
              change={(next) => change(parameter.name, next)}
            />
          ) : null;
        })}
      </tbody>
    </table>
  );
}

interface SpaceRowProps {
  id: string;
  parameter: Parameter;
  tried: Tried;
  change: (tried: Tried) => void;
}

function SpaceRow({ id, parameter, tried, change }: SpaceRowProps) {
  const { t } = useWords();
  const size = sizeOf(tried, parameter);
  const fixed = tried.kind === "fixed";
  return (
    <tr>
      <th scope="row" title={parameter.description}>
        <code>{parameter.name}</code>
      </th>
      <td>
        <select
          id={`${id}-way`}
          aria-label={t("search.way.of", { name: parameter.name })}
          value={tried.kind}
          onChange={(event) => change(turned(tried, event.target.value as Kind, parameter))}
        >
          {kindsOf(parameter).map((kind) => (
            <option key={kind} value={kind}>
              {t(`search.way.${kind}` as Key)}
            </option>
          ))}
        </select>
      </td>
      <td className="words">
        <div className="row">
          <Values parameter={parameter} tried={tried} change={change} />
        </div>
        <p className="muted small" title={parameter.description}>
          {shown(tried, parameter)}
        </p>
      </td>
      <td className="num">
        {fixed ? (
          <span className="muted">–</span>
        ) : size ? (
          number(size)
        ) : (
          <span className="loss">{t("search.novalues")}</span>
        )}
      </td>
    </tr>
  );
}

/** The first values and the last, where they are not typed as they are; else what the parameter is. */
function shown(tried: Tried, parameter: Parameter): string {
  if (tried.kind === "fixed" || tried.kind === "list") return parameter.description;
  const values = valuesOf(tried, parameter).map((value) => (typeof value === "number" ? number(value) : String(value)));
  return values.length > 7 ? [...values.slice(0, 5), "…", values.at(-1)].join(", ") : values.join(", ");
}

function Values({ parameter, tried, change }: Omit<SpaceRowProps, "id">) {
  const { t } = useWords();
  const name = parameter.name;
  if (tried.kind === "fixed" && parameter.type === "boolean") {
    return (
      <select
        aria-label={t("search.value.of", { name })}
        value={tried.value}
        onChange={(event) => change({ ...tried, value: event.target.value })}
      >
        <option value="false">{t("search.false")}</option>
        <option value="true">{t("search.true")}</option>
      </select>
    );
  }
  const input = (label: string, value: string, typed: (text: string) => Tried, wide = false) => (
    <input
      aria-label={`${name}: ${label}`}
      placeholder={label}
      title={label}
      className={wide ? "wide" : "narrow"}
      inputMode={parameter.type === "integer" ? "numeric" : "decimal"}
      autoComplete="off"
      spellCheck={false}
      value={value}
      onChange={(event) => change(typed(event.target.value))}
    />
  );
  switch (tried.kind) {
    case "fixed":
      return input(t("search.value"), tried.value, (value) => ({ ...tried, value }));
    case "list":
      return input(t("search.list.values"), tried.values, (values) => ({ ...tried, values }), true);
    case "range":
      return (
        <>
          {input(t("search.from"), tried.from, (from) => ({ ...tried, from }))}
          <span className="muted">{t("search.to")}</span>
          {input(t("search.last"), tried.to, (to) => ({ ...tried, to }))}
          <span className="muted">{t("search.by")}</span>
          {input(t("search.step"), tried.step, (step) => ({ ...tried, step }))}
        </>
      );
    case "log":
      return (
        <>
          {input(t("search.from"), tried.from, (from) => ({ ...tried, from }))}
          <span className="muted">{t("search.to")}</span>
          {input(t("search.last"), tried.to, (to) => ({ ...tried, to }))}
          <span className="muted">{t("search.in")}</span>
          {input(t("search.many"), tried.count, (count) => ({ ...tried, count }))}
        </>
      );
  }
}
