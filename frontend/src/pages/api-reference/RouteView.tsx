import { useState } from "react";
import { useWords } from "../../lang/words";
import { type ApiDocument, curlOf, type JsonSchema, refsOf, type Route, typeOf } from "./openapi";

interface RouteViewProps {
  route: Route;
  document: ApiDocument;
  open: boolean;
  toggle: (open: boolean) => void;
}

/** A route of the API, folded; open, with its parameters, its body, its answers, and a command that calls it. */
export function RouteView({ route, document, open, toggle }: RouteViewProps) {
  const { operation } = route;
  return (
    <details
      className="route"
      open={open}
      onToggle={(event) => event.currentTarget.open !== open && toggle(event.currentTarget.open)}
    >
      <summary>
        <span className={`tag method ${route.method.toLowerCase()}`}>{route.method}</span> <code>{route.path}</code>{" "}
        <span className="muted">{operation.summary}</span>
      </summary>
      {open && <RouteBody route={route} document={document} />}
    </details>
  );
}

function RouteBody({ route, document }: { route: Route; document: ApiDocument }) {
  const { t } = useWords();
  const { operation } = route;
  const bodies = Object.entries(operation.requestBody?.content ?? {});
  const answers = Object.entries(operation.responses ?? {});
  return (
    <div className="body stack" lang="en">
      <Prose text={operation.description ?? ""} />
      <Command text={curlOf(route, location.origin)} />
      {operation.parameters && operation.parameters.length > 0 && (
        <Rows
          title={t("api.parameters")}
          rows={operation.parameters.map((one) => ({
            name: one.name + (one.required ? " *" : ""),
            type: [typeOf(one.schema), one.in].filter(Boolean).join(" · "),
            about: one.description ?? "",
          }))}
        />
      )}
      {bodies.map(([kind, { schema }]) => (
        <Schemas key={kind} title={`${t("api.body")} (${kind})`} schema={schema} document={document} />
      ))}
      {answers.map(([status, { description, content }]) => (
        <div key={status}>
          <h3>
            {status} {description}
          </h3>
          {Object.entries(content ?? {}).map(([kind, { schema }]) =>
            kind.includes("problem") ? null : <Schemas key={kind} title={kind} schema={schema} document={document} />,
          )}
        </div>
      ))}
    </div>
  );
}

/** Paragraphs of a docstring, with `names` as code. */
function Prose({ text }: { text: string }) {
  return text
    .split(/\n\s*\n/)
    .filter(Boolean)
    .map((paragraph) => (
      <p key={paragraph} className="description">
        {paragraph.split("`").map((part, at) => (at % 2 ? <code key={at}>{part}</code> : part))}
      </p>
    ));
}

function Command({ text }: { text: string }) {
  const { t } = useWords();
  const [copied, setCopied] = useState(false);
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  return (
    <div className="row">
      <code className="command">{text}</code>
      <button type="button" onClick={() => void copy()}>
        {copied ? t("api.copied") : t("api.copy")}
      </button>
    </div>
  );
}

/** A schema by its name, and the fields of every document that it is made of, one level at a time. */
function Schemas({
  title,
  schema,
  document,
}: {
  title: string;
  schema: JsonSchema | undefined;
  document: ApiDocument;
}) {
  const names = refsOf(schema);
  return (
    <details>
      <summary>
        {title} <code>{typeOf(schema)}</code>
      </summary>
      {names.map((name) => {
        const found = document.components.schemas[name];
        return found && <Schema key={name} name={name} schema={found} document={document} />;
      })}
    </details>
  );
}

function Schema({ name, schema, document }: { name: string; schema: JsonSchema; document: ApiDocument }) {
  const rows = Object.entries(schema.properties ?? {}).map(([field, one]) => ({
    name: field + (schema.required?.includes(field) ? " *" : ""),
    type: typeOf(one) + (one.default === undefined ? "" : ` = ${JSON.stringify(one.default)}`),
    about: one.description ?? "",
  }));
  const deeper = refsOf({ properties: schema.properties }).filter((one) => one !== name);
  return (
    <div className="stack schema">
      {schema.description && <p className="muted">{schema.description}</p>}
      {rows.length > 0 && <Rows title={name} rows={rows} />}
      {deeper.map((one) => (
        <Schemas key={one} title={one} schema={{ $ref: `#/components/schemas/${one}` }} document={document} />
      ))}
    </div>
  );
}

function Rows({ title, rows }: { title: string; rows: readonly { name: string; type: string; about: string }[] }) {
  const { t } = useWords();
  return (
    <div className="scroll" role="region" aria-label={title} tabIndex={0}>
      <table>
        <caption>{title}</caption>
        <thead className="unseen">
          <tr>
            <th scope="col">{t("api.name")}</th>
            <th scope="col">{t("api.type")}</th>
            <th scope="col">{t("api.meaning")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.name}>
              <th scope="row">
                <code>{row.name}</code>
              </th>
              <td className="words">{row.type}</td>
              <td className="words">{row.about}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
