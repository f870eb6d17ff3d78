/** The line above the candles: the bar under the crosshair, its session, and what is known of it. It is the chart in words. */

import { memo } from "react";
import { day, moment, money, number, percent, price, type Prices, timeOfDay } from "../format/format";
import { useWords } from "../lang/words";
import { CLASSES, type Counts } from "./classes";
import type { Bar } from "./columns";
import type { Look } from "./indicators";
import type { Pointed } from "./pointed";
import type { Gap } from "./sessions";

const MOST = 3; // trades and gaps that are named one by one
const PRICES = ["open", "high", "low", "close"] as const;

interface LegendProps {
  pointed: Pointed | null;
  prices: Prices;
  /** Name of the zone whose clock is shown. */
  zone: string;
  /** What to say of a roll between two contracts. */
  rollText?: (from: string, to: string) => string;
}

export const BarLegend = memo(function BarLegend({ pointed, prices, zone, rollText }: LegendProps) {
  const { t, word } = useWords();
  if (!pointed?.bar) {
    return (
      <div className="legend" id="chart-legend" aria-live="polite">
        <span className="muted">{t("chart.nobar")}</span>
      </div>
    );
  }
  const { bar, before, gaps, counts, trades, readings, session } = pointed;
  const tone = bar.close >= bar.open ? "gain" : "loss";
  const rolled = before && before.contract !== bar.contract;
  return (
    <div className="legend" id="chart-legend" aria-live="polite">
      <span className="when">{session ? day(bar.date) : `${moment(bar.t * 1000, zone)} ${zone}`}</span>
      <span className="prices">
        {PRICES.map((name) => (
          <span key={name} className="pair">
            <abbr title={t(`bar.${name}`)}>{t(`bar.${name}.short`)}</abbr>
            <b className={tone}>{price(bar[name], prices)}</b>
          </span>
        ))}
        <span className="pair">
          <abbr title={t("bar.volume")}>{t("bar.volume.short")}</abbr>
          <b>{bar.volume < 0 ? "–" : number(bar.volume)}</b>
        </span>
      </span>
      <Change bar={bar} before={before} prices={prices} />
      {bar.contract && <span className="muted">{t("chart.contract", { contract: bar.contract })}</span>}
      {!session && <span className="muted">{t("chart.session", { date: day(bar.date) })}</span>}
      {rolled && rollText && <span className="tag live">{rollText(before.contract, bar.contract)}</span>}
      {gaps.slice(0, MOST).map((gap) => (
        <GapTag key={`${gap.start} ${gap.class}`} gap={gap} zone={zone} />
      ))}
      <SessionCounts counts={counts} />
      {readings.map(({ name, value, look, pane }) => (
        <span key={name} className="pair">
          <LineSample look={look} />
          {name} {pane === "price" ? number(value, prices.decimals) : number(Number(value.toPrecision(5)))}
        </span>
      ))}
      {trades.slice(0, MOST).map((trade, i) => (
        <span key={i} className={`tag ${trade.profit >= 0 ? "good" : "bad"}`}>
          {word("trade", trade.size > 0 ? "long" : "short")} {number(Math.abs(trade.size))} ·{" "}
          {money(trade.profit, true)}
        </span>
      ))}
      {trades.length > MOST && <span className="muted">+{number(trades.length - MOST)}</span>}
    </div>
  );
});

/** From the close before, in points and as a share; the jump between two contracts is no change of a price. */
function Change({ bar, before, prices }: { bar: Bar; before: Bar | undefined; prices: Prices }) {
  if (!before) return null;
  const isJoined = bar.factor !== before.factor || bar.adjustment !== before.adjustment;
  if (before.contract !== bar.contract && !isJoined) return null;
  const points = bar.close - before.close;
  const share = before.close > 0 ? ` (${percent(points / before.close, 2, true)})` : "";
  return <span className={points >= 0 ? "gain" : "loss"}>{price(points, prices, true) + share}</span>;
}

function GapTag({ gap, zone }: { gap: Gap; zone: string }) {
  const { t, word } = useWords();
  const minutes = t("chart.minutes", { count: Math.round((gap.end - gap.start) / 60) });
  const when = `${timeOfDay(gap.start * 1000, zone)}–${timeOfDay(gap.end * 1000, zone)}`;
  return (
    <span className={`tag ${gap.class === "never_asked" ? "warn" : "bad"}`}>
      {when}: {minutes} {word("class", gap.class)}
    </span>
  );
}

function SessionCounts({ counts }: { counts: Counts | undefined }) {
  const { t, word } = useWords();
  const said = CLASSES.filter((name) => name !== "traded" && (counts?.[name] ?? 0) > 0).map(
    (name) => `${number(counts?.[name])} ${word("class", name)}`,
  );
  return said.length ? <span className="muted">{t("chart.insession", { counts: said.join(" · ") })}</span> : null;
}

/** How a line of the chart looks. */
export function LineSample({ look }: { look: Look }) {
  return (
    <svg className="sample" viewBox="0 0 22 10" width="22" height="10" aria-hidden="true">
      <line x1="0" y1="5" x2="22" y2="5" stroke={look.colour} strokeWidth="2" strokeDasharray={look.dashes.join(" ")} />
    </svg>
  );
}
