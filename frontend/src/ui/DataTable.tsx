import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useMemo, useRef, useState } from "react";
import { useWords } from "../lang/words";
import { order, type SortValue } from "./sorting";

/** A column of a table. */
export interface Column<Row> {
  name: string;
  title: ReactNode;
  /** Content of a cell. */
  show: (row: Row) => ReactNode;
  /** What the column sorts by; without it the column does not sort. */
  value?: (row: Row) => SortValue;
  /** Returns rows sorted, for columns of very many rows that sort faster than by comparing; in place of `value`. */
  order?: (rows: ArrayLike<Row>, descending: boolean) => ArrayLike<Row>;
  /** Aligned as a number. */
  number?: boolean;
  /** May break into lines. */
  words?: boolean;
}

interface DataTableProps<Row> {
  /** What the table is, for those who do not see it. */
  caption: string;
  columns: readonly Column<Row>[];
  rows: ArrayLike<Row>;
  /** Name of a row that stays the same when rows are sorted or added. */
  rowKey: (row: Row, index: number) => string | number;
  sort?: string;
  descending?: boolean;
  /** Told when a person sorts by another column, or the other way. */
  onSort?: (by: string, descending: boolean) => void;
  /** Rows are of different heights, which are measured. */
  uneven?: boolean;
  marked?: (row: Row) => boolean;
  /** What a click on a row does; a row needs a link or a button for the keyboard beside it. */
  pick?: (row: Row) => void;
}

const ROW = 31;
/** Up to so many rows all are on the page; beyond, those that are seen. */
const ALL = 200;

/** A table that sorts by a click or a key on a heading, and draws of very many rows those that are seen. */
export function DataTable<Row>({
  caption,
  columns,
  rows,
  rowKey,
  sort = "",
  descending = false,
  onSort,
  uneven = false,
  marked,
  pick,
}: DataTableProps<Row>) {
  useWords();
  const [sorting, setSorting] = useState({ by: sort, descending });
  const place = useRef<HTMLDivElement>(null);
  const sorted = useMemo(() => {
    const column = columns.find((one) => one.name === sorting.by && isSortable(one));
    if (column?.order) return column.order(rows, sorting.descending);
    return column?.value ? Array.from(rows).sort(order(column.value, sorting.descending)) : rows;
  }, [rows, columns, sorting]);
  const virtual = sorted.length > ALL;
  // The library keeps its own state, as the rule would have it of components.
  // eslint-disable-next-line react-hooks/incompatible-library
  const window_ = useVirtualizer({
    count: virtual ? sorted.length : 0,
    getScrollElement: () => place.current,
    estimateSize: () => ROW,
    overscan: 20,
    useFlushSync: false,
  });
  const seen = virtual ? window_.getVirtualItems() : [];
  const shown = virtual ? seen.map((item) => item.index) : Array.from({ length: sorted.length }, (_, index) => index);
  const [before, after] = virtual ? [seen[0]?.start ?? 0, window_.getTotalSize() - (seen.at(-1)?.end ?? 0)] : [0, 0];

  function sortBy(column: Column<Row>) {
    const next = {
      by: column.name,
      descending: sorting.by === column.name ? !sorting.descending : Boolean(column.number),
    };
    setSorting(next);
    onSort?.(next.by, next.descending);
  }

  return (
    <div ref={place} className={virtual ? "scroll rows" : "scroll"} tabIndex={0} role="region" aria-label={caption}>
      <table aria-rowcount={virtual ? sorted.length + 1 : undefined}>
        <caption className="unseen">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <Heading key={column.name} column={column} sorting={sorting} sortBy={sortBy} />
            ))}
          </tr>
        </thead>
        <tbody>
          <Spacer height={before} columns={columns.length} />
          {shown.map((index) => {
            const row = sorted[index] as Row;
            return (
              // A mouse may pick a whole row; the keyboard has the link or button in it.
              <tr
                key={rowKey(row, index)}
                ref={virtual && uneven ? window_.measureElement : undefined}
                data-index={virtual && uneven ? index : undefined}
                className={marked?.(row) ? "marked" : undefined}
                aria-rowindex={virtual ? index + 2 : undefined}
                onClick={pick && (() => pick(row))}
              >
                {columns.map((column) => (
                  <td key={column.name} className={column.number ? "num" : column.words ? "words" : undefined}>
                    {column.show(row)}
                  </td>
                ))}
              </tr>
            );
          })}
          <Spacer height={after} columns={columns.length} />
        </tbody>
      </table>
    </div>
  );
}

function Heading<Row>({
  column,
  sorting,
  sortBy,
}: {
  column: Column<Row>;
  sorting: { by: string; descending: boolean };
  sortBy: (column: Column<Row>) => void;
}) {
  const sorted = column.name === sorting.by && isSortable(column);
  return (
    <th
      scope="col"
      className={column.number ? "num" : undefined}
      aria-sort={sorted ? (sorting.descending ? "descending" : "ascending") : undefined}
    >
      {isSortable(column) ? (
        <button type="button" onClick={() => sortBy(column)}>
          {column.title}
        </button>
      ) : (
        column.title
      )}
    </th>
  );
}

function isSortable<Row>(column: Column<Row>): boolean {
  return Boolean(column.value ?? column.order);
}

/** The room of the rows that are not drawn. */
function Spacer({ height, columns }: { height: number; columns: number }) {
  if (height <= 0) return null;
  return (
    <tr aria-hidden="true">
      <td className="spacer" colSpan={columns} style={{ height }} />
    </tr>
  );
}
