import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useMemo, useState } from "react";
import { api, got, type Schemas } from "../../api/client";
import { useWords } from "../../lang/words";
import { useQueryString } from "../../ui/address";
import { Fields } from "../../ui/Fields";
import type { Field } from "../../ui/fields";
import type { Job } from "../../ui/JobView";
import { useAddressForm } from "../../ui/useAddressForm";
import { daysAgo, faultOf, lengthOf } from "./order";

type Instrument = Schemas["InstrumentInfo"];

const BACK_DAYS = 30;
/** Of a longer window it is not said how much is there: the answer is long. */
const KNOWN_DAYS = 400;

/** What to extract: one window, of one instrument or of several one after another. */
export function ExtractForm({ instruments, started }: { instruments: Instrument[]; started: (job: Job) => void }) {
  const { t } = useWords();
  const [query, setQuery] = useQueryString();
  const form = useAddressForm(useFields(instruments));
  const [said, setSaid] = useState("");
  const [busy, setBusy] = useState(false);
  const others = query.getAll("also");
  const { symbol, start, end, contract_month } = form.values as Record<string, string | undefined>;

  function choose(name: string, chosen: boolean) {
    const next = new URLSearchParams(query);
    next.delete("also");
    for (const one of chosen ? [...others, name] : others.filter((other) => other !== name)) next.append("also", one);
    setQuery(next);
  }

  async function submit(event: FormEvent) {
    event.preventDefault();
    setSaid("");
    if (!form.check() || !symbol || !start) return;
    const fault = faultOf(start, end ?? "");
    if (fault) return form.blame(fault.field, t(fault.key));
    setBusy(true);
    try {
      for (const one of new Set([symbol, ...others])) {
        const body = { symbol: one, start, end, contract_month, num_blocks: 1, bar_size: "1 min" };
        started((await got(api.POST("/api/v1/data/extract", { body }))) as Job);
      }
    } catch (error) {
      setSaid(form.show(error));
    }
    setBusy(false);
  }

  return (
    <form className="body stack" noValidate onSubmit={(event) => void submit(event)}>
      <Fields form={form} />
      <details open={others.length > 0 || undefined}>
        <summary>{t("extract.more")}</summary>
        <div className="chips picks">
          {instruments
            .filter((one) => one.symbol !== symbol)
            .map((one) => (
              <label key={one.symbol} title={one.name}>
                <input
                  type="checkbox"
                  checked={others.includes(one.symbol)}
                  onChange={(event) => choose(one.symbol, event.target.checked)}
                />
                {one.symbol}
              </label>
            ))}
        </div>
      </details>
      <p className="loss" role="alert" hidden={!said}>
        {said}
      </p>
      <div className="row">
        <button type="submit" className="primary" disabled={busy}>
          {t("extract.start")}
        </button>
        <span className="muted small">
          {t("extract.lineage")} <There symbol={symbol} start={start} end={end} />
        </span>
      </div>
    </form>
  );
}

function useFields(instruments: Instrument[]): Field[] {
  const { t } = useWords();
  const [query] = useQueryString();
  const named = query.get("symbol");
  return useMemo<Field[]>(
    () => [
      {
        name: "symbol",
        label: t("field.symbol"),
        kind: "choice",
        required: true,
        // The server rejects a link to an unknown instrument; a substitute would be another extraction.
        value: named?.toUpperCase() ?? instruments[0]?.symbol,
        choices: instruments.map((one) => [one.symbol, `${one.symbol} · ${one.name}`]),
      },
      {
        name: "start",
        label: t("field.start"),
        kind: "date",
        required: true,
        value: daysAgo(BACK_DAYS),
        hint: t("field.tradedate"),
      },
      { name: "end", label: t("field.end"), kind: "date", value: daysAgo(1), hint: t("field.end.hint") },
      {
        name: "contract_month",
        label: t("field.contract"),
        kind: "text",
        pattern: "\\d{6}",
        placeholder: "202612",
        hint: t("field.contract.hint"),
      },
    ],
    [t, instruments, named],
  );
}

/** How much of the window need not be asked for again. */
function There({ symbol, start, end = daysAgo(1) }: { symbol?: string; start?: string; end?: string }) {
  const { t } = useWords();
  const days = lengthOf(start ?? "", end);
  const there = useQuery({
    queryKey: ["coverage", symbol, "there", start, end],
    enabled: Boolean(symbol) && days > 0 && days <= KNOWN_DAYS,
    queryFn: async ({ signal }) => {
      const params = { path: { symbol: symbol ?? "" }, query: { first: start, last: end } };
      const { sessions } = await got(api.GET("/api/v1/coverage/{symbol}", { params, signal }));
      const open = new Set(sessions.filter((one) => one.missing > 0).map((one) => one.trade_date));
      return new Set(sessions.map((one) => one.trade_date).filter((date) => !open.has(date))).size;
    },
  }).data;
  if (there === undefined) return null;
  return <span>{there ? t("extract.there", { count: there }) : t("extract.nothere")}</span>;
}
