import { useId, useRef, useState } from "react";
import { useWords } from "../../lang/words";
import type { SetQuery } from "../../ui/address";
import type { Job } from "../../ui/JobView";
import { kindsOf, readFilter, STATES, withCriterion } from "./filter";

const WAIT = 300;

interface JobFiltersProps {
  /** Those whose kinds are offered. */
  jobs: readonly Job[];
  query: URLSearchParams;
  setQuery: SetQuery;
}

/** The controls by which the list of jobs is narrowed. */
export function JobFilters({ jobs, query, setQuery }: JobFiltersProps) {
  const { t, word } = useWords();
  const id = useId();
  const filter = readFilter(query);
  const [typed, setTyped] = useState(filter.find);
  const timer = useRef(0);
  const kinds = [...new Set([...kindsOf(jobs), ...(filter.kind ? [filter.kind] : [])])];
  const narrowed = filter.kind || filter.state || filter.find;

  function find(text: string) {
    setTyped(text);
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => setQuery((now) => withCriterion(now, "find", text)), WAIT);
  }

  return (
    <form className="bar body" role="search" onSubmit={(event) => event.preventDefault()}>
      <div className="field">
        <label htmlFor={`${id}-find`}>{t("runs.find")}</label>
        <input
          id={`${id}-find`}
          type="search"
          value={typed}
          placeholder={t("runs.find.example")}
          onChange={(event) => find(event.target.value)}
        />
      </div>
      <div className="field">
        <label htmlFor={`${id}-kind`}>{t("runs.kind")}</label>
        <select
          id={`${id}-kind`}
          value={filter.kind}
          onChange={(event) => setQuery(withCriterion(query, "kind", event.target.value))}
        >
          <option value="">{t("runs.any")}</option>
          {kinds.map((kind) => (
            <option key={kind} value={kind}>
              {word("kind", kind)}
            </option>
          ))}
        </select>
      </div>
      <div className="field">
        <label htmlFor={`${id}-state`}>{t("runs.state")}</label>
        <select
          id={`${id}-state`}
          value={filter.state}
          onChange={(event) => setQuery(withCriterion(query, "state", event.target.value))}
        >
          <option value="">{t("runs.any")}</option>
          {STATES.map((state) => (
            <option key={state} value={state}>
              {word("job", state)}
            </option>
          ))}
        </select>
      </div>
      {narrowed && (
        <button
          type="button"
          className="quiet"
          onClick={() => {
            clearTimeout(timer.current);
            setTyped("");
            setQuery(new URLSearchParams());
          }}
        >
          {t("runs.clear")}
        </button>
      )}
    </form>
  );
}
