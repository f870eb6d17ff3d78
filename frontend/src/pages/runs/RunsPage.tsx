import { useJobs, useNewestJobs } from "../../api/jobs";
import { useWords } from "../../lang/words";
import { useQueryString } from "../../ui/address";
import { Card, PageHead } from "../../ui/Card";
import { isOver, type Job, JobLine } from "../../ui/JobView";
import { Older } from "../../ui/Older";
import { Empty, Failing } from "../../ui/Region";
import { JobFilters } from "./JobFilters";
import { JobTable } from "./JobTable";
import { OneJob } from "./OneJob";
import { readFilter } from "./filter";
import "../../styles/runs.css";

const OFTEN = 4000;
const FAILED = 3;
const NEWEST = 100;
const DAY = 86_400_000;

/** Everything that was started: all jobs, or one of them by its id in the address. */
export default function RunsPage() {
  const [query] = useQueryString();
  const id = query.get("id");
  return id ? <OneJob key={id} id={id} /> : <AllJobs />;
}

function AllJobs() {
  const { t } = useWords();
  const [query, setQuery] = useQueryString();
  const filter = readFilter(query);
  const newest = useNewestJobs(NEWEST, OFTEN).data ?? [];
  const list = useJobs(filter, OFTEN);
  const jobs = list.data?.pages.flatMap((page) => page.jobs) ?? [];
  const narrowed = Boolean(filter.kind || filter.state || filter.find);
  return (
    <>
      <PageHead title={t("nav.runs")} about={t("runs.about")} />
      {list.isError && (
        <Card title={t("runs.all")}>
          <Failing error={list.error} again={() => void list.refetch()} busy={list.isFetching} />
        </Card>
      )}
      {list.isPending && (
        <p className="busy" aria-busy="true">
          {t("state.loading")}
        </p>
      )}
      {list.data && !list.isError && (
        <>
          <Newest jobs={newest} />
          <Card
            title={t("runs.all")}
            end={
              <span className="muted small" role="status">
                {t("runs.shown", { count: jobs.length })}
              </span>
            }
          >
            <JobFilters jobs={newest} query={query} setQuery={setQuery} />
            {jobs.length > 0 && <JobTable jobs={jobs} />}
            {!jobs.length && narrowed && <Empty title={t("runs.none")} text={t("runs.none.text")} />}
            {!jobs.length && !narrowed && <Empty title={t("jobs.empty")} text={t("jobs.empty.text")} />}
            <Older list={list} />
          </Card>
        </>
      )}
    </>
  );
}

/** What failed lately comes first, then what runs and waits. */
function Newest({ jobs }: { jobs: readonly Job[] }) {
  const { t } = useWords();
  const going = jobs.filter((job) => !isOver(job));
  const failed = jobs.filter((job) => job.state === "failed" && isRecent(job)).slice(0, FAILED);
  return (
    <>
      {failed.length > 0 && (
        <Card title={t("runs.failed")}>
          {failed.map((job) => (
            <JobLine key={job.id} job={job} />
          ))}
        </Card>
      )}
      <Card title={t("runs.now")}>
        {going.map((job) => (
          <JobLine key={job.id} job={job} />
        ))}
        {!going.length && <p className="body muted">{t("runs.idle")}</p>}
      </Card>
    </>
  );
}

function isRecent(job: Job): boolean {
  return Date.now() - Date.parse(job.created_at) < DAY;
}
