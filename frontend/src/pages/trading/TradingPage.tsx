import { useQuery } from "@tanstack/react-query";
import { usePolling } from "../../api/changes";
import { useWords } from "../../lang/words";
import { useQueryString } from "../../ui/address";
import { PageHead } from "../../ui/Card";
import { PageLink } from "../../ui/Link";
import { Empty, Region } from "../../ui/Region";
import { AccountHead } from "./AccountHead";
import { Decisions } from "./Decisions";
import { Drifts } from "./Drifts";
import { Fills } from "./Fills";
import { KillSwitch } from "./KillSwitch";
import { Limits } from "./Limits";
import { Locks } from "./Locks";
import { TraderLog } from "./TraderLog";
import { Orders } from "./Orders";
import { Positions } from "./Positions";
import { summaryQuery } from "./queries";
import { Reconciliations } from "./Reconciliations";
import "../../styles/studies.css";
import "../../styles/trading.css";

const SOON = 3000;

/** What the traders do: state, kill switch, positions, orders, decisions, limits, locks, reconciliation, log and drift. */
export default function TradingPage() {
  const { t } = useWords();
  const summary = useQuery({ ...summaryQuery, refetchInterval: usePolling(SOON) });
  const [query, setQuery] = useQueryString();
  return (
    <>
      <PageHead title={t("nav.trading")} about={t("trading.about")} />
      <Region query={summary}>
        {({ accounts, halts, at }) => {
          const shown = accounts.find((one) => one.account === query.get("account")) ?? accounts[0];
          return (
            <>
              {accounts.length > 1 && (
                <div className="segments" role="group" aria-label={t("trading.account")}>
                  {accounts.map(({ account }) => (
                    <button
                      key={account}
                      type="button"
                      aria-pressed={account === shown?.account}
                      onClick={() => setQuery(new URLSearchParams({ account }))}
                    >
                      {account}
                    </button>
                  ))}
                </div>
              )}
              <KillSwitch halts={halts} />
              {shown ? <Traded key={shown.account} account={shown} at={at} /> : <Nothing />}
            </>
          );
        }}
      </Region>
    </>
  );
}

function Traded({ account, at }: { account: Parameters<typeof AccountHead>[0]["account"]; at: string }) {
  const name = account.account;
  return (
    <>
      <AccountHead account={account} at={at} />
      <Locks locks={account.locks} running={Boolean(account.trader?.up)} />
      <div className="wide-narrow">
        <div className="stack">
          <Positions account={account} />
          <Orders account={name} />
        </div>
        <div className="stack">
          <Limits limits={account.limits} />
          <Reconciliations account={name} />
        </div>
      </div>
      <Decisions account={name} />
      <Fills account={name} />
      <TraderLog account={name} />
      <Drifts account={name} />
    </>
  );
}

function Nothing() {
  const { t } = useWords();
  return (
    <section className="card" aria-label={t("nav.trading")}>
      <Empty title={t("trading.none")} text={t("trading.none.text")}>
        <PageLink className="button" href="/portfolio">
          {t("nav.portfolio")}
        </PageLink>
        <PageLink className="button" href="/backtests">
          {t("nav.backtests")}
        </PageLink>
      </Empty>
    </section>
  );
}
