import { useId } from "react";
import type { Schemas } from "../../api/client";
import { number } from "../../format/format";
import { type Key, useWords } from "../../lang/words";
import { type BarFilter, TEXTS, toggled, widened } from "./filter";

const LABELS: Record<(typeof TEXTS)[number], Key> = {
  contract: "column.contract",
  first: "quality.filter.first",
  last: "quality.filter.last",
  start: "quality.filter.start",
  end: "quality.filter.end",
};

interface FilterBarProps {
  filter: BarFilter;
  /** All groups of the instrument, the gravest reason first. */
  groups: readonly Schemas["QuarantineGroup"][];
  change: (filter: BarFilter) => void;
}

/** The controls of the filter, which offer what there is. */
export function FilterBar({ filter, groups, change }: FilterBarProps) {
  const { t, word } = useWords();
  const id = useId();
  const counts = new Map<Schemas["Reason"], number>();
  for (const { reason, bars } of groups) counts.set(reason, (counts.get(reason) ?? 0) + bars);
  for (const reason of filter.reasons) if (!counts.has(reason)) counts.set(reason, 0);
  const months = new Set(groups.map((group) => group.contract));
  if (filter.contract) months.add(filter.contract);
  const set = (name: (typeof TEXTS)[number], value: string) => change({ ...filter, [name]: value });
  return (
    <div className="stack line">
      <div className="row" role="group" aria-label={t("quality.filter.reasons")}>
        {[...counts].map(([reason, bars]) => (
          <button
            key={reason}
            type="button"
            aria-pressed={filter.reasons.includes(reason)}
            onClick={() => change(toggled(filter, reason))}
          >
            {word("reason", reason)} · {number(bars)}
          </button>
        ))}
      </div>
      <div className="bar">
        {TEXTS.map((name) => (
          <div key={name} className="field">
            <label htmlFor={`${id}-${name}`}>{t(LABELS[name])}</label>
            {name === "contract" ? (
              <select id={`${id}-${name}`} value={filter.contract} onChange={(event) => set(name, event.target.value)}>
                <option value="">{t("quality.filter.all")}</option>
                {[...months].sort().map((month) => (
                  <option key={month} value={month}>
                    {month}
                  </option>
                ))}
              </select>
            ) : (
              <input
                id={`${id}-${name}`}
                type={name === "first" || name === "last" ? "date" : "datetime-local"}
                value={filter[name]}
                onChange={(event) => set(name, event.target.value)}
              />
            )}
          </div>
        ))}
        <button type="button" className="quiet" onClick={() => change(widened(filter))}>
          {t("quality.filter.clear")}
        </button>
      </div>
    </div>
  );
}
