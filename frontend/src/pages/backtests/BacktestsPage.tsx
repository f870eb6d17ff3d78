import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useWords } from "../../lang/words";
import { Card, PageHead } from "../../ui/Card";
import { useQueryString } from "../../ui/address";
import type { Job } from "../../ui/JobView";
import { ComparisonView } from "./compare/ComparisonView";
import { ResultView } from "./detail/ResultView";
import { RunningJobs } from "./form/RunningJobs";
import { SpecForm } from "./form/SpecForm";
import { ResultList } from "./list/ResultList";
import { UnusedKeys } from "./UnusedKeys";
import "./backtests.css";

/** Backtests: run one, see all, look into one, compare several. */
export default function BacktestsPage() {
  const [query] = useQueryString();
  const compared = query.getAll("compare");
  const id = query.get("id");
  if (compared.length) return <ComparisonView key={compared.join()} ids={compared} />;
  if (id) return <ResultView key={id} id={id} />;
  const again = query.get("again");
  return <AllBacktests key={again} again={again} />;
}

function AllBacktests({ again }: { again: string | null }) {
  const { t } = useWords();
  const queries = useQueryClient();
  const [jobs, setJobs] = useState<readonly Job[]>([]);

  function keep(job: Job) {
    setJobs((before) => [job, ...before.filter((one) => one.id !== job.id)]);
  }

  function ended(job: Job) {
    setJobs((before) => (before.some((one) => one.id === job.id) ? before : [...before, job]));
    void queries.invalidateQueries({ queryKey: ["results"] });
  }

  return (
    <>
      <PageHead title={t("nav.backtests")} about={again ? t("backtests.again") : t("backtests.about")} />
      <Card title={t("backtests.new")}>
        <SpecForm again={again} started={keep} />
      </Card>
      <RunningJobs jobs={jobs} again={again} ended={ended} />
      <Card title={t("backtests.results")}>
        <ResultList />
      </Card>
      <UnusedKeys />
    </>
  );
}
