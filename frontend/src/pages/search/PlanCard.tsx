import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, got, type Schemas } from "../../api/client";
import { Problem } from "../../api/problem";
import { number } from "../../format/format";
import { useWords } from "../../lang/words";
import { sentence } from "../../ui/failures";

export type SearchBody = Partial<Schemas["SearchSpec"]> & Pick<Schemas["SearchSpec"], "backtest">;

const ASK_AFTER = 300;

/** What a search would try and cost; asked anew when the form rests. */
export function usePlan(body: SearchBody) {
  const text = JSON.stringify(body);
  const [asked, setAsked] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(text), ASK_AFTER);
    return () => clearTimeout(timer);
  }, [text]);
  const plan = useQuery({
    queryKey: ["searches", "plan", asked],
    queryFn: ({ signal }) =>
      got(api.POST("/api/v1/searches/plan", { body: JSON.parse(asked) as Schemas["SearchSpec"], signal })),
    placeholderData: keepPreviousData,
  });
  return { plan, current: asked === text };
}

/** The cost of a search beside its button: how many sets, and the Sharpe ratio that luck alone would show. */
export function PlanCard({ plan, current, sets }: ReturnType<typeof usePlan> & { sets: number }) {
  const { t } = useWords();
  const found = plan.data;
  const failed = plan.isError;
  const error = plan.error;
  return (
    <div className="plan" aria-live="polite" aria-busy={!current || plan.isFetching || undefined}>
      <dl className="plan-figures">
        <Figure name={t("plan.sets")} value={number(sets)} />
        <Figure
          name={t("plan.tried")}
          value={failed || !found ? "–" : found.planned === null ? t("plan.asminutes") : number(found.planned)}
          hint={found?.fitting !== null && found && found.fitting < found.sets ? t("plan.misfits", { count: found.sets - found.fitting }) : ""} // prettier-ignore
        />
        <Figure name={t("plan.before")} value={failed || !found ? "–" : number(found.family_trials)} />
        <Figure
          name={found && !found.annual ? t("plan.luck.session") : t("plan.luck")}
          value={failed || !found ? "–" : number(found.sharpe_by_luck, 2)}
          strong
        />
      </dl>
      {failed ? (
        <p className="loss" role="alert">
          {sentence(error)}
          {error instanceof Problem && error.passing ? ` ${t("plan.again")}` : ""}
        </p>
      ) : (
        found && <Cost plan={found} />
      )}
    </div>
  );
}

function Cost({ plan }: { plan: Schemas["SearchPlanAnswer"] }) {
  const { t } = useWords();
  if (plan.planned === null) return <p>{t("plan.unknown")}</p>;
  if (plan.sharpe_by_luck === null) return <p>{t("plan.nosessions")}</p>;
  const gaps = {
    count: plan.planned + plan.family_trials,
    luck: number(plan.sharpe_by_luck, 2),
    sessions: plan.sessions,
  };
  return (
    <p>
      {plan.annual ? t("plan.words", gaps) : t("plan.words.session", gaps)} {t("plan.every")}
    </p>
  );
}

function Figure({
  name,
  value,
  hint,
  strong = false,
}: {
  name: string;
  value: string;
  hint?: string;
  strong?: boolean;
}) {
  return (
    <div className={strong ? "strong" : undefined}>
      <dt>{name}</dt>
      <dd>
        {value}
        {hint && <span className="muted small"> {hint}</span>}
      </dd>
    </div>
  );
}
