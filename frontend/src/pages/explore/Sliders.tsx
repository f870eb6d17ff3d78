import { useId } from "react";
import { useWords } from "../../lang/words";
import type { FieldValue } from "../../ui/fields";
import { type Parameter, rangeOf } from "./sliders";

interface SlidersProps {
  parameters: readonly Parameter[];
  values: Readonly<Record<string, FieldValue>>;
  change: (name: string, value: FieldValue) => void;
}

/** A slider with its number for each parameter, a box to tick for a truth value. */
export function Sliders({ parameters, values, change }: SlidersProps) {
  return (
    <div className="sliders">
      {parameters.map((parameter) => (
        <Slider
          key={parameter.name}
          parameter={parameter}
          value={values[parameter.name]}
          change={(value) => change(parameter.name, value)}
        />
      ))}
    </div>
  );
}

interface SliderProps {
  parameter: Parameter;
  value: FieldValue | undefined;
  change: (value: FieldValue) => void;
}

function Slider({ parameter, value, change }: SliderProps) {
  const { t } = useWords();
  const id = useId();
  const { name, description } = parameter;
  const range = rangeOf(parameter, Number(value));
  if (parameter.type === "boolean") {
    return (
      <div className="slider">
        <span className="field check" title={description}>
          <input id={id} type="checkbox" checked={value === true} onChange={(event) => change(event.target.checked)} />
          <label htmlFor={id}>{name}</label>
        </span>
      </div>
    );
  }
  if (!range) {
    return (
      <div className="slider">
        <label htmlFor={id}>{name}</label>
        <input id={id} value={String(value ?? "")} onChange={(event) => change(event.target.value)} />
      </div>
    );
  }
  const read = (text: string) => {
    const number = Number(text);
    if (text.trim() !== "" && Number.isFinite(number)) change(number);
  };
  return (
    <div className="slider">
      <label htmlFor={id} title={description}>
        {name}
      </label>
      <input
        type="number"
        aria-label={t("explore.number", { name })}
        min={parameter.minimum ?? undefined}
        max={parameter.maximum ?? undefined}
        step={range.step}
        value={Number(value)}
        onChange={(event) => read(event.target.value)}
      />
      <input id={id} type="range" {...range} value={Number(value)} onChange={(event) => read(event.target.value)} />
    </div>
  );
}
