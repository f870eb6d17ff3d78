import type { Schemas } from "../api/client";
import { clock, number } from "../format/format";
import { useWords } from "../lang/words";

interface MeterProps {
  name: string;
  used: number;
  limit: number;
  show?: (value: number) => string;
}

/** How much of something is used up. */
export function Meter({ name, used, limit, show = number }: MeterProps) {
  return (
    <div className="meter">
      <span>{name}</span>
      <span className="num">
        {show(used)} / {show(limit)}
      </span>
      <progress max={limit || 1} value={used} aria-label={name} />
    </div>
  );
}

/** How far the extractions in progress are, and when they will be done. */
export function Plans({ plans }: { plans: readonly Schemas["WorkProgressEntry"][] }) {
  const { t } = useWords();
  return plans.map((plan) => (
    <div key={`${plan.run_id} ${plan.subject}`} className="meters">
      <Meter name={plan.subject} used={plan.done} limit={plan.total} />
      <p className="small muted">{t("pacing.until", { at: clock(plan.finishes_at) })}</p>
    </div>
  ));
}
