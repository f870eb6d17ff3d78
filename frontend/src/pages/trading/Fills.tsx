import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { usePolling } from "../../api/changes";
import { moment, money, number } from "../../format/format";
import { useWords } from "../../lang/words";
import { Card } from "../../ui/Card";
import { type Column, DataTable } from "../../ui/DataTable";
import { Older } from "../../ui/Older";
import { Empty, Region } from "../../ui/Region";
import { type Fill, fillsQuery } from "./queries";

const SOON = 5000;

/** The executions of an account, newest first. */
export function Fills({ account }: { account: string }) {
  const { t } = useWords();
  const fills = useInfiniteQuery({ ...fillsQuery(account), refetchInterval: usePolling(SOON) });
  const columns = useMemo<Column<Fill>[]>(
    () => [
      { name: "at", title: t("trading.at"), value: (one) => one.at, show: (one) => moment(one.at, "UTC", true) },
      { name: "contract", title: t("column.contract"), show: (one) => `${one.symbol} ${one.contract}` },
      {
        name: "quantity",
        title: t("trading.contracts"),
        number: true,
        value: (one) => one.quantity,
        show: (one) => number(one.quantity),
      },
      {
        name: "price",
        title: t("trading.price"),
        number: true,
        value: (one) => one.price,
        show: (one) => number(one.price),
      },
      { name: "commission", title: t("trading.commission"), number: true, show: (one) => money(one.commission) },
      { name: "realized", title: t("trading.realized"), number: true, show: (one) => money(one.realized, true) },
      {
        name: "spec",
        title: t("trading.spec"),
        value: (one) => one.spec,
        show: (one) => one.spec || t("trading.nobody"),
      },
      { name: "execution", title: t("trading.execution"), show: (one) => <span className="mono">{one.exec_id}</span> },
    ],
    [t],
  );
  return (
    <Card title={t("trading.fills")} className="tall">
      <Region query={fills}>
        {(found) =>
          found.length ? (
            <DataTable caption={t("trading.fills")} columns={columns} rows={found} rowKey={(one) => one.exec_id} />
          ) : (
            <Empty title={t("trading.fills.none")} />
          )
        }
      </Region>
      <Older list={fills} />
    </Card>
  );
}
