import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { usePolling } from "../../api/changes";
import { moment, number } from "../../format/format";
import { useWords } from "../../lang/words";
import { Card } from "../../ui/Card";
import { type Column, DataTable } from "../../ui/DataTable";
import { Older } from "../../ui/Older";
import { Empty, Region } from "../../ui/Region";
import { OrderDialog } from "./OrderDialog";
import { type Order, ordersQuery } from "./queries";
import { toneOf } from "./states";

const SOON = 5000;

/** Open orders, or all recent ones; each opens with everything that was heard about it. */
export function Orders({ account }: { account: string }) {
  const { t, word } = useWords();
  const [open, setOpen] = useState(true);
  const [chosen, choose] = useState<string>();
  const orders = useInfiniteQuery({ ...ordersQuery(account, open), refetchInterval: usePolling(SOON) });
  const columns = useMemo<Column<Order>[]>(
    () => [
      {
        name: "planned",
        title: t("trading.planned"),
        value: (one) => one.planned_at,
        show: (one) => (
          <button type="button" className="link" onClick={() => choose(one.ref)}>
            {moment(one.planned_at, "UTC", true)}
          </button>
        ),
      },
      {
        name: "what",
        title: t("trading.order"),
        show: (one) => `${word("side", one.action)} ${number(one.quantity)} ${one.symbol} ${one.contract}`,
      },
      {
        name: "type",
        title: t("trading.kind"),
        show: (one) => [word("ordertype", one.order_type), number(one.limit_price ?? one.stop_price)].join(" "),
      },
      {
        name: "filled",
        title: t("trading.filled"),
        number: true,
        value: (one) => one.filled,
        show: (one) => number(one.filled),
      },
      {
        name: "state",
        title: t("trading.state"),
        value: (one) => one.state,
        show: (one) => <span className={`tag ${toneOf(one.state)}`}>{word("orderstate", one.state)}</span>,
      },
      { name: "spec", title: t("trading.spec"), value: (one) => one.spec, show: (one) => one.spec },
      { name: "why", title: t("trading.why"), show: (one) => one.why, words: true },
    ],
    [t, word],
  );
  return (
    <Card
      title={t("trading.orders")}
      end={
        <div className="segments" role="group" aria-label={t("trading.orders")}>
          <button type="button" aria-pressed={open} onClick={() => setOpen(true)}>
            {t("trading.orders.open")}
          </button>
          <button type="button" aria-pressed={!open} onClick={() => setOpen(false)}>
            {t("trading.orders.all")}
          </button>
        </div>
      }
    >
      <Region query={orders}>
        {(found) =>
          found.length ? (
            <DataTable caption={t("trading.orders")} columns={columns} rows={found} rowKey={(one) => one.ref} />
          ) : (
            <Empty title={t(open ? "trading.orders.noneopen" : "trading.orders.none")} />
          )
        }
      </Region>
      <Older list={orders} />
      {chosen && <OrderDialog reference={chosen} close={() => choose(undefined)} />}
    </Card>
  );
}
