import type { Schemas } from "../../api/client";
import { clock, moment } from "../../format/format";
import { useWords } from "../../lang/words";
import { Meter, Plans } from "../../ui/Meter";

/** How much may still be asked of the gateway, and what is being asked. */
export function Pacing({ pacing }: { pacing: Schemas["PacingState"] }) {
  const { t, word } = useWords();
  return (
    <div className="stack">
      <Plans plans={pacing.plans} />
      {pacing.accounts.map((account) => (
        <div key={account.account} className="stack">
          <h3>{account.account}</h3>
          {account.paused_until && <p className="loss">{t("pacing.paused", { until: clock(account.paused_until) })}</p>}
          <div className="meters">
            {account.windows.map((one) => (
              <Meter key={one.name} name={word("window", one.name)} used={one.used} limit={one.limit} />
            ))}
            <Meter name={t("pacing.open")} used={account.open} limit={account.open_limit} />
          </div>
        </div>
      ))}
      <LastRequest last={pacing.last_request} />
    </div>
  );
}

function LastRequest({ last }: { last: Schemas["LastRequest"] | null }) {
  const { t, word } = useWords();
  if (!last) return <p className="muted">{t("pacing.never")}</p>;
  const gaps = {
    at: moment(last.at),
    symbol: last.symbol,
    contract: last.contract,
    outcome: word("outcome", last.outcome),
    count: last.bars,
  };
  return (
    <p className="small muted" title={last.message ?? ""}>
      {t("pacing.last", gaps)}
    </p>
  );
}
