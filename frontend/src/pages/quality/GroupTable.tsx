import { useMemo } from "react";
import type { Schemas } from "../../api/client";
import { day, number } from "../../format/format";
import { useWords } from "../../lang/words";
import { type Column, DataTable } from "../../ui/DataTable";
import { type BarFilter, ofGroup } from "./filter";

type Group = Schemas["QuarantineGroup"];

interface GroupTableProps {
  filter: BarFilter;
  groups: readonly Group[];
  change: (filter: BarFilter) => void;
}

/** How many bars there are of each reason, contract and session, folded up; each can be made the filter. */
export function GroupTable({ filter, groups, change }: GroupTableProps) {
  const { t, word } = useWords();
  const columns = useMemo<Column<Group>[]>(
    () => [
      {
        name: "reason",
        title: t("quality.reason"),
        show: (group) => (
          <span className={group.acceptable ? "tag warn" : "tag bad"}>{word("reason", group.reason)}</span>
        ),
      },
      {
        name: "contract",
        title: t("column.contract"),
        value: (group) => `${group.symbol} ${group.contract}`,
        show: (group) => `${group.symbol} ${group.contract}`,
      },
      {
        name: "session",
        title: t("column.session"),
        value: (group) => group.trade_date,
        show: (group) => day(group.trade_date),
      },
      {
        name: "bars",
        title: t("quality.bars"),
        number: true,
        value: (group) => group.bars,
        show: (group) => number(group.bars),
      },
      {
        name: "only",
        title: <span className="unseen">{t("quality.only")}</span>,
        show: (group) => (
          <button
            type="button"
            className="quiet"
            aria-label={`${t("quality.only")}: ${nameOf(group)}`}
            onClick={() => change(ofGroup(filter, group))}
          >
            {t("quality.only")}
          </button>
        ),
      },
    ],
    [t, word, filter, change],
  );
  if (groups.length < 2) return null;
  return (
    <details className="line folded">
      <summary>{t("quality.groups", { count: groups.length })}</summary>
      <DataTable caption={t("quality.preview")} columns={columns} rows={groups} rowKey={nameOf} />
    </details>
  );
}

function nameOf(group: Group): string {
  return [group.symbol, group.contract, group.trade_date, group.reason].join(" ");
}
