import { type ReactNode, useEffect, useRef, useState } from "react";
import "../../styles/studies.css";
import { type Key, useWords } from "../../lang/words";
import { pathTo, useQueryString } from "../address";
import { Card, PageHead } from "../Card";
import { sentence } from "../failures";
import { LiveJob } from "../JobView";
import { PageLink } from "../Link";
import { Region } from "../Region";
import type { SpecGroup } from "../SpecForm";
import type { SpecShape } from "../specShape";
import { NewStudy } from "./NewStudy";
import { type Spec, type Started, type Study, type StudyKind, type StudyLine, useNamed, useStudies } from "./studies";
import { NamedList, StudyList } from "./StudyLists";
import { StudyView } from "./StudyView";
import { useStudy } from "./studies";

/** What a page of studies says of its kind. */
export interface StudyKindPage {
  kind: StudyKind;
  /** Stem of its keys in the dictionary: `walk-forward`, `monte-carlo` or `portfolio`. */
  name: "walk-forward" | "monte-carlo" | "portfolio";
  shape: SpecShape;
  groups: readonly SpecGroup[];
  offers: Readonly<Record<string, readonly string[]>>;
  /** What a spec is about, in a few words. */
  of: (spec: Spec) => string;
  /** The verdict of a study in a few words for the list. */
  short: (study: StudyLine) => ReactNode;
  /** Whether the verdict speaks for it. */
  good: (study: Study) => boolean;
  /** The verdict as a sentence. */
  verdict: (study: Study) => ReactNode;
  view: (study: Study) => ReactNode;
  /** A link to what the study is about. */
  source?: (study: Study) => ReactNode;
}

const SHOWN = 100;

/** A page of studies of one kind: all of them and a form for a new one, or one of them by `?id=`. */
export function StudyPage({ page }: { page: StudyKindPage }) {
  const [query] = useQueryString();
  const id = query.get("id");
  return id ? <OneStudy page={page} id={id} /> : <AllStudies page={page} />;
}

function OneStudy({ page, id }: { page: StudyKindPage; id: string }) {
  const { t } = useWords();
  const study = useStudy(page.kind, id);
  return (
    <>
      <PageHead
        title={study.data ? study.data.name : t(`nav.${page.name}` as Key)}
        about={study.data && page.of(study.data.spec)}
      >
        <PageLink href={`/${page.name}`}>{t(`study.all.${page.name}` as Key)}</PageLink>
        {study.data?.state === "done" && page.source?.(study.data)}
        {study.data && <PageLink href={pathTo(`/${page.name}`, { again: id })}>{t("study.again")}</PageLink>}
      </PageHead>
      <Region query={study}>{(one) => <StudyView page={page} study={one} />}</Region>
    </>
  );
}

function AllStudies({ page }: { page: StudyKindPage }) {
  const { t } = useWords();
  const [begun, setBegun] = useState<Started | null>(null);
  const [failure, setFailure] = useState("");
  const studies = useStudies(page.kind, SHOWN);
  const named = useNamed(page.kind);
  const running = useRef<HTMLDivElement>(null);
  // The form that began it stands far below.
  useEffect(() => {
    if (begun) running.current?.scrollIntoView({ block: "center" });
  }, [begun]);
  const start = (starting: Promise<Started>) => {
    setFailure("");
    starting.then(setBegun).catch((error: unknown) => setFailure(sentence(error)));
  };
  return (
    <>
      <PageHead title={t(`nav.${page.name}` as Key)} about={t(`study.about.${page.name}` as Key)} />
      {failure && (
        <p className="loss" role="alert">
          {failure}
        </p>
      )}
      {begun && (
        <div ref={running}>
          <Card title={t("study.running")}>
            <LiveJob key={begun.id} job={begun} ended={() => void studies.refetch()}>
              {(job) => job.state === "succeeded" && <Made page={page} name={begun.name ?? ""} />}
            </LiveJob>
          </Card>
        </div>
      )}
      <Card title={t(`study.list.${page.name}` as Key)} className="tall">
        <Region query={studies}>
          {(found) => <StudyList page={page} studies={found.studies} total={found.total} />}
        </Region>
      </Card>
      <Card title={t("study.named")}>
        <Region query={named}>{(found) => <NamedList page={page} specs={found.specs} started={start} />}</Region>
      </Card>
      <NewStudy page={page} begun={setBegun} settled={!studies.isPending && !named.isPending} />
    </>
  );
}

/** The study that a job has made: the newest of its name. */
function Made({ page, name }: { page: StudyKindPage; name: string }) {
  const { t } = useWords();
  const found = useStudies(page.kind, SHOWN).data?.studies.find((one) => one.name === name);
  if (!found) return null;
  return (
    <p>
      <PageLink className="button" href={pathTo(`/${page.name}`, { id: found.id })}>
        {t("study.open", { name })}
      </PageLink>
    </p>
  );
}
