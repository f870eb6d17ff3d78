import { useCallback, useMemo } from "react";
import { useWords } from "../../lang/words";
import { Card } from "../../ui/Card";
import { type Curve, Curves } from "../../ui/Curves";
import { slicesOf, type TrialSlice } from "./grid";
import type { Looked } from "./TrialsPart";

const MANY = 8;

/** The figure along each parameter: through the best set, and over all other sets. */
export function SlicesCard({ looked }: { looked: Looked }) {
  const { t } = useWords();
  const { trials, order, values, best, metrics, figure } = looked;
  const slices = useMemo(
    () => slicesOf(trials.axes.slice(0, MANY), order, values, best),
    [trials, order, values, best],
  );
  return (
    <Card title={t("search.slices", { figure: metrics.title(figure) })}>
      <p className="body muted small">{t("search.slices.text")}</p>
      <div className="slices">
        {slices.map((one) => (
          <Slice key={one.axis.name} slice={one} looked={looked} />
        ))}
      </div>
    </Card>
  );
}

function Slice({ slice, looked }: { slice: TrialSlice; looked: Looked }) {
  const { t } = useWords();
  const { metrics, figure } = looked;
  const { axis, at } = slice;
  const curves = useMemo<Curve[]>(() => {
    const plain = (values: Float64Array) => Array.from(values, (one) => (Number.isNaN(one) ? null : one));
    return [
      { name: t("slice.through"), values: plain(slice.through), colour: "--accent", width: 2 },
      { name: t("slice.best"), values: plain(slice.best), colour: "--muted", dashed: true },
      { name: t("slice.median"), values: plain(slice.median), colour: "--up" },
    ];
  }, [slice, t]);
  const format = useCallback((value: number) => metrics.format(figure, value), [metrics, figure]);
  const home = axis.labels[at] ?? "";
  const label = t("slice.label", { parameter: axis.name, figure: metrics.title(figure), value: home });
  return (
    <figure>
      <figcaption>
        <code>{axis.name}</code> <span className="muted">{t("slice.at", { value: home })}</span>
      </figcaption>
      <Curves
        label={label}
        x={axis.values}
        curves={curves}
        height={190}
        plain
        logarithmic={axis.geometric}
        format={format}
      />
    </figure>
  );
}
