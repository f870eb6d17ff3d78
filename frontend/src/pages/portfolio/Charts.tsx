import { useMemo } from "react";
import { compact, number, percent } from "../../format/format";
import { useWords } from "../../lang/words";
import { COLOURS } from "../../ui/Curves";
import { Figure } from "../../ui/Figure";
import type { Row } from "../../ui/study/studies";
import { numberIn, secondsOf } from "../../ui/study/values";
import { bySession, fallsOf, stacked } from "./summary";

const TOGETHER = "portfolio";
/** Most instruments whose positions are drawn: those with the largest risk. */
const MOST = 12;
const share = (value: number) => percent(value);
const whole = (value: number) => number(value, 0);
const contracts = (value: number) => number(value, 1);

function useDays(rows: Row[]) {
  return useMemo(() => rows.map((one) => secondsOf(one.trade_date)), [rows]);
}

/** Ideal and whole contracts, the drawdown, and the share of the equity in margin. */
export function Equity({ equity, capital }: { equity: Row[]; capital: number }) {
  const { t } = useWords();
  const x = useDays(equity);
  const curves = useMemo(() => {
    const of = (name: string) => equity.map((one) => numberIn(one, name));
    const tradable = of("tradable");
    return {
      equity: [
        { name: t("pf.tradable"), values: tradable, colour: "--accent", width: 2 },
        { name: t("pf.ideal"), values: of("ideal"), colour: "--warn", dashed: true },
      ],
      fall: [{ name: t("wf.drawdown"), values: fallsOf(tradable, capital), colour: "--down", fillTo: 0 }],
      margin: [{ name: t("pf.figure.margin_share"), values: of("margin_share"), colour: "--accent", fillTo: 0 }],
      costs: [{ name: t("column.costs"), values: of("costs"), colour: "--muted", draw: "bars" as const, fillTo: 0 }],
    };
  }, [equity, capital, t]);
  const shared = { x, together: TOGETHER, over: t("wf.session") };
  return (
    <>
      <Figure {...shared} curves={curves.equity} format={whole} label={t("pf.alt.equity")} height={280}>
        {t("pf.note.equity")}
      </Figure>
      <Figure {...shared} curves={curves.fall} format={share} label={t("wf.alt.drawdown")} height={120} />
      <div className="two">
        <Figure {...shared} curves={curves.margin} format={share} label={t("pf.alt.margin")} height={120} />
        <Figure {...shared} curves={curves.costs} format={whole} label={t("pf.alt.costs")} height={120} />
      </div>
    </>
  );
}

/** The weights of the instruments, one on the other. */
export function Weights({ equity, weights }: { equity: Row[]; weights: Row[] }) {
  const { t } = useWords();
  const x = useDays(equity);
  const { curves, bands } = useMemo(() => {
    const { names, values } = bySession(x, weights, "weight");
    const sums = stacked(values);
    const made = names.map((name, at) => ({
      name,
      values: sums[at] ?? [],
      told: values[at],
      colour: COLOURS[at % COLOURS.length],
      draw: "steps" as const,
      fillTo: at === 0 ? 0 : undefined,
    }));
    return { curves: made, bands: names.slice(1).map((_, at) => [at + 1, at] as const) };
  }, [x, weights]);
  return (
    <Figure
      {...{ x, curves, bands, format: share, together: TOGETHER, least: 0 }}
      over={t("wf.session")}
      label={t("pf.alt.weights")}
      height={260}
    >
      {t("pf.note.weights")}
    </Figure>
  );
}

/** Ideal contracts of each instrument as a line, those that were held as steps. */
export function Positions({ positions, instruments }: { positions: Row[]; instruments: Row[] }) {
  const largest = [...instruments]
    .sort((one, other) => Math.abs(Number(other.risk_share_ideal)) - Math.abs(Number(one.risk_share_ideal)))
    .slice(0, MOST);
  return (
    <div className="figures">
      {largest.map((one) => (
        <section key={String(one.instrument)}>
          <h3>{one.instrument}</h3>
          <Position positions={positions} name={String(one.instrument)} />
        </section>
      ))}
    </div>
  );
}

function Position({ positions, name }: { positions: Row[]; name: string }) {
  const { t } = useWords();
  const own = useMemo(() => positions.filter((one) => one.instrument === name), [positions, name]);
  const x = useDays(own);
  const curves = useMemo(
    () => [
      {
        name: t("pf.tradable"),
        values: own.map((one) => numberIn(one, "tradable")),
        colour: "--accent",
        width: 2,
        draw: "steps" as const,
      },
      { name: t("pf.ideal"), values: own.map((one) => numberIn(one, "ideal")), colour: "--warn" },
    ],
    [own, t],
  );
  return (
    <Figure
      {...{ x, curves, format: contracts, together: TOGETHER }}
      over={t("wf.session")}
      label={`${name}: ${t("pf.alt.positions")}`}
      height={150}
    />
  );
}

/** The tracking error by capital; the dashed line is the given one. */
export function Capitals({ rows, capital }: { rows: Row[]; capital: number }) {
  const { t } = useWords();
  const x = useMemo(() => rows.map((one) => Number(one.capital)), [rows]);
  const curves = useMemo(
    () => [
      {
        name: t("pf.figure.tracking_error"),
        values: rows.map((one) => numberIn(one, "tracking_error")),
        colour: "--accent",
        width: 2,
      },
    ],
    [rows, t],
  );
  const marks = useMemo(() => [{ at: capital, dashed: true, colour: "--text" }], [capital]);
  return (
    <Figure
      {...{ x, curves, marks, format: share, formatX: compact, logarithmic: true }}
      over={t("pf.capital")}
      label={t("pf.alt.capitals")}
      height={220}
      plain
    />
  );
}
