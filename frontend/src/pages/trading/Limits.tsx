import type { Schemas } from "../../api/client";
import { percent } from "../../format/format";
import { useWords } from "../../lang/words";
import { Card } from "../../ui/Card";
import { Meter } from "../../ui/Meter";
import { Empty } from "../../ui/Region";

/** Limits that are shares of something. */
const SHARES = new Set(["margin_share", "price_distance"]);

/** What is used of each limit. */
export function Limits({ limits }: { limits: readonly Schemas["LimitUse"][] }) {
  const { t, word } = useWords();
  return (
    <Card title={t("trading.limits")}>
      {limits.length ? (
        <div className="body meters">
          {limits.map(({ name, used, limit }) =>
            used === null ? (
              <p key={name} className="small muted">
                {t("trading.limit.unknown", { name: word("limit", name) })}
              </p>
            ) : (
              <Meter
                key={name}
                name={word("limit", name)}
                used={used}
                limit={limit}
                show={SHARES.has(name) ? percent : undefined}
              />
            ),
          )}
        </div>
      ) : (
        <Empty title={t("trading.limits.none")} />
      )}
    </Card>
  );
}
