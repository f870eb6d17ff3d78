import { type ReactNode, type RefObject, useId } from "react";
import type { Schemas } from "../../api/client";
import { ADJUSTMENTS, type View, ZONES } from "../../chart/view";
import { TIMEFRAMES } from "../../chart/ladder";
import { day } from "../../format/format";
import { useWords } from "../../lang/words";
import { Icon } from "../../ui/Icon";

/** What there is to choose from. */
export interface Choices {
  instruments: readonly Schemas["InstrumentInfo"][];
  contracts: readonly Schemas["ContractInfo"][];
  rolls: Schemas["RollList"] | undefined;
  results: readonly Schemas["BacktestSummary"][];
}

/** A file with the bars that are shown. */
export interface FileLink {
  name: string;
  href: string;
}

interface ControlsProps {
  view: View;
  choices: Choices;
  choose: (change: Partial<View>) => void;
  date: RefObject<HTMLInputElement | null>;
  goTo: (instant: number) => void;
  copyLink: () => void;
  help: () => void;
  files: readonly FileLink[];
}

/** The controls of the chart. They say what was chosen; they do not know how the chart changes by it. */
export function Controls({ view, choices, choose, date, goTo, copyLink, help, files }: ControlsProps) {
  const { t, word } = useWords();
  const { instruments, contracts, rolls, results } = choices;
  const held = contracts.flatMap((one) => (one.held ? [{ ...one, held: one.held }] : [])).reverse();
  return (
    <div className="bar">
      <Select
        label={t("chart.instrument")}
        value={view.symbol}
        options={instruments.map(({ symbol, name }) => [symbol, `${symbol} · ${name}`])}
        choose={(symbol) => choose({ symbol, contract: "", rule: "", backtest: "", from: 0, to: 0 })}
      />
      <Group label={t("chart.timeframe")}>
        {TIMEFRAMES.map((name) => (
          <button
            key={name}
            type="button"
            aria-pressed={name === view.timeframe}
            onClick={() => choose({ timeframe: name })}
          >
            {name}
          </button>
        ))}
      </Group>
      <Select
        label={t("chart.series")}
        value={view.contract}
        options={[
          ["", t("chart.continuous")],
          ...held.map((one): Option => {
            const span = `${day(one.held.first)} – ${day(one.held.last)}`;
            return [one.contract, `${one.local_symbol} · ${one.contract} · ${span}`];
          }),
        ]}
        choose={(contract) => choose({ contract, from: 0, to: 0 })}
      />
      {!view.contract && (
        <>
          <Select
            label={t("chart.adjustment")}
            value={view.adjustment}
            options={ADJUSTMENTS.map((name) => [name, word("adjustment", name)])}
            choose={(adjustment) => choose({ adjustment })}
          />
          <Select
            label={t("chart.rule")}
            value={view.rule}
            options={[["", t("chart.ownrule")], ...(rolls?.rules ?? []).map((rule): Option => [rule, rule])]}
            choose={(rule) => choose({ rule })}
          />
        </>
      )}
      <Select
        label={t("chart.trades")}
        value={view.backtest}
        options={[
          ["", t("chart.notrades")],
          ...results.map((one): Option => [one.id, `${one.title || one.name} · ${day(one.created_at.slice(0, 10))}`]),
        ]}
        choose={(backtest) => choose({ backtest })}
      />
      <div className="field">
        <label htmlFor="chart-date">{t("chart.goto")}</label>
        <input
          ref={date}
          id="chart-date"
          type="date"
          onChange={({ target }) => target.value && goTo(Date.parse(`${target.value}T12:00Z`) / 1000)}
        />
      </div>
      <Group label={t("chart.zone")}>
        {ZONES.map((zone) => (
          <button key={zone} type="button" aria-pressed={zone === view.zone} onClick={() => choose({ zone })}>
            {word("zone", zone)}
          </button>
        ))}
      </Group>
      <div className="row">
        {files.map(({ name, href }) => (
          <a key={name} className="button" href={href} download title={t("chart.download", { format: name })}>
            <Icon name="download" />
            {name}
          </a>
        ))}
        <button type="button" title={t("chart.link")} aria-label={t("chart.link")} onClick={copyLink}>
          <Icon name="link" />
        </button>
        <button type="button" title={t("chart.keys")} aria-label={t("chart.keys")} onClick={help}>
          ?
        </button>
      </div>
    </div>
  );
}

type Option = readonly [string, string];

interface SelectProps<T extends string> {
  label: string;
  value: T;
  options: readonly (readonly [T, string])[];
  choose: (value: T) => void;
}

/** A list of choices; one that is chosen and unknown is offered too. */
function Select<T extends string>({ label, value, options, choose }: SelectProps<T>) {
  const id = useId();
  const all = options.some(([one]) => one === value) ? options : [...options, [value, value] as const];
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={({ target }) => choose(target.value as T)}>
        {all.map(([one, said]) => (
          <option key={one} value={one}>
            {said}
          </option>
        ))}
      </select>
    </div>
  );
}

function Group({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="field" role="group" aria-label={label}>
      <span className="label" aria-hidden="true">
        {label}
      </span>
      <div className="segments">{children}</div>
    </div>
  );
}
