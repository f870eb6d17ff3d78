import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useId, useState } from "react";
import { api, got, type Schemas } from "../../api/client";
import { chartAddress } from "../../chart/address";
import { moment, number } from "../../format/format";
import { type Key, useWords } from "../../lang/words";
import { sentence } from "../../ui/failures";
import type { Job } from "../../ui/JobView";
import { PageLink } from "../../ui/Link";
import { Region } from "../../ui/Region";
import { useInstruments } from "./instruments";

type SuspectBar = Schemas["QuarantinedBar"];
type Row = Pick<SuspectBar, "timestamp" | "open" | "high" | "low" | "close" | "volume">;

/** Neighbours on each side. */
const AROUND = 2;
const HALF_HOUR = 1_800_000;
const PRICES = ["open", "high", "low", "close"] as const;

interface SuspectProps {
  bar: SuspectBar;
  /** The control that chooses it. */
  box: ReactNode;
  started: (job: Job) => void;
  children?: ReactNode;
}

/** A bar in quarantine between its neighbours, and the decision about it. */
export function Suspect({ bar, box, started, children }: SuspectProps) {
  const { t, word } = useWords();
  return (
    <article className="suspect" data-bar={bar.bar} aria-label={bar.bar}>
      <div className="row">
        {box}
        <strong>{bar.bar}</strong>
        <span className={bar.acceptable ? "tag warn" : "tag bad"}>{word("reason", bar.reason)}</span>
        {bar.decision && <span className="tag">{word("decision", bar.decision)}</span>}
        <PageLink href={addressOf(bar)}>{t("quality.chart")}</PageLink>
        {children}
      </div>
      <p className="muted">{bar.detail}</p>
      <Neighbours bar={bar} />
      {bar.decision && (
        <p className="small muted">
          {t("quality.decidedby", {
            by: bar.decided_by ?? "",
            at: moment(bar.decided_at),
            note: bar.note ?? "",
          })}
        </p>
      )}
      <Decide bar={bar} started={started} />
    </article>
  );
}

/** The bar between the good bars around it. */
function Neighbours({ bar }: { bar: SuspectBar }) {
  const { t } = useWords();
  const decimals = useInstruments().data?.get(bar.symbol)?.decimals ?? 2;
  const around = useQuery({ queryKey: ["bars", bar.symbol, "around", bar.bar], queryFn: () => neighboursOf(bar) });
  const price = (value: number | null) => number(value, decimals);
  return (
    <Region query={around}>
      {([before, after]) => (
        <div className="scroll">
          <table>
            <caption className="unseen">{t("quality.neighbours", { bar: bar.bar })}</caption>
            <thead>
              <tr>
                <th scope="col">{t("bar.time")}</th>
                {[...PRICES, "volume" as const].map((name) => (
                  <th key={name} scope="col" className="num">
                    {t(`bar.${name}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {[...before, bar, ...after].map((row: Row) => (
                <tr key={row === bar ? "suspect" : row.timestamp} className={row === bar ? "marked" : undefined}>
                  <td>
                    {row === bar && (
                      <>
                        <span aria-hidden="true">▸ </span>
                        <span className="unseen">{t("quality.thisbar")} </span>
                      </>
                    )}
                    {moment(row.timestamp)}
                  </td>
                  {PRICES.map((name) => (
                    <td key={name} className="num">
                      {price(row[name])}
                    </td>
                  ))}
                  <td className="num">{number(row.volume)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Region>
  );
}

async function neighboursOf(bar: SuspectBar): Promise<[Row[], Row[]]> {
  const next = new Date(Date.parse(bar.timestamp) + 60_000).toISOString();
  const series = { timeframe: "1min" as const, contract: bar.contract, limit: AROUND };
  const [before, after] = await Promise.all([
    barsOf(bar.symbol, { ...series, order: "desc", end_date: bar.timestamp }),
    barsOf(bar.symbol, { ...series, order: "asc", start_date: next }),
  ]);
  return [before.reverse(), after];
}

interface BarQuery {
  timeframe: "1min";
  contract: string;
  limit: number;
  order: "asc" | "desc";
  start_date?: string;
  end_date?: string;
}

async function barsOf(symbol: string, query: BarQuery): Promise<Row[]> {
  const found = await got(api.GET("/api/v1/data/{symbol}", { params: { path: { symbol }, query } }));
  return (found as Schemas["Bars"]).data;
}

function Decide({ bar, started }: { bar: SuspectBar; started: (job: Job) => void }) {
  const { t, word } = useWords();
  const id = useId();
  const [note, setNote] = useState("");
  const [said, setSaid] = useState("");
  const [busy, setBusy] = useState(false);

  async function decide(decision: Schemas["Decision"]) {
    setSaid("");
    setBusy(true);
    try {
      const body = { bars: [bar.bar], decision, note: note.trim(), dry_run: false };
      started((await got(api.POST("/api/v1/quarantine/decisions", { body }))) as Job);
    } catch (error) {
      setSaid(sentence(error));
    }
    setBusy(false);
  }

  return (
    <>
      <div className="deciding">
        <div className="field">
          <label htmlFor={id}>{t("quality.note")}</label>
          <input
            id={id}
            type="text"
            maxLength={500}
            autoComplete="off"
            placeholder={t("quality.note.example")}
            value={note}
            onChange={(event) => setNote(event.target.value)}
          />
        </div>
        {(["accept", "drop", "refetch"] as const).map((decision) => {
          const impossible = decision === "accept" && !bar.acceptable;
          return (
            <button
              key={decision}
              type="button"
              className={decision === "drop" ? "danger" : undefined}
              disabled={busy || impossible}
              title={impossible ? t("quality.impossible") : t(`decision.${decision}.text` as Key)}
              onClick={() => void decide(decision)}
            >
              {word("decision", `${decision}.verb`)}
            </button>
          );
        })}
      </div>
      <p className="small loss" role="alert" hidden={!said}>
        {said}
      </p>
    </>
  );
}

/** The chart from half an hour before the bar to half an hour after it. */
function addressOf(bar: SuspectBar): string {
  const at = Date.parse(bar.timestamp);
  const text = (instant: number) => `${new Date(instant).toISOString().slice(0, 16)}Z`;
  const [from, to] = [text(at - HALF_HOUR), text(at + HALF_HOUR)];
  return chartAddress(bar.symbol, { timeframe: "1min", contract: bar.contract, from, to });
}
