import { useQuery } from "@tanstack/react-query";
import { api, got } from "../../../api/client";
import { useWords } from "../../../lang/words";
import { Card } from "../../../ui/Card";
import { isOver, type Job, LiveJob } from "../../../ui/JobView";
import { PageLink } from "../../../ui/Link";
import { pathTo } from "../../../ui/address";

interface RunningJobsProps {
  /** Jobs that stay on the page when they are over, the newest first. */
  jobs: readonly Job[];
  /** Id of the result that is run again. */
  again: string | null;
  ended: (job: Job) => void;
}

/** The jobs of backtests: those that were begun here, and those that others began and that still run. */
export function RunningJobs({ jobs, again, ended }: RunningJobsProps) {
  const { t } = useWords();
  const running = useQuery({
    queryKey: ["jobs", "backtests"],
    queryFn: ({ signal }) => got(api.GET("/api/v1/jobs", { signal })),
  }).data;
  const others = (running?.jobs ?? []).filter(
    (job) => job.kind === "backtest" && !isOver(job) && !jobs.some((one) => one.id === job.id),
  );
  const shown = [...jobs, ...others];
  if (!shown.length) return null;
  return (
    <Card title={t("backtests.running")}>
      {shown.map((job) => (
        <LiveJob key={job.id} job={job} ended={ended}>
          {(now) => (now.state === "succeeded" ? <Outcome job={now} again={again} /> : null)}
        </LiveJob>
      ))}
    </Card>
  );
}

/** Leads to the result of a job, and to the comparison with the one that it was made from. */
function Outcome({ job, again }: { job: Job; again: string | null }) {
  const { t } = useWords();
  const name = job.backtest ?? "";
  const made = useQuery({
    queryKey: ["results", "of", job.id],
    queryFn: ({ signal }) => got(api.GET("/api/v1/backtests", { params: { query: { name, limit: 1 } }, signal })),
    enabled: name !== "",
  }).data?.backtests[0];
  if (!made) return null;
  const identical = again === made.id;
  return (
    <div className="row">
      <PageLink className="button" href={pathTo("/backtests", { id: made.id })}>
        {t("backtest.open")}
      </PageLink>
      {identical && <span className="muted small">{t("backtest.identical")}</span>}
      {again && !identical && (
        <PageLink className="button" href={pathTo("/backtests", { compare: [again, made.id] })}>
          {t("backtest.compare")}
        </PageLink>
      )}
    </div>
  );
}
