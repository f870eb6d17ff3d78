import { useMemo } from "react";
import { number } from "../../format/format";
import { useWords } from "../../lang/words";
import { type Column, DataTable } from "../../ui/DataTable";
import { sortedOrder } from "../../ui/indexSort";
import { metricOf } from "./SearchList";
import { isLarger, type Looked } from "./TrialsPart";

interface TrialTableProps {
  looked: Looked;
  /** Rows to show; null: all. */
  rows: Uint32Array | null;
  /** The row that is looked at; -1: none. */
  chosen: number;
}

/** All trials, or those that are chosen; only the rows that are seen are drawn, and sorting moves positions alone. */
export function TrialTable({ looked, rows, chosen }: TrialTableProps) {
  const { t } = useWords();
  const { trials, search, change } = looked;
  const shown = useMemo(() => rows ?? Uint32Array.from({ length: trials.count }, (_, at) => at), [rows, trials]);
  const columns = useColumns(looked);
  return (
    <DataTable
      caption={t("search.trials")}
      columns={columns}
      rows={shown}
      rowKey={(_, index) => index}
      sort="objective"
      descending={isLarger(search.objective, looked.metrics)}
      marked={(row) => row === chosen}
      pick={(row) => change({ trial: String(trials.number[row]) })}
    />
  );
}

function useColumns({ trials, metrics, search, change }: Looked): Column<number>[] {
  const { t, word } = useWords();
  return useMemo(() => {
    const objective = metricOf(search.objective);
    const column = (name: string, title: Column<number>["title"], values: Float64Array, show: (value: number, row: number) => string) => ({
      name,
      title,
      number: true,
      order: (rows: ArrayLike<number>, descending: boolean) => sortedOrder(values, descending, rows),
      show: (row: number) => show(values[row] ?? NaN, row),
    }); // prettier-ignore
    const ranked = word("trial", "ranked");
    const parameters = trials.axes.map(({ name }) => {
      const found = trials.parameters.get(name);
      const labels = found?.labels;
      return column(name, <code>{name}</code>, found?.numbers ?? new Float64Array(), (value) => labels?.[value] ?? number(value)); // prettier-ignore
    });
    const figures = [...trials.figures]
      .filter(([name]) => name !== objective)
      .map(([name, values]) =>
        column(`figure.${name}`, metrics.title(name), values, (value) => metrics.format(name, value)),
      );
    const own = column("objective", metrics.title(objective), trials.objective, (value) =>
      metrics.format(objective, value),
    );
    return [
      {
        name: "number",
        title: t("search.number"),
        number: true,
        order: (rows, descending) => sortedOrder(trials.number, descending, rows),
        show: (row) => (
          <button
            type="button"
            className="link"
            aria-label={t("search.trial.show", { number: trials.number[row] ?? 0 })}
            onClick={() => change({ trial: String(trials.number[row]) })}
          >
            {number(trials.number[row])}
          </button>
        ),
      },
      ...parameters,
      own,
      ...figures,
      {
        name: "state",
        title: t("search.state"),
        show: (row) =>
          trials.ranked[row] ? ranked : <span className="tag warn">{word("trial", trials.state[row] ?? "")}</span>,
      },
    ];
  }, [trials, metrics, search.objective, change, t, word]);
}
