import { useQuery } from "@tanstack/react-query";
import { usePolling } from "../../api/changes";
import { moment } from "../../format/format";
import { useWords } from "../../lang/words";
import { Card } from "../../ui/Card";
import { Empty, Region } from "../../ui/Region";
import { reconciliationsQuery } from "./queries";

const SOON = 10_000;

/** The last comparisons with the broker. */
export function Reconciliations({ account }: { account: string }) {
  const { t, word } = useWords();
  const found = useQuery({ ...reconciliationsQuery(account), refetchInterval: usePolling(SOON) });
  return (
    <Card title={t("trading.reconciliations")}>
      <Region query={found}>
        {({ reconciliations }) =>
          reconciliations.length ? (
            <ul className="body plain">
              {reconciliations.map((one) => (
                <li key={one.at}>
                  <span className={one.agrees ? "tag good" : "tag bad"}>
                    {t(one.agrees ? "trading.agrees" : "trading.differs")}
                  </span>{" "}
                  <time>{moment(one.at, "UTC", true)}</time>{" "}
                  <span className="small muted">{word("reconciliation", one.cause)}</span>
                  {one.differences.map((words) => (
                    <div key={words} className="small">
                      {words}
                    </div>
                  ))}
                </li>
              ))}
            </ul>
          ) : (
            <Empty title={t("trading.reconciliations.none")} />
          )
        }
      </Region>
    </Card>
  );
}
