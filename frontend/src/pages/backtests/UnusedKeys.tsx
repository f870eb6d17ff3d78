import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, got, type Schemas } from "../../api/client";
import { useWords } from "../../lang/words";
import { Confirm } from "../../ui/Confirm";
import { Empty, Region } from "../../ui/Region";
import { TableFrame } from "../../ui/TableFrame";

type Key = Schemas["PartitionKey"];

const NAMED = 5;

/** Keys of the graph that nothing needs, such as those of cancelled backtests; asked for when the part is opened. */
export function UnusedKeys() {
  const { t } = useWords();
  const [open, setOpen] = useState(false);
  const query = useQuery({
    queryKey: ["partitions", "unused"],
    queryFn: ({ signal }) => got(api.GET("/api/v1/partitions", { params: { query: { unused: true } }, signal })),
    enabled: open,
  });
  return (
    <details className="card" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t("keys.unused")}</summary>
      {open && <Region query={query}>{({ partitions }) => <KeyList keys={partitions} />}</Region>}
    </details>
  );
}

function KeyList({ keys }: { keys: readonly Key[] }) {
  const { t, word } = useWords();
  const queries = useQueryClient();
  const [asked, setAsked] = useState<readonly Key[] | null>(null);
  if (!keys.length) return <Empty title={t("keys.none")} text={t("keys.about")} />;
  const shown = asked?.slice(0, NAMED).map((one) => one.key) ?? [];
  return (
    <>
      <div className="line">
        <span className="muted">{t("keys.about")}</span>
        <span className="end">
          <button type="button" className="danger" onClick={() => setAsked(keys)}>
            {t("keys.all")}
          </button>
        </span>
      </div>
      <TableFrame caption={t("keys.unused")}>
        <tbody>
          {keys.map((one) => (
            <tr key={`${one.kind} ${one.key}`}>
              <td>{word("kind", one.kind)}</td>
              <td className="mono">{one.key}</td>
              <td className="num">
                <button
                  type="button"
                  className="danger"
                  aria-label={t("keys.remove.of", { key: one.key })}
                  onClick={() => setAsked([one])}
                >
                  {t("keys.remove")}
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </TableFrame>
      {asked && (
        <Confirm
          title={t("keys.ask", { count: asked.length })}
          verb={t("keys.remove")}
          act={() => removeKeys(asked, asked === keys)}
          done={() => void queries.invalidateQueries({ queryKey: ["partitions"] })}
          close={() => setAsked(null)}
        >
          <p className="mono">{asked.length > NAMED ? `${shown.join(", ")} …` : shown.join(", ")}</p>
        </Confirm>
      )}
    </>
  );
}

/** Remove keys; `all` that are unused by now, kind by kind, or the named ones. */
function removeKeys(keys: readonly Key[], all: boolean) {
  const kinds = [...new Set(keys.map((one) => one.kind))];
  return Promise.all(
    kinds.map((kind) => {
      const named = keys.filter((one) => one.kind === kind).map((one) => one.key);
      const query = all ? { unused: true } : { key: named };
      return got(api.DELETE("/api/v1/partitions/{kind}", { params: { path: { kind }, query } }));
    }),
  );
}
