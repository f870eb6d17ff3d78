import { useMemo } from "react";
import { money, number } from "../../format/format";
import { useWords } from "../../lang/words";
import { Card } from "../../ui/Card";
import { type Column, DataTable } from "../../ui/DataTable";
import { Empty } from "../../ui/Region";
import type { Account, Position } from "./queries";

/** What the account holds now, the sum of its executions. */
export function Positions({ account }: { account: Account }) {
  const { t } = useWords();
  const columns = useMemo<Column<Position>[]>(
    () => [
      {
        name: "symbol",
        title: t("column.symbol"),
        value: (one) => one.symbol,
        show: (one) => (
          <>
            <b>{one.symbol}</b> {one.contract}
          </>
        ),
      },
      {
        name: "quantity",
        title: t("trading.contracts"),
        number: true,
        value: (one) => one.quantity,
        show: (one) => number(one.quantity),
      },
      {
        name: "average",
        title: t("trading.average"),
        number: true,
        value: (one) => one.average_price,
        show: (one) => number(one.average_price),
      },
      {
        name: "last",
        title: t("trading.last"),
        number: true,
        value: (one) => one.last_price,
        show: (one) => number(one.last_price),
      },
      {
        name: "open",
        title: t("trading.openprofit"),
        number: true,
        value: (one) => one.open_profit,
        show: (one) => <Profit value={one.open_profit} />,
      },
      {
        name: "realized",
        title: t("trading.realized"),
        number: true,
        value: (one) => one.realized,
        show: (one) => <Profit value={one.realized} />,
      },
      {
        name: "specs",
        title: t("trading.byspec"),
        words: true,
        show: (one) =>
          Object.entries(one.specs)
            .map(([spec, held]) => `${spec || t("trading.nobody")} ${number(held)}`)
            .join(", "),
      },
    ],
    [t],
  );
  return (
    <Card title={t("trading.positions")}>
      {account.positions.length ? (
        <DataTable
          caption={t("trading.positions")}
          columns={columns}
          rows={account.positions}
          rowKey={(one) => one.con_id}
        />
      ) : (
        <Empty title={t("trading.positions.none")} />
      )}
    </Card>
  );
}

function Profit({ value }: { value: number | null }) {
  if (value === null) return "–";
  return <span className={value < 0 ? "loss" : "gain"}>{money(value, true)}</span>;
}
