import { day, money, moment, number, percent } from "../../format/format";
import { type Key, useWords } from "../../lang/words";
import { type Column, DataTable } from "../../ui/DataTable";
import { Empty } from "../../ui/Region";
import type { Row } from "../../ui/study/studies";
import { numberIn } from "../../ui/study/values";

type Show = (value: number | null) => string;
const share: Show = (value) => percent(value);
const small: Show = (value) => percent(value, 4);
const whole: Show = (value) => number(value, 0);
const two: Show = (value) => number(value, 2);
const cash: Show = (value) => money(value);

function useColumns() {
  const { t } = useWords();
  const text = (name: string, title: Key): Column<Row> => ({
    name,
    title: t(title),
    value: (one) => one[name],
    show: (one) => String(one[name] ?? "–"),
  });
  const numeric = (name: string, show: Show, title = `pf.column.${name}`): Column<Row> => ({
    name,
    title: t(title as Key),
    number: true,
    value: (one) => one[name],
    show: (one) => show(numberIn(one, name)),
  });
  return { t, instrument: text("instrument", "pf.column.instrument"), text, numeric };
}

const byInstrument = (one: Row) => String(one.instrument);

/** Ideal and whole contracts now, and the capital that the first contract takes. */
export function Distance({ rows, capital }: { rows: Row[]; capital: number }) {
  const { t, instrument, text, numeric } = useColumns();
  const columns: Column<Row>[] = [
    instrument,
    text("currency", "pf.column.currency"),
    numeric("weight", share),
    numeric("contract_risk", cash),
    numeric("ideal", two),
    numeric("tradable", whole),
    numeric("least_capital", cash),
    {
      name: "reached",
      title: t("pf.column.reached"),
      show: (one) => {
        const enough = (numberIn(one, "least_capital") ?? Infinity) <= capital;
        return <span className={enough ? "gain" : "loss"}>{t(enough ? "pf.yes" : "pf.no")}</span>;
      },
    },
  ];
  return <DataTable caption={t("pf.part.distance")} columns={columns} rows={rows} rowKey={byInstrument} />;
}

/** The distance at other capitals. */
export function CapitalTable({ rows }: { rows: Row[] }) {
  const { t, numeric } = useColumns();
  const columns = [
    numeric("capital", cash, "pf.capital"),
    numeric("tracking_error", share, "pf.figure.tracking_error"),
    numeric("share_of_risk", share, "pf.figure.share_of_risk"),
    numeric("held", whole, "pf.figure.instruments_held"),
  ];
  return (
    <DataTable caption={t("pf.part.capitals")} columns={columns} rows={rows} rowKey={(one) => String(one.capital)} />
  );
}

/** What each instrument adds to risk and profit, and the whole. */
export function Contributions({ rows }: { rows: Row[] }) {
  const { t, numeric, instrument } = useColumns();
  const sum = (name: string) => rows.reduce((total, one) => total + (numberIn(one, name) ?? 0), 0);
  const whole_: Row = {
    instrument: t("pf.whole"),
    ...Object.fromEntries(["risk_share_ideal", "risk_share", "profit", "costs"].map((name) => [name, sum(name)])),
  };
  const columns: Column<Row>[] = [
    { ...instrument, value: undefined },
    { ...numeric("risk_share_ideal", share), value: undefined },
    { ...numeric("risk_share", share), value: undefined },
    bar("risk_share", rows, t("pf.bar.risk")),
    { ...numeric("profit", cash), value: undefined },
    bar("profit", rows, t("pf.bar.profit")),
    { ...numeric("costs", cash), value: undefined },
  ];
  return (
    <DataTable
      caption={t("pf.part.contributions")}
      columns={columns}
      rows={[...rows, whole_]}
      rowKey={byInstrument}
      marked={(one) => one === whole_}
    />
  );
}

function bar(name: string, rows: Row[], title: string): Column<Row> {
  const most = Math.max(...rows.map((one) => Math.abs(numberIn(one, name) ?? 0)));
  return {
    name: `${name}-bar`,
    title: <span className="unseen">{title}</span>,
    show: (one) => {
      const value = numberIn(one, name);
      if (value === null || !most || !rows.includes(one)) return null;
      const width = `${(Math.abs(value) / most) * 120}px`;
      return <span className={`meter-bar ${value < 0 ? "negative" : ""}`} style={{ width }} aria-hidden="true" />;
    },
  };
}

/** The deepest falls, and what each instrument lost or won in them. */
export function Drawdowns({ rows, parts, names }: { rows: Row[]; parts: Row[]; names: readonly string[] }) {
  const { t, numeric } = useColumns();
  if (!rows.length) return <Empty title={t("pf.drawdowns.none")} />;
  const date = (name: string, none: string): Column<Row> => ({
    name,
    title: t(`pf.column.${name}` as Key),
    value: (one) => one[name],
    show: (one) => (one[name] ? day(String(one[name]).slice(0, 10)) : none),
  });
  const columns: Column<Row>[] = [
    date("peak", t("pf.start")),
    date("deepest", "–"),
    date("recovered", "–"),
    numeric("depth", share),
    numeric("money", cash),
    numeric("sessions", whole),
    ...names.map((name): Column<Row> => ({
      name,
      title: name,
      number: true,
      show: (one) => {
        const own = parts.find((part) => part.number === one.number && part.instrument === name);
        const lost = numberIn(own, "money");
        return <span className={(lost ?? 0) < 0 ? "loss" : "gain"}>{money(lost, true)}</span>;
      },
    })),
  ];
  return (
    <DataTable caption={t("pf.part.drawdowns")} columns={columns} rows={rows} rowKey={(one) => String(one.number)} />
  );
}

/** How much of the volume is traded, and with which capital it would be too much. */
export function Capacity({ rows }: { rows: Row[] }) {
  const { t, numeric, instrument } = useColumns();
  const columns = [
    instrument,
    numeric("traded", whole),
    numeric("volume_share", small),
    numeric("most_volume_share", small),
    numeric("capacity", cash),
    numeric("costs", cash),
  ];
  return <DataTable caption={t("pf.part.capacity")} columns={columns} rows={rows} rowKey={byInstrument} />;
}

/** The trades of the account. */
export function Trades({ rows }: { rows: Row[] }) {
  const { t, text, numeric, instrument } = useColumns();
  const time = (name: string): Column<Row> => ({
    name,
    title: t(`column.${name}` as Key),
    value: (one) => one[name],
    show: (one) => moment(one[name] as string),
  });
  const columns = [
    instrument,
    text("contract", "column.contract"),
    time("entry_time"),
    time("exit_time"),
    numeric("size", whole, "column.size"),
    numeric("entry_price_own", (value) => number(value), "column.entry_price_own"),
    numeric("exit_price_own", (value) => number(value), "column.exit_price_own"),
    numeric("profit_account", cash, "column.profit"),
    text("exit_reason", "column.exit_reason"),
  ];
  return <DataTable caption={t("pf.trades")} columns={columns} rows={rows} rowKey={(_, at) => at} sort="entry_time" />;
}
