import { useWords } from "../../../lang/words";
import { Icon } from "../../../ui/Icon";

const FORMATS = [
  ["csv", "CSV"],
  ["parquet", "Parquet"],
] as const;

/** Links to a table of a result as files. */
export function Downloads({ id, table }: { id: string; table: "trades" | "equity" | "figures" }) {
  const { t } = useWords();
  return (
    <span className="row small">
      {FORMATS.map(([format, name]) => (
        <a
          key={format}
          className="row"
          href={`/api/v1/backtests/${id}/${table}?format=${format}&download=true`}
          download
          aria-label={t("backtest.download", { format: name })}
        >
          <Icon name="download" />
          {name}
        </a>
      ))}
    </span>
  );
}
