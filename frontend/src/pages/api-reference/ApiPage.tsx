import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { openAnswer } from "../../api/client";
import { useWords } from "../../lang/words";
import { useQueryString } from "../../ui/address";
import { Card, PageHead } from "../../ui/Card";
import { Empty, Region } from "../../ui/Region";
import { type ApiDocument, routesByTag } from "./openapi";
import { RouteView } from "./RouteView";
import "../../styles/api-reference.css";

const DOCUMENT = "/openapi.json";

/** The reference of the REST API, read from the server's own document. */
export default function ApiPage() {
  const { t } = useWords();
  const query = useQuery({
    queryKey: ["openapi"],
    queryFn: async ({ signal }) => (await (await openAnswer(DOCUMENT, {}, signal)).json()) as ApiDocument,
    staleTime: Infinity,
  });
  return (
    <>
      <PageHead title={t("nav.api")} about={t("api.about")} />
      <Region query={query}>{(document) => <Reference document={document} />}</Region>
    </>
  );
}

function Reference({ document }: { document: ApiDocument }) {
  const { t } = useWords();
  const [query, setQuery] = useQueryString();
  const id = useId();
  const [text, open] = [query.get("find") ?? "", query.get("route")];
  const found = routesByTag(document, text);

  function change(name: string, value: string | null) {
    const next = new URLSearchParams(query);
    if (value) next.set(name, value);
    else next.delete(name);
    setQuery(next);
  }

  return (
    <>
      <div className="bar">
        <div className="field">
          <label htmlFor={id}>{t("api.find")}</label>
          <input id={id} type="search" value={text} onChange={(event) => change("find", event.target.value)} />
        </div>
        <a className="button" href={DOCUMENT} download="g4qc-openapi.json">
          {t("api.document")}
        </a>
        <span className="muted small">{t("api.version", { version: document.info.version })}</span>
      </div>
      {found.size === 0 && <Empty title={t("api.none")} text={t("api.none.text")} />}
      {[...found].map(([tag, routes]) => (
        <Card key={tag} title={tag} className="routes">
          {routes.map((route) => {
            const name = `${route.method} ${route.path}`;
            return (
              <RouteView
                key={name}
                route={route}
                document={document}
                open={open === name}
                toggle={(opened) => change("route", opened ? name : null)}
              />
            );
          })}
        </Card>
      ))}
    </>
  );
}
