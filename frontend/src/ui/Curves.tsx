import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { timeTicks } from "../format/format";
import { language, t } from "../lang/words";
import { colour, COLOURS, useColours } from "./theme";

/** A line of a chart. */
export interface Curve {
  name: string;
  values: readonly (number | null)[];
  /** Name of a colour of the style sheet, or a colour. */
  colour?: string;
  /** Filled down to this value. */
  fillTo?: number;
  dashed?: boolean;
  width?: number;
  /** A value holds until the next one (`steps`), or fills the room to it (`bars`); otherwise a line joins them. */
  draw?: "steps" | "bars";
  /** What the legend tells in place of the values, as of a part of a stack. */
  told?: readonly (number | null)[];
  /** Drawn only: neither the legend nor a table has it. */
  unlisted?: boolean;
}

/** A vertical line. */
export interface Mark {
  at: number;
  colour?: string;
  dashed?: boolean;
}

interface CurvesProps {
  /** What the chart shows, for those who do not see it. */
  label: string;
  /** Places on the axis: seconds since 1970 (UTC), or plain numbers with `plain`. */
  x: readonly number[];
  curves: readonly Curve[];
  height?: number;
  /** The axis has plain numbers, not time. */
  plain?: boolean;
  /** The axis is logarithmic; its places are above zero. */
  logarithmic?: boolean;
  format?: (value: number) => string;
  /** Pairs of curves between which the room is filled, by their places in `curves`. */
  bands?: readonly (readonly [number, number])[];
  /** The scale of values reaches down to this at least. */
  least?: number;
  /** Vertical lines. */
  marks?: readonly Mark[];
  /** Format of the places on a plain axis. */
  formatX?: (value: number) => string;
  /** Charts with the same name move their crosshair together. */
  together?: string;
  /** What the places on the axis are. */
  over?: string;
}

export { COLOURS };

/** Curves over time or over numbers, which can be zoomed by dragging and reset by a double click. */
export function Curves(props: CurvesProps) {
  const {
    label,
    x,
    curves,
    height = 260,
    plain = false,
    logarithmic = false,
    format,
    bands,
    least,
    marks,
    formatX,
    together,
    over,
  } = props;
  const place = useRef<HTMLDivElement>(null);
  const drawn = useColours();
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const options = optionsOf(
      { x, curves, height, plain, logarithmic, format, bands, least, marks, formatX, together, label, over },
      element.clientWidth || 600,
    );
    const plot = new uPlot(options, [[...x], ...curves.map((one) => [...one.values])] as uPlot.AlignedData, element);
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [x, curves, height, plain, logarithmic, format, bands, least, marks, formatX, together, label, over, drawn]);
  return <div ref={place} className="curves" role="img" aria-label={label} />;
}

function optionsOf(
  { x, curves, height, plain, logarithmic, format, bands, least, marks, formatX, together, over }: CurvesProps,
  width: number,
): uPlot.Options {
  const [text, rule] = [colour("--muted"), colour("--rule")];
  const shown = (value: number | null) =>
    value === null ? "–" : format ? format(value) : value.toLocaleString(language());
  const write = formatX ?? (plain ? undefined : (at: number) => new Date(at * 1000).toISOString().slice(0, 10));
  const placeOf = write && ((_: uPlot, at: number | null) => (at === null ? "–" : write(at)));
  const axis = {
    stroke: text,
    grid: { stroke: rule, width: 1 },
    ticks: { stroke: rule, width: 1 },
    font: "11px system-ui",
  };
  return {
    width,
    height: height ?? 260,
    scales: {
      x: {
        time: !plain,
        distr: logarithmic ? 3 : 1,
        ...(curves.some((one) => one.draw === "bars") && { range: roomForBars(x) }),
      },
      y: least === undefined ? {} : { range: (_, low, high) => [Math.min(least, low), high] },
    },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
    cursor: together ? { sync: { key: together } } : {},
    axes: [
      { ...axis, ...(plain ? formatX && { values: placed(formatX) } : { values: dated }) },
      { ...axis, size: 70, values: (_, ticks) => ticks.map(shown) },
    ],
    hooks: marks ? { draw: [(plot) => drawMarks(plot, marks)] } : {},
    series: [
      { label: over ?? t(plain ? "curve.place" : "curve.time"), ...(placeOf && { value: placeOf }) },
      ...curves.map((one, place) => {
        const stroke = tint(one.colour ?? COLOURS[place % COLOURS.length] ?? "");
        return {
          label: one.name,
          class: one.unlisted ? "unlisted" : undefined,
          stroke,
          width: one.width ?? 1.5,
          dash: one.dashed ? [5, 4] : undefined,
          fill: one.fillTo === undefined ? undefined : `${stroke}26`,
          fillTo: one.fillTo,
          paths: pathsOf(one, x.length),
          value: (_: uPlot, value: number | null, __: number, at: number | null) =>
            shown(one.told && at !== null ? (one.told[at] ?? null) : value),
          points: { show: false },
        };
      }),
    ],
    bands: bands?.map(([upper, lower]) => ({
      series: [upper + 1, lower + 1],
      fill: `${tint(curves[upper]?.colour ?? COLOURS[0])}22`,
    })),
  };
}

function pathsOf({ draw }: Curve, points: number): uPlot.Series.PathBuilder | undefined {
  if (draw === "steps") return uPlot.paths.stepped?.({ align: 1 });
  if (draw === "bars") return uPlot.paths.bars?.({ size: [points > 1 ? 0.9 : 0.2, 60], align: 1 });
  return undefined;
}

const dated: uPlot.Axis.Values = (_, ticks, __, ___, apart) => timeTicks(ticks, apart);

/** A logarithmic axis leaves places without a text. */
function placed(write: (value: number) => string): uPlot.Axis.Values {
  return (_, ticks: (number | null)[]) => ticks.map((one) => (one === null ? "" : write(one)));
}

/** A bar fills the room to the next place, so that the last one needs room after it. */
function roomForBars(x: readonly number[]): uPlot.Range.Function {
  const [first = 0, second = first + 1] = x;
  return (_, low, high) => [low, high === x.at(-1) ? high + second - first : high];
}

function drawMarks(plot: uPlot, marks: readonly Mark[]): void {
  const { ctx, bbox } = plot;
  ctx.save();
  for (const one of marks) {
    const x = Math.round(plot.valToPos(one.at, "x", true));
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.beginPath();
    ctx.strokeStyle = tint(one.colour ?? "--muted");
    ctx.lineWidth = devicePixelRatio * (one.dashed ? 1 : 2);
    ctx.setLineDash(one.dashed ? [4 * devicePixelRatio, 4 * devicePixelRatio] : []);
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}

function tint(name: string): string {
  return name.startsWith("--") ? colour(name) : name;
}
