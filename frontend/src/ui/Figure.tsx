import type { ReactNode } from "react";
import { day, number } from "../format/format";
import { useWords } from "../lang/words";
import { type Curve, Curves } from "./Curves";
import { type Column, DataTable } from "./DataTable";

type FigureProps = Parameters<typeof Curves>[0] & {
  /** What the places on the axis are, as the heading of the table. */
  over: string;
  /** Said below the chart. */
  children?: ReactNode;
};

/** Curves with what they show as a table, folded, for those who do not see them or want the numbers. */
export function Figure({ over, children, ...chart }: FigureProps) {
  const { t } = useWords();
  const columns: Column<number>[] = [
    {
      name: "x",
      title: over,
      value: (at) => chart.x[at],
      show: (at) => placeOf(chart, chart.x[at] ?? 0),
      number: chart.plain,
    },
    ...chart.curves
      .filter((one) => !one.unlisted)
      .map((one, place): Column<number> => ({
        name: `c${place}`,
        title: one.name,
        number: true,
        value: (at) => told(one, at),
        show: (at) => {
          const value = told(one, at);
          return value === null ? "–" : (chart.format ?? number)(value);
        },
      })),
  ];
  return (
    <figure className="chart-figure">
      <Curves {...chart} over={over} />
      {children && <figcaption className="small muted">{children}</figcaption>}
      <details>
        <summary className="small">{t("study.astable")}</summary>
        <DataTable caption={chart.label} columns={columns} rows={chart.x.map((_, at) => at)} rowKey={(at) => at} />
      </details>
    </figure>
  );
}

function told(curve: Curve, at: number): number | null {
  return (curve.told ?? curve.values)[at] ?? null;
}

function placeOf({ plain, formatX }: Pick<FigureProps, "plain" | "formatX">, x: number): string {
  if (plain) return (formatX ?? number)(x);
  return day(new Date(x * 1000).toISOString().slice(0, 10));
}
