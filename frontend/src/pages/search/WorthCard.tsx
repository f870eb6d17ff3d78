import { useQuery } from "@tanstack/react-query";
import { api, got } from "../../api/client";
import { Problem } from "../../api/problem";
import { number, percent } from "../../format/format";
import { useWords } from "../../lang/words";
import { Card } from "../../ui/Card";
import { Region } from "../../ui/Region";
import type { Search } from "./SearchView";

/** The usual confidence. */
const PROVEN = 0.95;

/** What all trials of the strategy leave of the best set. */
export function WorthCard({ search }: { search: Search }) {
  const { t } = useWords();
  const worth = useQuery({
    queryKey: ["searches", search.id, "worth"],
    queryFn: ({ signal }) =>
      got(api.GET("/api/v1/searches/{search_id}/worth", { params: { path: { search_id: search.id } }, signal })),
  });
  // A search without a ranked set has nothing to judge.
  if (worth.error instanceof Problem && worth.error.status === 404) return null;
  return (
    <Card title={t("worth.title")}>
      <Region query={worth}>{({ figures }) => <Figures figures={figures} sharpe={sharpeOf(search)} />}</Region>
    </Card>
  );
}

function sharpeOf(search: Search): number | null {
  const metrics = (search.best?.metrics ?? {}) as Record<string, unknown>;
  return typeof metrics.sharpe === "number" ? metrics.sharpe : null;
}

function Figures({ figures, sharpe }: { figures: Record<string, number | null>; sharpe: number | null }) {
  const { t } = useWords();
  const of = (name: string) => figures[name] ?? null;
  const left = of("deflated_sharpe_effective") ?? of("deflated_sharpe");
  const judged = left !== null && sharpe !== null;
  return (
    <>
      {judged && (
        <p className="body">
          <strong className={left >= PROVEN ? "gain" : "loss"}>
            {left >= PROVEN ? t("worth.proven") : t("worth.unproven")}
          </strong>{" "}
          {t("worth.words", {
            sharpe: number(sharpe, 2),
            trials: of("family_trials") ?? 0,
            luck: number(of("sharpe_by_luck"), 2),
            left: percent(left, 0),
          })}
        </p>
      )}
      <div className="keys">
        <Key value={number(sharpe, 2)} name={t("worth.sharpe")} />
        <Key value={number(of("sharpe_by_luck"), 2)} name={t("worth.luck")} />
        <Key value={percent(left, 1)} name={t("worth.confidence")} />
        <Key value={number(of("family_trials"))} name={t("worth.trials")} />
        <Key value={number(of("effective_trials"))} name={t("worth.effective")} />
        <Key value={percent(of("overfitting_probability"), 0)} name={t("worth.overfitting")} />
        <Key value={number(of("superior_p_value"), 3)} name={t("worth.superior")} />
      </div>
    </>
  );
}

function Key({ value, name }: { value: string; name: string }) {
  return (
    <div>
      <b>{value}</b>
      <span>{name}</span>
    </div>
  );
}
