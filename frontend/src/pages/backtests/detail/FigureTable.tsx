import { Fragment } from "react";
import { useWords } from "../../../lang/words";
import type { Metrics } from "../../../ui/metrics";
import { TableFrame } from "../../../ui/TableFrame";
import { Figure } from "../Figure";
import type { ResultDetail } from "../results";

interface FigureTableProps {
  result: ResultDetail;
  metrics: Metrics;
}

/** The figures under their headings, each with its formula. */
export function FigureTable({ result, metrics }: FigureTableProps) {
  const { t, word } = useWords();
  const known = metrics.all.filter((one) => one.key in result.metrics);
  const groups = [...new Set(known.map((one) => one.group))];
  return (
    <TableFrame caption={t("backtest.figures")}>
      <tbody>
        {groups.map((group) => (
          <Fragment key={group}>
            <tr>
              <th colSpan={3} scope="colgroup">
                <h3>{word("group", group)}</h3>
              </th>
            </tr>
            {known
              .filter((one) => one.group === group)
              .map((one) => (
                <tr key={one.key}>
                  <th scope="row">{metrics.title(one.key)}</th>
                  <td className="num">
                    <Figure name={one.key} metrics={metrics} result={result} />
                  </td>
                  <td className="words muted">{`${one.formula} ${one.least}`.trim()}</td>
                </tr>
              ))}
          </Fragment>
        ))}
      </tbody>
    </TableFrame>
  );
}
