import { useMemo } from "react";
import { money, percent } from "../../../format/format";
import { useWords } from "../../../lang/words";
import { type Curve, Curves } from "../../../ui/Curves";
import type { Columns } from "../../../ui/columns";

const shortMoney = (value: number) => money(value).replace(/[.,]\d\d$/, "");
const share = (value: number) => percent(value);

/** Equity over drawdown, drawn from the columns as they came. */
export function EquityCurve({ columns }: { columns: Columns }) {
  const { t } = useWords();
  const x = useMemo(() => (columns.timestamp as string[]).map((one) => Date.parse(one) / 1000), [columns]);
  const [equity, drawdown] = useMemo((): [Curve[], Curve[]] => {
    const values = columns.equity as number[];
    const least = Math.min(...values);
    return [
      [{ name: t("figure.equity"), values, fillTo: least }],
      [{ name: t("figure.depth"), values: columns.drawdown as number[], colour: "--down", fillTo: 0 }],
    ];
  }, [columns, t]);
  return (
    <div className="curve">
      <Curves
        label={t("backtest.curve.label")}
        x={x}
        curves={equity}
        height={280}
        format={shortMoney}
        together="result"
      />
      <Curves label={t("figure.depth")} x={x} curves={drawdown} height={150} format={share} together="result" />
    </div>
  );
}
