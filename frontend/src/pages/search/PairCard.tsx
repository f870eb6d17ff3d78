import { useId, useMemo } from "react";
import { type Key, useWords } from "../../lang/words";
import { Card } from "../../ui/Card";
import { scaleOf } from "../../ui/colourScale";
import { HeatMap } from "../../ui/HeatMap";
import type { CellRect, HeatAxis, HeatMark } from "../../ui/heatMapDrawing";
import { type Over, OVERS, pairCells, type TrialAxis, writeRect } from "./grid";
import type { Looked } from "./TrialsPart";
import { useSurface } from "./SurfaceCards";

interface PairCardProps {
  looked: Looked;
  x: TrialAxis;
  y: TrialAxis;
  rect: CellRect | null;
  /** What is chosen; what is drawn follows. */
  figure: string;
  over: Over;
}

/** A figure over two parameters; a rectangle that is drawn on it chooses the trials of the table. */
export function PairCard({ looked, x, y, rect, figure: chosenFigure, over: chosenOver }: PairCardProps) {
  const { t } = useWords();
  const { trials, order, values, over, larger, metrics, figure, best, change } = looked;
  const cells = useMemo(() => pairCells(x, y, order, values, over), [x, y, order, values, over]);
  const scale = useMemo(() => scaleOf(cells.values, !larger), [cells, larger]);
  const optima = useSurface(looked.search).data?.optima;
  const marks = useMemo(() => {
    const home = best < 0 ? null : { x: x.places[best] ?? 0, y: y.places[best] ?? 0 };
    const found: HeatMark[] = (optima ?? []).flatMap((one) => {
      const [column, row] = [x, y].map((axis) => axis.labels.indexOf(labelIn(axis, one.parameters[axis.name])));
      return column === undefined || row === undefined || column < 0 || row < 0
        ? []
        : [{ x: column, y: row, kind: "ring" as const }];
    });
    const rings = found.filter((one) => one.x !== home?.x || one.y !== home.y);
    return home ? [...rings, { ...home, kind: "best" as const }] : rings;
  }, [optima, x, y, best]);

  const [along, up] = useMemo(
    () => [x, y].map(({ geometric, name, labels }) => ({ name: geometric ? t("search.axis.log", { name }) : name, labels })) as [HeatAxis, HeatAxis], // prettier-ignore
    [x, y, t],
  );
  const say = (column: number, row: number) => {
    const place = row * x.labels.length + column;
    const where = `${x.name} ${x.labels[column] ?? ""} · ${y.name} ${y.labels[row] ?? ""}`;
    const count = cells.counts[place] ?? 0;
    if (!count) return `${where}: ${t("search.cell.empty")}`;
    const value = metrics.format(figure, cells.values[place]);
    return `${where}: ${metrics.title(figure)} ${value} – ${t(`over.${over}.of` as Key, { count })}`;
  };
  const titles = { x: x.name, y: y.name, figure: metrics.title(figure) };
  return (
    <Card title={t("search.map", titles)}>
      <div className="body stack">
        <div className="bar">
          <Choice
            label={t("search.x")}
            value={x.name}
            choices={trials.axes.map((one) => [one.name, one.name])}
            choose={(name) => change({ x: name, y: name === y.name ? x.name : y.name, brush: null })}
          />
          <Choice
            label={t("search.y")}
            value={y.name}
            choices={trials.axes.map((one) => [one.name, one.name])}
            choose={(name) => change({ y: name, x: name === x.name ? y.name : x.name, brush: null })}
          />
          <Choice
            label={t("search.figure")}
            value={chosenFigure}
            choices={metrics.names.map((name) => [name, metrics.title(name)])}
            choose={(name) => change({ figure: name })}
          />
          <Choice
            label={t("search.over")}
            value={chosenOver}
            choices={OVERS.map((one) => [one, t(`over.${one}` as Key)])}
            choose={(name) => change({ over: name })}
          />
        </div>
        <HeatMap
          label={t("search.map", titles)}
          x={along}
          y={up}
          values={cells.values}
          scale={scale}
          format={(value) => metrics.format(figure, value)}
          say={say}
          marks={marks}
          chosen={rect}
          choose={(next) => change({ brush: next && writeRect(next) })}
        />
        <p className="muted small">
          {t("search.map.marks")} {trials.axes.length > 2 && t("search.map.others", { over: t(`over.${over}` as Key) })}{" "}
          {(x.binned || y.binned) && t("search.map.binned")}
        </p>
      </div>
    </Card>
  );
}

/** Return the label that an axis has for a value of the server's. */
function labelIn(axis: TrialAxis, value: unknown): string {
  if (typeof value !== "number") return typeof value === "string" || typeof value === "boolean" ? String(value) : "";
  return axis.labels[axis.values.indexOf(value)] ?? "";
}

interface ChoiceProps {
  label: string;
  value: string;
  choices: readonly (readonly [string, string])[];
  choose: (value: string) => void;
}

/** A choice with its label above. */
export function Choice({ label, value, choices, choose }: ChoiceProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => choose(event.target.value)}>
        {choices.map(([name, title]) => (
          <option key={name} value={name}>
            {title}
          </option>
        ))}
      </select>
    </div>
  );
}
