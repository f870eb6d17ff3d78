import { useQuery } from "@tanstack/react-query";
import { api, got, type Schemas } from "../../api/client";
import { usePolling } from "../../api/changes";
import { day, number } from "../../format/format";
import { useWords } from "../../lang/words";
import { pathTo } from "../../ui/address";
import { Card } from "../../ui/Card";
import type { Job } from "../../ui/JobView";
import { PageLink } from "../../ui/Link";
import { failedLately, waitingOf } from "./waiting";

const SOMETIMES = 30_000;
const MOST = 3;

interface AttentionProps {
  coverage: Schemas["CoverageOverview"] | undefined;
  jobs: readonly Job[] | undefined;
}

/** What wants a person, with the page where it is done; nothing where nothing does. */
export function Attention({ coverage, jobs = [] }: AttentionProps) {
  const { t, word } = useWords();
  const quarantine = useQuery({
    queryKey: ["quarantine"],
    queryFn: ({ signal }) => got(api.GET("/api/v1/quarantine", { signal })),
    select: (answer) => waitingOf(answer.groups),
    refetchInterval: usePolling(SOMETIMES),
  }).data;
  const failed = failedLately(jobs);
  const unasked = (coverage?.instruments ?? []).flatMap(({ symbol, not_asked: found }) =>
    found ? [{ symbol, found }] : [],
  );
  if (!quarantine?.length && !failed.length && !unasked.length) return null;
  return (
    <Card title={t("overview.attention")}>
      <ul className="attention">
        {failed.slice(0, MOST).map((job) => (
          <li key={job.id}>
            <span className="tag bad">{word("job", "failed")}</span>
            <PageLink href={pathTo("/runs", { id: job.id })}>{job.about || word("kind", job.kind)}</PageLink>
            <span className="muted why">{job.message}</span>
          </li>
        ))}
        {failed.length > MOST && (
          <li>
            <PageLink href="/runs?state=failed">{t("overview.allfailed", { count: failed.length })}</PageLink>
          </li>
        )}
        {quarantine?.map(({ symbol, bars, reasons }) => (
          <li key={symbol}>
            <span className="tag warn">{word("class", "quarantined")}</span>
            <PageLink href={pathTo("/quality", { symbol })}>{t("overview.waiting", { symbol, count: bars })}</PageLink>
            <span className="muted">
              {reasons.map((one) => `${word("reason", one.reason)} ${number(one.bars)}`).join(", ")}
            </span>
          </li>
        ))}
        {unasked.length > 0 && (
          <li>
            <span className="tag">{word("class", "never_asked")}</span>
            {unasked.map(({ symbol, found }) => (
              <PageLink
                key={symbol}
                href={pathTo("/extract", { symbol, start: found.first, end: found.last })}
                title={t("map.notasked", { count: found.sessions, since: day(found.first) })}
              >
                {t("overview.unasked", { symbol, count: found.sessions })}
              </PageLink>
            ))}
          </li>
        )}
      </ul>
    </Card>
  );
}
