import { number } from "../../format/format";
import { useWords } from "../../lang/words";
import type { Row } from "../../ui/study/studies";
import { numberIn } from "../../ui/study/values";
import { TableFrame } from "../../ui/TableFrame";

/** The correlation of each pair of instruments, as numbers on colours. */
export function Correlation({ rows, names }: { rows: Row[]; names: readonly string[] }) {
  const { t } = useWords();
  const of = (one: string, other: string) =>
    numberIn(
      rows.find((row) => row.instrument === one && row.other === other),
      "correlation",
    );
  return (
    <>
      <TableFrame caption={t("pf.part.correlation")} className="heat">
        <thead>
          <tr>
            <td />
            {names.map((one) => (
              <th key={one} scope="col">
                {one}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {names.map((one) => (
            <tr key={one}>
              <th scope="row">{one}</th>
              {names.map((other) => (
                <td key={other} style={{ background: shade(of(one, other)) }}>
                  {number(of(one, other), 2)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </TableFrame>
      <p className="body muted small">{t("pf.note.correlation")}</p>
    </>
  );
}

function shade(value: number | null): string | undefined {
  if (value === null) return undefined;
  const strength = Math.round(Math.min(1, Math.abs(value)) * 45);
  return `color-mix(in srgb, var(${value < 0 ? "--accent" : "--down"}) ${strength}%, var(--card))`;
}
