import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, got, type Schemas } from "../../api/client";
import { usePolling } from "../../api/changes";
import { moment, number } from "../../format/format";
import { useWords } from "../../lang/words";
import { Card } from "../../ui/Card";
import { type Column, DataTable } from "../../ui/DataTable";
import type { Job } from "../../ui/JobView";
import { Empty, Region } from "../../ui/Region";
import { ImportForm } from "./ImportForm";

type Import = Schemas["ImportOfFiles"];

const SOMETIMES = 60_000;

/** The imports of files: what was read, how, and what was doubtful about it; and a form for the next one. */
export function Imports({ started }: { started: (job: Job) => void }) {
  const { t } = useWords();
  const imports = useQuery({
    // Its job decides how far an import is: what changes jobs outdates the list.
    queryKey: ["jobs", "imports"],
    queryFn: ({ signal }) => got(api.GET("/api/v1/imports", { signal })),
    refetchInterval: usePolling(SOMETIMES),
  });
  return (
    <Card title={t("quality.imports")}>
      <Region query={imports}>
        {(found) =>
          found.imports.length ? (
            <Listed imports={found.imports} />
          ) : (
            <Empty title={t("quality.noimports")} text={t("quality.noimports.text")} />
          )
        }
      </Region>
      <details className="folded">
        <summary>{t("quality.import")}</summary>
        <ImportForm started={started} />
      </details>
    </Card>
  );
}

function Listed({ imports }: { imports: Import[] }) {
  const { t } = useWords();
  const columns = useMemo<Column<Import>[]>(
    () => [
      { name: "id", title: t("quality.imports.number"), number: true, value: (one) => one.id, show: (one) => one.id },
      { name: "at", title: t("quality.imports.at"), value: (one) => one.asked_at, show: (one) => moment(one.asked_at) },
      { name: "source", title: t("quality.origins.source"), value: (one) => one.source, show: (one) => one.source },
      { name: "read", title: t("quality.imports.read"), show: (one) => `${one.profile} · ${one.zone} · ${one.label}` },
      { name: "path", title: t("quality.imports.path"), words: true, show: (one) => one.path },
      {
        name: "files",
        title: t("quality.imports.files"),
        number: true,
        value: (one) => one.files.length,
        show: (one) => number(one.files.length),
      },
      {
        name: "rows",
        title: t("quality.imports.rows"),
        number: true,
        value: (one) => one.rows,
        show: (one) => number(one.rows),
      },
      {
        name: "state",
        title: t("quality.imports.state"),
        value: (one) => Number(one.complete),
        show: (one) => t(one.complete ? "quality.imports.stored" : "quality.imports.open"),
      },
      { name: "doubts", title: t("quality.imports.doubts"), words: true, show: (one) => one.doubts.join(" ") },
    ],
    [t],
  );
  return (
    <DataTable
      caption={t("quality.imports")}
      columns={columns}
      rows={imports}
      rowKey={(one) => `${one.id}`}
      sort="id"
      descending
      uneven
    />
  );
}
