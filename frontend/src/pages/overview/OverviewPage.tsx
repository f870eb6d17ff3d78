import { useQuery } from "@tanstack/react-query";
import { api, got } from "../../api/client";
import { usePolling } from "../../api/changes";
import { useHealth } from "../../api/health";
import { useNewestJobs } from "../../api/jobs";
import { every } from "../../api/queries";
import { COARSE } from "../../chart/classes";
import { ClassLegend } from "../../chart/CoverageStrip";
import { useWords } from "../../lang/words";
import { Card, PageHead } from "../../ui/Card";
import { isOver, JobLine } from "../../ui/JobView";
import { PageLink } from "../../ui/Link";
import { Empty, Region } from "../../ui/Region";
import { Attention } from "./Attention";
import { CoverageMap } from "./CoverageMap";
import { Instruments } from "./Instruments";
import { Pacing } from "./Pacing";
import { Results } from "./Results";
import "../../styles/overview.css";

const SOON = 5000;
const LATER = 30_000;
const NEWEST = 40;
const ENDED = 4;

/** The first minute of a morning: what wants a person, what there is, how fresh and whole, and what runs now. */
export default function OverviewPage() {
  const { t } = useWords();
  const coverage = useQuery({
    queryKey: ["coverage"],
    queryFn: ({ signal }) => got(api.GET("/api/v1/coverage", { signal })),
    refetchInterval: usePolling(LATER),
  });
  const instruments = useQuery({
    queryKey: ["instruments"],
    queryFn: ({ signal }) => got(api.GET("/api/v1/instruments", { signal })),
  });
  const pacing = useQuery({
    queryKey: ["pacing"],
    queryFn: ({ signal }) => got(api.GET("/api/v1/pacing", { signal })),
    refetchInterval: every(SOON),
  });
  const jobs = useNewestJobs(NEWEST, SOON);
  const { freshness } = useHealth().data ?? {};
  return (
    <>
      <PageHead title={t("nav.overview")} about={t("overview.about")} />
      <Attention coverage={coverage.data} jobs={jobs.data} />
      <Card title={t("overview.coverage")} end={<ClassLegend classes={COARSE} />}>
        <Region query={coverage}>{(found) => <CoverageMap instruments={found.instruments} />}</Region>
      </Card>
      <div className="wide-narrow">
        <div className="stack">
          <Card title={t("overview.instruments")}>
            <Region query={instruments}>{(all) => <Instruments instruments={all} freshness={freshness} />}</Region>
          </Card>
          <Results />
        </div>
        <div className="stack">
          <Card title={t("overview.jobs")} end={<PageLink href="/runs">{t("overview.alljobs")}</PageLink>}>
            <Region query={jobs}>
              {(newest) => {
                const going = newest.filter((job) => !isOver(job));
                const shown = going.length ? going : newest.slice(0, ENDED);
                if (!shown.length) return <Empty title={t("jobs.empty")} text={t("jobs.empty.text")} />;
                return shown.map((job) => <JobLine key={job.id} job={job} />);
              }}
            </Region>
          </Card>
          <Card title={t("overview.pacing")}>
            <div className="body">
              <Region query={pacing}>{(found) => <Pacing pacing={found} />}</Region>
            </div>
          </Card>
          <Parts />
        </div>
      </div>
    </>
  );
}

/** The parts behind the pages, and what the server says of each. */
function Parts() {
  const { t, word } = useWords();
  const parts = Object.entries(useHealth().data?.parts ?? {});
  if (!parts.length) return null;
  return (
    <Card title={t("overview.parts")}>
      <dl className="pairs body">
        {parts.map(([name, part]) => (
          <div key={name} className="pair">
            <dt>
              <span className={part.up ? "tag good" : "tag bad"}>
                {word("part", name)} {part.up ? "✓" : "✗"}
              </span>
            </dt>
            <dd className="small" lang="en">
              {part.about}
            </dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}
