import { useMemo } from "react";
import { ago, moment, number } from "../../format/format";
import { useWords } from "../../lang/words";
import { pathTo } from "../../ui/address";
import { type Column, DataTable } from "../../ui/DataTable";
import { type Job, StateTag, tookOf, waitOf } from "../../ui/JobView";
import { OuterLink, PageLink } from "../../ui/Link";

/** All jobs, a row each. */
export function JobTable({ jobs }: { jobs: readonly Job[] }) {
  const { t, word } = useWords();
  const columns = useMemo<Column<Job>[]>(
    () => [
      { name: "state", title: t("runs.state"), value: (job) => job.state, show: (job) => <StateTag job={job} /> },
      {
        name: "about",
        title: t("runs.what"),
        value: (job) => job.about,
        words: true,
        show: (job) => (
          <PageLink href={pathTo("/runs", { id: job.id })}>{job.about || word("kind", job.kind)}</PageLink>
        ),
      },
      {
        name: "kind",
        title: t("runs.kind"),
        value: (job) => job.kind,
        show: (job) => word("kind", job.kind),
      },
      {
        name: "job",
        title: t("runs.job"),
        value: (job) => job.job,
        show: (job) => <span className="mono">{job.job ?? ""}</span>,
      },
      {
        name: "by",
        title: t("runs.by"),
        value: (job) => job.surface,
        show: (job) => (job.surface ? word("surface", job.surface) : ""),
      },
      {
        name: "started",
        title: t("runs.started"),
        value: (job) => job.created_at,
        show: (job) => <span title={moment(job.created_at, "UTC", true)}>{ago(job.created_at)}</span>,
      },
      {
        name: "took",
        title: t("runs.took"),
        number: true,
        value: (job) => (job.ended_at ? Date.parse(job.ended_at) - Date.parse(job.created_at) : null),
        show: (job) => tookOf(job) ?? "",
      },
      {
        name: "steps",
        title: t("runs.steps"),
        number: true,
        value: (job) => job.done,
        show: (job) => (job.steps ? `${number(job.done)} / ${number(job.steps)}` : ""),
      },
      {
        name: "why",
        title: t("runs.why"),
        words: true,
        show: (job) => (
          <span className={job.state === "failed" ? "loss why" : "muted why"}>{waitOf(job) || job.message}</span>
        ),
      },
      {
        name: "dagster",
        title: <span className="unseen">{t("job.dagster")}</span>,
        show: (job) =>
          job.url && (
            <OuterLink href={job.url} className="small" aria-label={`${job.about} ${t("job.dagster")}`}>
              {t("job.dagster")}
            </OuterLink>
          ),
      },
    ],
    [t, word],
  );
  return (
    <DataTable
      caption={t("runs.all")}
      columns={columns}
      rows={jobs}
      rowKey={(job) => job.id}
      sort="started"
      descending
      marked={(job) => job.state === "failed"}
    />
  );
}
