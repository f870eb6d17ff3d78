import type { Schemas } from "../api/client";
import { day } from "../format/format";
import { useWords } from "../lang/words";

/** A line for the timeframes that were not made from all stored minutes; nothing if all were. */
export function ToDerive({ timeframes }: { timeframes: readonly Schemas["TimeframeCoverage"][] }) {
  const { t } = useWords();
  const lacking = timeframes.filter((one) => !one.whole);
  const days = [...new Set(lacking.flatMap((one) => one.missing))].sort();
  if (!days.length) return null;
  const names = lacking.map((one) => one.timeframe).join(", ");
  const gaps = { names, count: days.length, first: day(days[0]), last: day(days.at(-1)) };
  return (
    <p className="body loss" role="status">
      {t("quality.toderive", gaps)}
    </p>
  );
}

/** The sessions up to now that no request was about; nothing where there are none. */
export function NotAsked({ found }: { found: Schemas["UnrequestedSessions"] | null | undefined }) {
  const { t } = useWords();
  if (!found) return null;
  return (
    <p className="small loss later" role="status">
      {t("map.notasked", { count: found.sessions, since: day(found.first) })}
    </p>
  );
}
