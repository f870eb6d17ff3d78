import { useWords } from "../../lang/words";
import type { Metrics } from "../../ui/metrics";
import type { Bound } from "./constraints";

interface ConstraintsProps {
  bounds: readonly Bound[];
  metrics: Metrics;
  change: (bounds: readonly Bound[]) => void;
}

/** The bounds that a set must keep to be ranked. */
export function Constraints({ bounds, metrics, change }: ConstraintsProps) {
  const { t } = useWords();
  const put = (at: number, changed: Partial<Bound>) =>
    change(bounds.map((one, place) => (place === at ? { ...one, ...changed } : one)));
  return (
    <fieldset className="stack bounds">
      <legend className="label">{t("search.constraints")}</legend>
      {bounds.map((bound, at) => (
        <div className="row" key={at}>
          <select
            aria-label={t("search.bound.figure", { number: at + 1 })}
            value={bound.metric}
            onChange={(event) => put(at, { metric: event.target.value })}
          >
            {[...new Set([bound.metric, ...metrics.names])].map((name) => (
              <option key={name} value={name}>
                {metrics.title(name)}
              </option>
            ))}
          </select>
          <select
            aria-label={t("search.bound.sign", { number: at + 1 })}
            value={bound.sign}
            onChange={(event) => put(at, { sign: event.target.value as Bound["sign"] })}
          >
            <option value=">=">{t("search.atleast")}</option>
            <option value="<=">{t("search.atmost")}</option>
          </select>
          <input
            className="narrow"
            aria-label={t("search.bound.value", { number: at + 1 })}
            inputMode="decimal"
            autoComplete="off"
            value={bound.value}
            onChange={(event) => put(at, { value: event.target.value })}
          />
          {metrics.isShare(bound.metric) && <span className="muted">%</span>}
          <button
            type="button"
            className="quiet"
            aria-label={t("search.bound.remove", { number: at + 1 })}
            onClick={() => change(bounds.filter((_, place) => place !== at))}
          >
            ×
          </button>
        </div>
      ))}
      <div>
        <button type="button" onClick={() => change([...bounds, { metric: "trades", sign: ">=", value: "30" }])}>
          {t("search.bound.add")}
        </button>
      </div>
    </fieldset>
  );
}
