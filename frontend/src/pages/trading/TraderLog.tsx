import { useInfiniteQuery } from "@tanstack/react-query";
import { usePolling } from "../../api/changes";
import { moment } from "../../format/format";
import { useWords } from "../../lang/words";
import { Card } from "../../ui/Card";
import { Older } from "../../ui/Older";
import { Empty, Region } from "../../ui/Region";
import { logQuery } from "./queries";

const SOON = 5000;

/** The last lines of the trader's log, the newest first. */
export function TraderLog({ account }: { account: string }) {
  const { t } = useWords();
  const log = useInfiniteQuery({ ...logQuery(account), refetchInterval: usePolling(SOON) });
  return (
    <Card title={t("trading.log")}>
      <Region query={log}>
        {(lines) =>
          lines.length ? (
            // A list that scrolls is reached by the keyboard.
            <ol className="log" tabIndex={0} aria-label={t("trading.log")}>
              {lines.map((line) => (
                <li
                  key={line.id}
                  className={line.level === "error" ? "loss" : line.level === "warning" ? "warned" : ""}
                >
                  <time>{moment(line.at, "UTC", true)}</time>
                  {line.subject && <b>{line.subject} </b>}
                  {line.words}
                </li>
              ))}
            </ol>
          ) : (
            <Empty title={t("trading.log.none")} />
          )
        }
      </Region>
      <Older list={log} />
    </Card>
  );
}
