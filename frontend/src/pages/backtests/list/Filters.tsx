import { type Key, useWords } from "../../../lang/words";
import type { Result } from "../results";
import { PICKS, type Shown } from "./filter";

interface FiltersProps {
  results: readonly Result[];
  shown: Shown;
  show: (next: Shown) => void;
}

/** Text, strategy, instrument, timeframe and tag of the results that are listed. */
export function Filters({ results, shown, show }: FiltersProps) {
  const { t } = useWords();
  const tags = [...new Set([...results.flatMap((row) => row.tags), shown.tag].filter(Boolean))].sort();
  return (
    <div className="filters">
      <input
        type="search"
        aria-label={t("backtests.filter")}
        placeholder={t("backtests.filter")}
        value={shown.text}
        onChange={(event) => show({ ...shown, text: event.target.value })}
      />
      {PICKS.map((name) => {
        const what = t(`field.${name === "instrument" ? "symbol" : name}` as Key);
        const values = [...new Set([...results.map((row) => row[name]), shown[name]].filter(Boolean))].sort();
        return (
          <Pick
            key={name}
            label={what}
            values={values}
            value={shown[name]}
            pick={(value) => show({ ...shown, [name]: value })}
          />
        );
      })}
      {tags.length > 0 && (
        <Pick label={t("backtest.tag")} values={tags} value={shown.tag} pick={(tag) => show({ ...shown, tag })} />
      )}
    </div>
  );
}

interface PickProps {
  label: string;
  values: readonly string[];
  value: string;
  pick: (value: string) => void;
}

function Pick({ label, values, value, pick }: PickProps) {
  const { t } = useWords();
  return (
    <select aria-label={label} value={value} onChange={(event) => pick(event.target.value)}>
      <option value="">{t("backtests.all", { what: label })}</option>
      {values.map((one) => (
        <option key={one} value={one}>
          {one}
        </option>
      ))}
    </select>
  );
}
