import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, got, type Schemas } from "../../api/client";
import { usePolling } from "../../api/changes";
import { useWords } from "../../lang/words";
import { Card } from "../../ui/Card";
import type { Job } from "../../ui/JobView";
import { Empty, Region } from "../../ui/Region";
import { BarTable } from "./BarTable";
import { Deciding } from "./Deciding";
import { FilterBar } from "./FilterBar";
import { GroupTable } from "./GroupTable";
import { Suspect } from "./Suspect";
import { type BarFilter, criteriaOf, narrows, widened } from "./filter";

/** Up to so many bars all are shown between their neighbours; beyond, those that are opened. */
const FEW = 20;
const OFTEN = 20_000;

interface ReviewProps {
  filter: BarFilter;
  change: (filter: BarFilter) => void;
  started: (job: Job) => void;
}

/** The bars that wait for a decision, and the decision about some or all of them. */
export function Review({ filter, change, started }: ReviewProps) {
  const { t } = useWords();
  const queries = useQueryClient();
  const everything = useQuarantine(widened(filter));
  const narrowed = useQuarantine(filter);
  const groups = everything.data?.groups ?? [];
  const begun = (job: Job) => {
    started(job);
    void queries.invalidateQueries({ queryKey: ["quarantine"] });
  };
  const decided = (
    <>
      <input
        type="checkbox"
        id="decided"
        checked={filter.decided}
        onChange={(event) => change({ ...filter, decided: event.target.checked })}
      />
      <label htmlFor="decided">{t("quality.decided")}</label>
    </>
  );
  return (
    <Card title={t("quality.review")} end={decided}>
      {(groups.length > 0 || narrows(filter)) && <FilterBar filter={filter} groups={groups} change={change} />}
      <GroupTable filter={filter} groups={narrowed.data?.groups ?? []} change={change} />
      <Region query={narrowed}>
        {(answer) =>
          answer.bars.length ? (
            <div aria-busy={narrowed.isPlaceholderData || undefined}>
              <Chosen key={JSON.stringify(filter)} filter={filter} answer={answer} started={begun} />
            </div>
          ) : narrows(filter) ? (
            <Empty title={t("quality.nothing")} text={t("quality.nothing.text")} />
          ) : (
            <Empty title={t("quality.clean")} text={t("quality.clean.text")} />
          )
        }
      </Region>
    </Card>
  );
}

function useQuarantine(filter: BarFilter) {
  return useQuery({
    queryKey: ["quarantine", filter.symbol, filter],
    queryFn: ({ signal }) => got(api.GET("/api/v1/quarantine", { params: { query: criteriaOf(filter) }, signal })),
    refetchInterval: usePolling(OFTEN),
    placeholderData: keepPreviousData,
  });
}

interface ChosenProps {
  filter: BarFilter;
  answer: Schemas["QuarantineList"];
  started: (job: Job) => void;
}

/** The bars that meet a filter, of which some are chosen. */
function Chosen({ filter, answer, started }: ChosenProps) {
  const { t } = useWords();
  const [all, setAll] = useState(false);
  const [bars, setBars] = useState<ReadonlySet<string>>(new Set());
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const few = answer.bars.length <= FEW;
  const chosen = answer.bars.filter((one) => bars.has(one.bar)).map((one) => one.bar);
  const box = (one: Schemas["QuarantinedBar"]) => (
    <input
      type="checkbox"
      aria-label={t("quality.choose", { bar: one.bar })}
      disabled={all}
      checked={all || bars.has(one.bar)}
      onChange={() => setBars((before) => flipped(before, one.bar))}
    />
  );
  const open = (bar: string) => setOpened((before) => flipped(before, bar));
  const shown = few ? answer.bars : answer.bars.filter((one) => opened.has(one.bar));
  return (
    <>
      <Deciding
        filter={filter}
        total={answer.total}
        all={all}
        setAll={setAll}
        bars={chosen}
        started={(job) => {
          setAll(false);
          setBars(new Set());
          started(job);
        }}
      />
      {shown.map((one) => (
        <Suspect key={one.bar + one.reason} bar={one} box={box(one)} started={started}>
          {!few && (
            <button type="button" className="quiet" onClick={() => open(one.bar)}>
              {t("action.close")}
            </button>
          )}
        </Suspect>
      ))}
      {!few && <BarTable bars={answer.bars} box={box} opened={opened} open={open} />}
      {answer.total > answer.bars.length && (
        <p className="body small muted">{t("table.more", { shown: answer.bars.length, rows: answer.total })}</p>
      )}
    </>
  );
}

function flipped(before: ReadonlySet<string>, bar: string): ReadonlySet<string> {
  const next = new Set(before);
  if (!next.delete(bar)) next.add(bar);
  return next;
}
