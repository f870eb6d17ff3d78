import { useMemo } from "react";
import { number, percent } from "../../format/format";
import { useWords } from "../../lang/words";
import { Figure } from "../../ui/Figure";
import type { Row } from "../../ui/study/studies";
import { numberIn, secondsOf } from "../../ui/study/values";
import { histogram, type WalkForwardSummary } from "./summary";

const whole = (value: number) => number(value, 0);
/** A window has a number; places between two have none. */
const numbered = (value: number) => (Number.isInteger(value) ? number(value) : "");
const ratio = (value: number) => number(value, 2);

/** The joined equity out of sample beside buy and hold and what the trainings promised, with the borders of parts. */
export function Stitched({
  stitched,
  windows,
  summary,
}: {
  stitched: Row[];
  windows: Row[];
  summary: WalkForwardSummary;
}) {
  const { t } = useWords();
  const chart = useMemo(() => {
    const x = stitched.map((one) => secondsOf(one.trade_date));
    const begins = new Map<unknown, number>();
    stitched.forEach((one, at) => begins.has(one.window) || begins.set(one.window, at));
    const promised = stitched.map((one, at) => {
      const window = windows.find((other) => other.window === one.window);
      const [cash, yearly] = [numberIn(window, "cash"), numberIn(window, "in_sample_return")];
      if (cash === null || yearly === null) return null;
      return cash * (1 + (yearly / summary.sessions_a_year) * (at - (begins.get(one.window) ?? 0) + 1));
    });
    return {
      x,
      marks: [...begins.values()].map((at) => ({ at: x[at] ?? 0, dashed: true })),
      equity: stitched.map((one) => numberIn(one, "equity")),
      promised,
      held: stitched.map((one) => numberIn(one, "held")),
      fall: stitched.map((one) => numberIn(one, "drawdown")),
    };
  }, [stitched, windows, summary.sessions_a_year]);
  const isHeld = chart.held.some((one) => one !== null);
  const equity = useMemo(
    () => [
      { name: t("wf.equity"), values: chart.equity, colour: "--accent", width: 2 },
      ...(isHeld ? [{ name: t("wf.held"), values: chart.held, colour: "--warn" }] : []),
      { name: t("wf.promised"), values: chart.promised, colour: "--muted", dashed: true },
    ],
    [chart, isHeld, t],
  );
  const fall = useMemo(() => [{ name: t("wf.drawdown"), values: chart.fall, colour: "--down", fillTo: 0 }], [chart, t]);
  const left = summary.deflation.deflated_sharpe;
  const over = t("wf.session");
  return (
    <>
      <Figure
        {...{ over, x: chart.x, marks: chart.marks, curves: equity, format: whole, together: "stitched" }}
        label={t("wf.alt.stitched")}
        height={300}
      >
        {t("wf.stitched.note")} {isHeld && t("wf.held.note")} {t("wf.promised.note")}{" "}
        {left !== null && t("wf.stitched.left", { count: summary.deflation.trials, left: percent(left) })}
      </Figure>
      <Figure
        {...{ over, x: chart.x, marks: chart.marks, curves: fall, format: percent, together: "stitched" }}
        label={t("wf.alt.drawdown")}
        height={120}
      />
    </>
  );
}

/** The Sharpe ratio of each choice in its training and in its test. */
export function Sample({ windows }: { windows: Row[] }) {
  const { t } = useWords();
  const x = useMemo(() => windows.map((one) => Number(one.window)), [windows]);
  const curves = useMemo(
    () => [
      {
        name: t("wf.column.in_sample_sharpe"),
        values: windows.map((one) => numberIn(one, "in_sample_sharpe")),
        colour: "--muted",
        dashed: true,
      },
      {
        name: t("wf.column.out_of_sample_sharpe"),
        values: windows.map((one) => numberIn(one, "out_of_sample_sharpe")),
        colour: "--accent",
        width: 2,
      },
      { name: t("wf.zero"), values: windows.map(() => 0), colour: "--rule-strong", width: 1, unlisted: true },
    ],
    [windows, t],
  );
  return (
    <Figure
      {...{ x, curves, format: ratio, formatX: numbered }}
      over={t("wf.column.window")}
      label={t("wf.alt.sample")}
      plain
    >
      {t("wf.sample.text")}
    </Figure>
  );
}

/** How each chosen parameter moved from window to window. */
export function Drift({ parameters, steady }: { parameters: Row[]; steady: Record<string, number | null> }) {
  const { t } = useWords();
  return (
    <>
      <p className="body muted">{t("wf.drift.note")}</p>
      <div className="figures">
        {Object.entries(steady).map(([name, share]) => (
          <section key={name}>
            <h3>
              {name} · {t("wf.figure.stability")} {percent(share, 0)}
            </h3>
            <Chosen name={name} rows={parameters.filter((one) => one.parameter === name)} />
          </section>
        ))}
      </div>
    </>
  );
}

function Chosen({ name, rows }: { name: string; rows: Row[] }) {
  const { t } = useWords();
  const values = rows.map((one) => numberIn(one, "number")).join();
  const x = useMemo(() => values.split(",").map((_, at) => at + 1), [values]);
  const curves = useMemo(
    () => [
      {
        name,
        values: values.split(",").map((one) => (one === "" ? null : Number(one))),
        colour: "--accent",
        width: 2,
        draw: "steps" as const,
      },
    ],
    [name, values],
  );
  if (!rows.some((one) => numberIn(one, "number") !== null)) {
    return <p className="body">{rows.map((one) => `${one.window}: ${one.value}`).join(" · ")}</p>;
  }
  return (
    <Figure
      {...{ x, curves, format: number, formatX: numbered }}
      over={t("wf.column.window")}
      label={t("wf.alt.drift", { name })}
      height={150}
      plain
    />
  );
}

/** The Sharpe ratios of the combinatorial paths. */
export function Paths({ paths, found }: { paths: Row[]; found: NonNullable<WalkForwardSummary["paths"]> }) {
  const { t } = useWords();
  const bins = useMemo(() => histogram(paths.flatMap((one) => numberIn(one, "sharpe") ?? [])), [paths]);
  const curves = useMemo(
    () => [{ name: t("wf.paths"), values: bins.count, colour: "--accent", fillTo: 0, draw: "bars" as const }],
    [bins, t],
  );
  const marks = useMemo(
    () => (found.sharpe_mean === null ? [] : [{ at: found.sharpe_mean, dashed: true, colour: "--text" }]),
    [found.sharpe_mean],
  );
  const rows: [string, string][] = [
    [t("wf.paths.loss"), percent(found.loss_share, 0)],
    [t("wf.paths.least"), number(found.sharpe_least, 2)],
    [t("wf.paths.mean"), number(found.sharpe_mean, 2)],
    [t("wf.paths.largest"), number(found.sharpe_largest, 2)],
  ];
  return (
    <>
      {bins.left.length > 0 && (
        <Figure
          {...{ x: bins.left, curves, marks, format: whole, formatX: ratio }}
          over={t("wf.sharpe.from")}
          label={t("wf.alt.paths")}
          height={200}
          plain
        >
          {t("wf.paths.note", { count: found.paths, splits: found.splits })}
        </Figure>
      )}
      <dl className="pairs body">
        {rows.map(([name, value]) => (
          <div key={name} className="pair">
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
