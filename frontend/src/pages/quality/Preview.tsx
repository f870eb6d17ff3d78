import type { Schemas } from "../../api/client";
import { day, month, number } from "../../format/format";
import { type Key, useWords } from "../../lang/words";
import { TableFrame } from "../../ui/TableFrame";

const LINES = 12;

/** What a decision is about, the gravest reason first, and what it starts. */
export function Preview({ preview }: { preview: Schemas["DecisionPreview"] }) {
  const { t, word } = useWords();
  const { groups, already, decision, months, runs, bars } = preview;
  const rest = groups.slice(LINES).reduce((sum, group) => sum + group.bars, 0);
  const sessions = new Set(groups.map((group) => `${group.symbol} ${group.trade_date}`)).size;
  const figures: [string, number][] = [
    [t("quality.bars"), bars],
    [t("quality.sessions"), sessions],
    [t("quality.runs"), runs],
  ];
  return (
    <>
      <p className="muted">{t(`decision.${decision}.text` as Key)}</p>
      <div className="keys">
        {figures.map(([name, value]) => (
          <div key={name}>
            <b>{number(value)}</b>
            <span>{name}</span>
          </div>
        ))}
      </div>
      <TableFrame caption={t("quality.preview")} frame="preview">
        <thead>
          <tr>
            <th scope="col">{t("quality.reason")}</th>
            <th scope="col">{t("column.contract")}</th>
            <th scope="col">{t("column.session")}</th>
            <th scope="col" className="num">
              {t("quality.bars")}
            </th>
          </tr>
        </thead>
        <tbody>
          {groups.slice(0, LINES).map((group) => (
            <tr key={`${group.symbol} ${group.contract} ${group.trade_date} ${group.reason}`}>
              <td>{word("reason", group.reason)}</td>
              <td>{`${group.symbol} ${group.contract}`}</td>
              <td>{day(group.trade_date)}</td>
              <td className="num">{number(group.bars)}</td>
            </tr>
          ))}
        </tbody>
      </TableFrame>
      {rest > 0 && <p className="small muted">{t("quality.more", { count: rest })}</p>}
      {already > 0 && <p className="small muted">{t("quality.already", { count: already })}</p>}
      <p className="small muted">{t("quality.starts", { count: runs, months: months.map(partition).join(", ") })}</p>
    </>
  );
}

/** Return the name of a month of the graph, `ES|2026-10-01`, as a person says it. */
function partition(name: string): string {
  const [symbol, date] = name.split("|");
  return date ? `${symbol} ${month(date)}` : name;
}
