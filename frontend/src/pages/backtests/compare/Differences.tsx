import { Fragment } from "react";
import type { Schemas } from "../../../api/client";
import { useWords } from "../../../lang/words";

interface DifferencesProps {
  found: Schemas["BacktestComparison"];
  names: readonly string[];
}

/** Whether sessions tell two results apart: the server's sentence, and the Sharpe ratio of each with its error. */
export function Verdict({ found, names }: DifferencesProps) {
  if (!found.returns) return null;
  return (
    <div className="body stack">
      <p lang="en">
        <strong>{found.returns.verdict}</strong>
      </p>
      <dl className="pairs">
        {names.map((name, at) => (
          <Fragment key={at}>
            <dt>{name}</dt>
            <dd>{`Sharpe ${found.returns?.sharpe_in_words[at] ?? ""}`}</dd>
          </Fragment>
        ))}
      </dl>
    </div>
  );
}

/** Until the server tells of pairs. */
export function Pairs({ found }: DifferencesProps) {
  const { t } = useWords();
  return <p className="body muted">{t("compare.pairs.hint", { count: found.ids.length })}</p>;
}
