import { useMemo } from "react";
import { compact, money, number, percent } from "../../format/format";
import { type Key, useWords } from "../../lang/words";
import { pathTo, useQueryString } from "../../ui/address";
import { Figure } from "../../ui/Figure";
import type { Row } from "../../ui/study/studies";
import { namesIn, numberIn } from "../../ui/study/values";
import { fanOf } from "./fan";
import type { MonteCarloSummary } from "./summary";

const whole = (value: number) => number(value, 0);
const share = (value: number) => percent(value, 0);
const WRITES: Record<string, (value: number) => string> = {
  max_drawdown: share,
  max_drawdown_money: compact,
  longest_drawdown: whole,
  final_equity: compact,
};

interface FanProps {
  rows: Row[];
  paths: Row[];
  summary: MonteCarloSummary;
}

/** Quantiles of the equity after each step, with some paths and the real one; of the simulation in the address. */
export function Fan({ rows, paths, summary }: FanProps) {
  const { t, word } = useWords();
  const [query, setQuery] = useQueryString();
  const all = namesIn(rows, "simulation");
  const wanted = query.get("fan") ?? "";
  const simulation = all.includes(wanted) ? wanted : (summary.main?.simulation ?? "");
  return (
    <>
      {all.length > 1 && (
        <p className="body row">
          <label htmlFor="fan">{t("mc.column.simulation")}</label>
          <select
            id="fan"
            value={simulation}
            style={{ width: "auto" }}
            onChange={(event) =>
              setQuery(new URLSearchParams(pathTo("", { id: query.get("id"), fan: event.target.value })))
            }
          >
            {all.map((one) => (
              <option key={one} value={one}>
                {word("mc.sim", one)}
              </option>
            ))}
          </select>
        </p>
      )}
      <FanOf rows={rows} paths={paths} summary={summary} simulation={simulation} />
    </>
  );
}

function FanOf({ rows, paths, summary, simulation }: FanProps & { simulation: string }) {
  const { t, word } = useWords();
  const level = summary.ruin.level;
  const { x, curves, bands, singles } = useMemo(
    () => fanOf(rows, paths, simulation, level, t),
    [rows, paths, simulation, level, t],
  );
  return (
    <Figure
      {...{ x, curves, bands, format: whole, formatX: whole }}
      over={t(simulation.startsWith("trade") ? "mc.after.trades" : "mc.after.sessions")}
      label={t("mc.alt.fan")}
      height={360}
      plain
    >
      {word("mc.does", simulation)} {word("mc.growth", summary.growth)}{" "}
      {singles ? t("mc.fan.singles", { count: singles }) : t("mc.fan.nosingles")}{" "}
      {simulation === summary.main?.simulation && t("mc.fan.rank", { rank: percent(summary.main.final_rank) })}
    </Figure>
  );
}

/** Paths by a figure, with the median and the real value. */
export function Histogram({
  bins,
  rows,
  simulation,
  figure,
}: {
  bins: Row[];
  rows: Row[];
  simulation: string;
  figure: string;
}) {
  const { t } = useWords();
  const { x, counts, marks, real, median } = useMemo(() => {
    const isOwn = (one: Row) => one.simulation === simulation && one.figure === figure;
    const own = bins.filter(isOwn);
    const [real, median] = ["real", "q50"].map((name) => numberIn(rows.find(isOwn), name));
    return {
      x: own.map((one) => Number(one.left)),
      counts: own.map((one) => numberIn(one, "count")),
      marks: [
        ...(typeof median === "number" ? [{ at: median, dashed: true, colour: "--text" }] : []),
        ...(typeof real === "number" ? [{ at: real, colour: "--warn" }] : []),
      ],
      real,
      median,
    };
  }, [bins, rows, simulation, figure]);
  const curves = useMemo(
    () => [{ name: t("mc.column.paths"), values: counts, colour: "--accent", fillTo: 0, draw: "bars" as const }],
    [counts, t],
  );
  const write = WRITES[figure] ?? whole;
  if (!x.length) return <p className="body muted">{t("mc.nobins")}</p>;
  const shown = (value: number | null | undefined) => (typeof value === "number" ? write(value) : "–");
  return (
    <Figure
      {...{ x, curves, marks, format: whole, formatX: write }}
      over={t("mc.from")}
      label={t(`mc.alt.${figure}` as Key)}
      height={200}
      plain
    >
      {t("mc.middle", { median: shown(median), real: shown(real) })}
    </Figure>
  );
}

/** The risk of ruin by starting capital, with its interval. */
export function Capital({ rows, cash }: { rows: Row[]; cash: number }) {
  const { t } = useWords();
  const x = useMemo(() => rows.map((one) => Number(one.capital)), [rows]);
  const curves = useMemo(
    () => [
      { name: t("mc.column.high"), values: rows.map((one) => numberIn(one, "high")), colour: "--accent", width: 0.5 },
      { name: t("mc.column.low"), values: rows.map((one) => numberIn(one, "low")), colour: "--accent", width: 0.5 },
      { name: t("mc.column.risk"), values: rows.map((one) => numberIn(one, "risk")), colour: "--accent", width: 2 },
    ],
    [rows, t],
  );
  const marks = useMemo(() => [{ at: cash, colour: "--warn" }], [cash]);
  return (
    <Figure
      {...{ x, curves, marks, bands: BAND, formatX: compact }}
      format={share}
      over={t("mc.start")}
      label={t("mc.alt.capital")}
      height={240}
      plain
    >
      {t("mc.capital.note", { currency: "" })} {t("mc.cash", { cash: money(cash) })}
    </Figure>
  );
}

const BAND = [[0, 1]] as const;
