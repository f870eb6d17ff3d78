import { ago, moment } from "../../format/format";
import { type Key, useWords } from "../../lang/words";
import { pathTo } from "../address";
import { type Column, DataTable } from "../DataTable";
import { PageLink } from "../Link";
import { Empty } from "../Region";
import { startNamed, type Started, type StudyLine, useFreshness } from "./studies";
import type { StudyKindPage } from "./StudyPage";
import type { Schemas } from "../../api/client";

type NamedSpec = Schemas["NamedStudy"];

/** So many of the newest are asked whether they are stale. */
const ASKED = 15;

/** All studies of a kind, the newest first. */
export function StudyList({ page, studies, total }: { page: StudyKindPage; studies: StudyLine[]; total: number }) {
  const { t, word } = useWords();
  if (!studies.length) return <Empty title={t("study.none")} text={t(`study.none.${page.name}` as Key)} />;
  const columns: Column<StudyLine>[] = [
    {
      name: "name",
      title: t("field.name"),
      value: (one) => one.name,
      show: (one) => <PageLink href={pathTo(`/${page.name}`, { id: one.id })}>{one.name}</PageLink>,
    },
    { name: "id", title: t("study.id"), show: (one) => <span className="mono">{one.id.slice(0, 8)}</span> },
    {
      name: "verdict",
      title: t("study.verdict"),
      words: true,
      show: (one) => (one.state === "done" ? page.short(one) : word("study.state", one.state)),
    },
    {
      name: "stale",
      title: t("study.bars"),
      show: (one) =>
        one.state === "done" && studies.indexOf(one) < ASKED ? <Freshness page={page} id={one.id} /> : "–",
    },
    {
      name: "when",
      title: t("column.created"),
      value: (one) => one.started_at,
      show: (one) => <span title={ago(one.started_at)}>{moment(one.started_at)}</span>,
    },
  ];
  return (
    <>
      <DataTable
        caption={t(`study.list.${page.name}` as Key)}
        columns={columns}
        rows={studies}
        rowKey={(one) => one.id}
        sort="when"
        descending
      />
      {total > studies.length && <p className="body muted">{t("study.newest", { shown: studies.length, total })}</p>}
    </>
  );
}

/** Whether the bars of a study are still those that it read. */
export function Freshness({ page, id }: { page: StudyKindPage; id: string }) {
  const { t } = useWords();
  const { data } = useFreshness(page.kind, id);
  if (!data) return <span className="muted">…</span>;
  if (data.stale === null) return <span className="tag warn">{t("study.unreadable")}</span>;
  return data.stale ? (
    <span className="tag warn" title={t("study.stale.text")}>
      {t("study.stale")}
    </span>
  ) : (
    <span className="tag good">{t("study.fresh")}</span>
  );
}

/** The specs of a kind by name, each with a button that runs it. */
export function NamedList({
  page,
  specs,
  started,
}: {
  page: StudyKindPage;
  specs: NamedSpec[];
  started: (starting: Promise<Started>) => void;
}) {
  const { t } = useWords();
  if (!specs.length) return <Empty title={t("study.nonames")} text={t(`study.none.${page.name}` as Key)} />;
  const columns: Column<NamedSpec>[] = [
    { name: "name", title: t("field.name"), value: (one) => one.name, show: (one) => one.name },
    {
      name: "of",
      title: t("study.of"),
      words: true,
      show: (one) => (one.spec ? page.of(one.spec) : t("study.unreadable")),
    },
    {
      name: "act",
      title: <span className="unseen">{t("study.run")}</span>,
      show: (one) => (
        <span className="row">
          <button type="button" onClick={() => started(startNamed(page.kind, one.name))}>
            {t("study.run")} <span className="unseen">{one.name}</span>
          </button>
          <PageLink href={pathTo(`/${page.name}`, { like: one.name })}>
            {t("study.change")} <span className="unseen">{one.name}</span>
          </PageLink>
        </span>
      ),
    },
  ];
  return <DataTable caption={t("study.named")} columns={columns} rows={specs} rowKey={(one) => one.name} sort="name" />;
}
