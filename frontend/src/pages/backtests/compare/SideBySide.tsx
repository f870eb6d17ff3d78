import type { ReactNode } from "react";
import type { Schemas } from "../../../api/client";
import { NOTHING } from "../../../format/format";
import { useWords } from "../../../lang/words";
import { pathTo } from "../../../ui/address";
import { PageLink } from "../../../ui/Link";
import type { Metrics } from "../../../ui/metrics";
import { TableFrame } from "../../../ui/TableFrame";
import { Swatch } from "./Swatch";

const LONGEST = 40;

interface SideBySideProps {
  found: Schemas["BacktestComparison"];
  names: readonly string[];
  metrics: Metrics;
}

/** What differs in what was asked, and every figure, the best of each marked. */
export function SideBySide({ found, names, metrics }: SideBySideProps) {
  const { t } = useWords();
  const differing = Object.entries(found.differing);
  const columns = found.ids.length + 1;
  return (
    <TableFrame caption={t("compare.title")} className="compare">
      <thead>
        <tr>
          <td />
          {found.ids.map((id, at) => (
            <th key={id} className="num words" scope="col">
              <Swatch place={at} /> <PageLink href={pathTo("/backtests", { id })}>{names[at]}</PageLink>{" "}
              <span className="mono muted">{id.slice(0, 8)}</span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        <Part columns={columns}>{differing.length ? t("compare.differing") : t("compare.same")}</Part>
        {differing.map(([name, values]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            {values.map((value, at) => (
              <td key={at} className="num mono">
                <Plain value={value} />
              </td>
            ))}
          </tr>
        ))}
        <Part columns={columns}>{t("backtest.figures")}</Part>
        {Object.entries(found.metrics).map(([name, values]) => (
          <FigureRow
            key={name}
            metrics={metrics}
            name={name}
            values={values}
            missing={found.metrics.missing_sessions}
          />
        ))}
      </tbody>
    </TableFrame>
  );
}

function Part({ columns, children }: { columns: number; children: ReactNode }) {
  return (
    <tr>
      <th colSpan={columns} scope="colgroup">
        <h3>{children}</h3>
      </th>
    </tr>
  );
}

interface FigureRowProps {
  metrics: Metrics;
  name: string;
  values: readonly unknown[];
  missing: readonly unknown[] | undefined;
}

function FigureRow({ metrics, name, values, missing }: FigureRowProps) {
  const { t } = useWords();
  const best = metrics.bestOf(name, values);
  return (
    <tr>
      <th scope="row">{metrics.title(name)}</th>
      {values.map((value, at) => (
        <td key={at} className={best.includes(at) ? "num best" : "num"}>
          {best.includes(at) && (
            <span className="star" role="img" aria-label={t("compare.best")} title={t("compare.best")}>
              ★
            </span>
          )}
          <span className={metrics.tone(name, value)}>{metrics.written(name, value, missing?.[at])}</span>
        </td>
      ))}
    </tr>
  );
}

function Plain({ value }: { value: unknown }) {
  if (value === null || value === undefined) return NOTHING;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > LONGEST ? <span title={text}>{`${text.slice(0, LONGEST - 2)}…`}</span> : text;
}
