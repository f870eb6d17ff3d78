import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { usePolling } from "../../api/changes";
import { day, number, share } from "../../format/format";
import { useWords } from "../../lang/words";
import { Card } from "../../ui/Card";
import { COLOURS } from "../../ui/Curves";
import { type Column, DataTable } from "../../ui/DataTable";
import { Figure } from "../../ui/Figure";
import { Empty, Region } from "../../ui/Region";
import { type DriftRow, driftRows, slippageCurves } from "./drift";
import { driftsQuery } from "./queries";

const LATER = 60_000;

/** How far decisions and fills were from the backtest on the settled bars, by trade date. */
export function Drifts({ account }: { account: string }) {
  const { t } = useWords();
  const drifts = useQuery({ ...driftsQuery(account), refetchInterval: usePolling(LATER) });
  return (
    <Card title={t("trading.drift")}>
      <Region query={drifts}>
        {(found) =>
          found.drifts.length ? (
            <Shown rows={driftRows(found.drifts)} />
          ) : (
            <Empty title={t("trading.drift.none")} text={t("trading.drift.none.text")} />
          )
        }
      </Region>
    </Card>
  );
}

function Shown({ rows }: { rows: readonly DriftRow[] }) {
  const { t } = useWords();
  const { x, curves } = useMemo(() => slippageCurves(rows), [rows]);
  const columns = useMemo<Column<DriftRow>[]>(
    () => [
      { name: "date", title: t("column.session"), value: (one) => one.date, show: (one) => day(one.date) },
      { name: "spec", title: t("trading.spec"), value: (one) => one.spec, show: (one) => one.spec },
      ...(["missed", "extra", "different", "fills"] as const).map((name) => ({
        name,
        title: t(`trading.drift.${name}`),
        number: true,
        value: (one: DriftRow) => one[name],
        show: (one: DriftRow) => (
          <span className={name !== "fills" && one[name] ? "warned" : undefined}>{number(one[name])}</span>
        ),
      })),
      {
        name: "slippage",
        title: t("trading.drift.slippage"),
        number: true,
        value: (one) => one.slippage,
        show: (one) => number(one.slippage, 2),
      },
      {
        name: "model",
        title: t("trading.drift.model"),
        number: true,
        value: (one) => one.model,
        show: (one) => number(one.model),
      },
      {
        name: "live",
        title: t("trading.drift.live"),
        number: true,
        value: (one) => one.differing,
        show: (one) => (one.bars ? `${number(one.differing)} (${share(one.differing, one.bars)})` : "–"),
      },
    ],
    [t],
  );
  return (
    <>
      {x.length > 1 && (
        <Figure
          label={t("trading.drift.chart")}
          over={t("column.session")}
          x={x}
          height={180}
          curves={curves.map((one, at) => ({ ...one, colour: COLOURS[at % COLOURS.length] }))}
          format={(value) => number(value, 2)}
        />
      )}
      <DataTable
        caption={t("trading.drift")}
        columns={columns}
        rows={rows}
        rowKey={(one) => `${one.spec} ${one.date}`}
      />
    </>
  );
}
