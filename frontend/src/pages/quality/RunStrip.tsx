import type { Schemas } from "../../api/client";
import { useWords } from "../../lang/words";

type Run = Schemas["ComparedRun"];

const HEIGHT = 14;
const SLIGHT = ["same", "volumes", "part", "minutes", "holiday", "prices", "rounded"];

/** The sessions of each contract in a strip, coloured by how they agree; the table below says the same in words. */
export function RunStrip({ runs }: { runs: readonly Run[] }) {
  const { t } = useWords();
  return (
    <ul className="strips" aria-label={t("quality.sources.strip")}>
      {rows(runs).map(([name, own]) => (
        <li key={name}>
          <span className="small">{name}</span>
          <Strip runs={own} />
        </li>
      ))}
    </ul>
  );
}

function Strip({ runs }: { runs: readonly Run[] }) {
  const { t } = useWords();
  const sessions = runs.reduce((sum, run) => sum + run.sessions, 0);
  const apart = runs.reduce((sum, run) => sum + (run.agrees ? 0 : run.sessions), 0);
  return (
    <svg
      role="img"
      aria-label={t("quality.sources.apart", { apart, count: sessions })}
      viewBox={`0 0 ${sessions} ${HEIGHT}`}
      preserveAspectRatio="none"
      height={HEIGHT}
    >
      {runs.map((run, at) => (
        <rect key={run.first} className={look(run)} x={before(runs, at)} width={run.sessions} height={HEIGHT}>
          <title>{run.about}</title>
        </rect>
      ))}
    </svg>
  );
}

/** Return the runs of each contract and two sources, by name. */
export function rows(runs: readonly Run[]): [string, Run[]][] {
  const found = new Map<string, Run[]>();
  for (const run of runs) {
    const name = `${run.contract} ${run.first_source} · ${run.second_source}`;
    found.set(name, [...(found.get(name) ?? []), run]);
  }
  return [...found];
}

/** Return how a run is painted: as agreeing, as apart a little, or as wrong throughout. */
export function look(run: Pick<Run, "agrees" | "verdict">): string {
  if (run.agrees) return "agrees";
  return SLIGHT.includes(run.verdict) ? "apart" : "wrong";
}

function before(runs: readonly Run[], at: number): number {
  return runs.slice(0, at).reduce((sum, run) => sum + run.sessions, 0);
}
