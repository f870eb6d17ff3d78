import { lasting, moment } from "../../format/format";
import { useWords } from "../../lang/words";
import { Card } from "../Card";
import { type Column, DataTable } from "../DataTable";
import { Icon } from "../Icon";
import { PageLink } from "../Link";
import { Empty } from "../Region";
import { fileOf, type Study } from "./studies";
import { Freshness } from "./StudyLists";
import type { StudyKindPage } from "./StudyPage";

/** One study: its verdict, what the kind shows of it, checks, files, report and inputs. */
export function StudyView({ page, study }: { page: StudyKindPage; study: Study }) {
  const { t, word } = useWords();
  if (study.state !== "done") {
    return (
      <Empty title={word("study.state", study.state)} text={t("study.notdone")}>
        <PageLink className="button" href="/runs">
          {t("nav.runs")}
        </PageLink>
      </Empty>
    );
  }
  const good = page.good(study);
  return (
    <>
      <section className={`card verdict ${good ? "good" : "bad"}`} aria-labelledby="verdict">
        <h2 id="verdict">{t("study.verdict")}</h2>
        <p>{page.verdict(study)}</p>
        <p className="row small">
          <Freshness page={page} id={study.id} />
          <span className="muted">
            {moment(study.started_at)} · {lasting(study.seconds)} · <span className="mono">{study.id.slice(0, 8)}</span>
          </span>
        </p>
      </section>
      {page.view(study)}
      <div className="two">
        <Checks study={study} />
        <Files page={page} study={study} />
      </div>
      <Worth study={study} />
      <Notes study={study} />
      <Report study={study} />
      <Inputs study={study} />
    </>
  );
}

function Checks({ study }: { study: Study }) {
  const { t, word } = useWords();
  type Check = Study["checks"][number];
  const columns: Column<Check>[] = [
    { name: "name", title: t("study.check"), show: (one) => word("study.check", one.name) },
    {
      name: "passed",
      title: t("study.passed"),
      show: (one) => <span className={`tag ${one.passed ? "good" : "bad"}`}>{t(one.passed ? "pf.yes" : "pf.no")}</span>,
    },
    { name: "words", title: t("study.says"), words: true, show: (one) => one.words },
  ];
  return (
    <Card title={t("study.checks")}>
      <DataTable caption={t("study.checks")} columns={columns} rows={study.checks} rowKey={(one) => one.name} />
    </Card>
  );
}

function Files({ page, study }: { page: StudyKindPage; study: Study }) {
  const { t } = useWords();
  type Table = Study["tables"][number];
  const columns: Column<Table>[] = [
    { name: "name", title: t("study.table"), show: (one) => <span title={one.about}>{one.name}</span> },
    { name: "rows", title: t("study.rows"), number: true, show: (one) => one.rows?.toLocaleString() ?? "–" },
    {
      name: "files",
      title: t("study.download"),
      show: (one) => (
        <span className="row">
          {(["csv", "parquet"] as const).map((format) => (
            <a
              key={format}
              href={fileOf(page.kind, study.id, one.name, format)}
              download={`${study.name}-${one.name}.${format}`}
            >
              <Icon name="download" /> {format === "csv" ? "CSV" : "Parquet"} <span className="unseen">{one.name}</span>
            </a>
          ))}
        </span>
      ),
    },
  ];
  return (
    <Card title={t("study.files")}>
      <DataTable caption={t("study.files")} columns={columns} rows={study.tables} rowKey={(one) => one.name} />
    </Card>
  );
}

interface WorthRow {
  name: string;
  label: string;
  value: string;
  words: string;
}

/** What all trials of the strategy leave of the result, where the study says it. */
function Worth({ study }: { study: Study }) {
  const { t } = useWords();
  const worth = study.summary?.worth as { words: string; rows: WorthRow[] } | undefined;
  if (!worth) return null;
  const columns: Column<WorthRow>[] = [
    { name: "label", title: t("study.figure"), show: (one) => one.label },
    { name: "value", title: t("study.value"), number: true, show: (one) => one.value },
    { name: "words", title: t("study.means"), words: true, show: (one) => one.words },
  ];
  return (
    <Card title={t("worth.title")}>
      <p className="body">{worth.words}</p>
      <DataTable caption={t("worth.title")} columns={columns} rows={worth.rows} rowKey={(one) => one.name} />
    </Card>
  );
}

function Notes({ study }: { study: Study }) {
  const { t } = useWords();
  const notes = (study.summary?.notes ?? []) as string[];
  if (!notes.length) return null;
  return (
    <Card title={t("study.notes")}>
      <ul className="body notes">
        {notes.map((one) => (
          <li key={one}>{one}</li>
        ))}
      </ul>
    </Card>
  );
}

function Report({ study }: { study: Study }) {
  const { t, language } = useWords();
  if (!study.report) return null;
  const address = `/api/v1${study.report}?lang=${language}`;
  return (
    <details className="card">
      <summary>{t("study.report")}</summary>
      <p className="body">
        <a href={address} target="_blank" rel="noopener">
          {t("study.report.tab")}
        </a>
      </p>
      <iframe className="report" src={address} title={t("study.report")} loading="lazy" />
    </details>
  );
}

/** Everything that decides the numbers. */
function Inputs({ study }: { study: Study }) {
  const { t } = useWords();
  return (
    <details className="card">
      <summary>{t("study.inputs")}</summary>
      <dl className="pairs body">
        <dt>{t("study.data")}</dt>
        <dd className="mono">{study.data_version}</dd>
        <dt>{t("study.code")}</dt>
        <dd className="mono">{study.code}</dd>
        {Object.entries(study.spec).map(([name, value]) => (
          <Pair key={name} name={name} value={value} />
        ))}
      </dl>
    </details>
  );
}

function Pair({ name, value }: { name: string; value: unknown }) {
  return (
    <>
      <dt>{name}</dt>
      <dd className="mono">{value === null ? "–" : typeof value === "string" ? value : JSON.stringify(value)}</dd>
    </>
  );
}
