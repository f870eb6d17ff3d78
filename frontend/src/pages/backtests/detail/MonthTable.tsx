import type { Schemas } from "../../../api/client";
import { monthNames, percent } from "../../../format/format";
import { useWords } from "../../../lang/words";
import { TableFrame } from "../../../ui/TableFrame";
import { Shade } from "../Shade";

/** Return the monthly returns of each year, and the return of the year. */
export function yearsOf(months: readonly Schemas["MonthlyReturn"][]) {
  const years = new Map<string, (number | null)[]>();
  for (const one of months) {
    const [year = "", month] = one.month.split("-");
    const returns = years.get(year) ?? Array<number | null>(12).fill(null);
    returns[Number(month) - 1] = one.return;
    years.set(year, returns);
  }
  return [...years].map(([year, returns]) => ({
    year,
    returns,
    whole: returns.reduce<number>((grown, value) => grown * (1 + (value ?? 0)), 1) - 1,
  }));
}

/** Monthly returns as a table of years, each cell coloured by its size and written out. */
export function MonthTable({ months }: { months: readonly Schemas["MonthlyReturn"][] }) {
  const { t } = useWords();
  return (
    <TableFrame caption={t("backtest.months")} className="months">
      <thead>
        <tr>
          {[t("months.year"), ...monthNames(), t("months.total")].map((name, at) => (
            <th key={at} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {yearsOf(months).map(({ year, returns, whole }) => (
          <tr key={year}>
            <th scope="row">{year}</th>
            {[...returns, whole].map((value, at) => (
              <Shade key={at} value={value}>
                {value === null ? "" : percent(value, 1)}
              </Shade>
            ))}
          </tr>
        ))}
      </tbody>
    </TableFrame>
  );
}
