import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { usePolling } from "../../api/changes";
import { moment, number } from "../../format/format";
import { useWords } from "../../lang/words";
import { Card } from "../../ui/Card";
import { type Column, DataTable } from "../../ui/DataTable";
import { Older } from "../../ui/Older";
import { Empty, Region } from "../../ui/Region";
import { type Decision, decisionsQuery } from "./queries";
import { toneOf } from "./states";

const SOON = 5000;

/** What each spec wanted to hold on the close of a bar, and what became of it. */
export function Decisions({ account }: { account: string }) {
  const { t, word } = useWords();
  const decisions = useInfiniteQuery({ ...decisionsQuery(account), refetchInterval: usePolling(SOON) });
  const columns = useMemo<Column<Decision>[]>(
    () => [
      { name: "bar", title: t("column.bar"), value: (one) => one.bar, show: (one) => moment(one.bar) },
      { name: "spec", title: t("trading.spec"), value: (one) => one.spec, show: (one) => one.spec },
      { name: "cause", title: t("trading.cause"), show: (one) => word("cause", one.cause) },
      { name: "contract", title: t("column.contract"), show: (one) => `${one.symbol} ${one.contract}` },
      { name: "held", title: t("trading.held"), number: true, show: (one) => number(one.held) },
      { name: "target", title: t("trading.target"), number: true, show: (one) => number(one.target) },
      { name: "price", title: t("bar.close"), number: true, show: (one) => number(one.price) },
      {
        name: "state",
        title: t("trading.state"),
        value: (one) => one.state,
        show: (one) => <span className={`tag ${toneOf(one.state)}`}>{word("decisionstate", one.state)}</span>,
      },
      { name: "reason", title: t("trading.reason"), show: (one) => one.reason, words: true },
    ],
    [t, word],
  );
  return (
    <Card title={t("trading.decisions")} className="tall">
      <Region query={decisions}>
        {(found) =>
          found.length ? (
            <DataTable
              caption={t("trading.decisions")}
              columns={columns}
              rows={found}
              rowKey={(one) => `${one.spec} ${one.cause} ${one.bar}`}
            />
          ) : (
            <Empty title={t("trading.decisions.none")} />
          )
        }
      </Region>
      <Older list={decisions} />
    </Card>
  );
}
