import type { Schemas } from "../../../api/client";
import { money, NOTHING, number, percent } from "../../../format/format";
import { language, useWords, word } from "../../../lang/words";
import type { Columns } from "../../../ui/columns";
import { TableFrame } from "../../../ui/TableFrame";

const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const PERCENT = ["return", "mean_return", "positive_sessions", "win_rate", "depth"];
const MONEY = ["profit", "mean_profit", "money", "costs", "average_trade", "best_trade", "worst_trade"];
const TEXT = ["label", "clock", "peak", "deepest", "recovered"];
const SHOWN = ["year", "weekday", "hour", "side", "drawdowns"] as const;

type TableName = (typeof SHOWN)[number];

/** The tables of a result: years, weekdays, hours of the session, sides and drawdowns. */
export function ResultTables({ tables }: { tables: Schemas["ResultTables"] }) {
  const { word } = useWords();
  return SHOWN.map((name) => {
    const columns = tables[name];
    return columns ? (
      <div key={name}>
        <h3>{word("table", name)}</h3>
        <ColumnTable name={name} columns={columns} />
      </div>
    ) : null;
  });
}

function ColumnTable({ name, columns }: { name: TableName; columns: Columns }) {
  const { word } = useWords();
  const names = Object.keys(columns);
  const rows = columns[names[0] ?? ""] ?? [];
  return (
    <TableFrame caption={word("table", name)}>
      <thead>
        <tr>
          {names.map((column) => (
            <th key={column} scope="col" className={TEXT.includes(column) ? undefined : "num"}>
              {column === "label" ? <span className="unseen">{word("table", name)}</span> : word("figure", column)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((_, at) => (
          <tr key={at}>
            {names.map((column) => (
              <Cell key={column} table={name} column={column} value={columns[column]?.[at]} />
            ))}
          </tr>
        ))}
      </tbody>
    </TableFrame>
  );
}

function Cell({ table, column, value }: { table: TableName; column: string; value: unknown }) {
  if (column === "label") return <th scope="row">{labelOf(table, String(value))}</th>;
  return <td className={TEXT.includes(column) ? undefined : "num"}>{plain(column, value)}</td>;
}

function plain(column: string, value: unknown): string {
  if (value === null || value === undefined) return NOTHING;
  if (typeof value === "string") return value;
  if (typeof value !== "number") return JSON.stringify(value);
  if (PERCENT.includes(column)) return percent(value, 2);
  return MONEY.includes(column) ? money(value) : number(value, Number.isInteger(value) ? 0 : 2);
}

/** Return a weekday in the visitor's language; 2026-01-05 is a Monday. */
function labelOf(table: TableName, value: string): string {
  if (table === "weekday") {
    const date = new Date(Date.UTC(2026, 0, 5 + WEEKDAYS.indexOf(value)));
    return date.toLocaleDateString(language(), { weekday: "long", timeZone: "UTC" });
  }
  return table === "side" ? word("side", value) : value;
}
