import { useState } from "react";
import { api, got } from "../../api/client";
import { ago, moment, money } from "../../format/format";
import { useWords } from "../../lang/words";
import { Card } from "../../ui/Card";
import { Confirm } from "../../ui/Confirm";
import { Keys } from "../../ui/Keys";
import type { Account, Trader } from "./queries";
import { useWish } from "./useWish";
import { stateOf, toneOf } from "./states";

const VALUES = ["NetLiquidation", "AvailableFunds", "InitMarginReq", "RealizedPnL", "UnrealizedPnL"] as const;

/** An account's trader: how it is, where it is connected, and the figures of the account. */
export function AccountHead({ account, at }: { account: Account; at: string }) {
  const { t, word } = useWords();
  const [asking, setAsking] = useState(false);
  const { said, follow } = useWish();
  const trader = account.trader;
  const state = stateOf(trader);
  return (
    <>
      <Card
        title={account.account}
        end={
          <>
            <span className={`tag ${toneOf(state)}`} data-state={state}>
              {word("traderstate", state)}
            </span>
            <button type="button" className="danger" disabled={!trader?.up} onClick={() => setAsking(true)}>
              {t("trading.flatten")}
            </button>
          </>
        }
      >
        <div className="body stack">
          {trader ? <Facts trader={trader} at={at} /> : <p className="muted">{t("trading.neverran")}</p>}
          <p className="small" role="status">
            {said}
          </p>
        </div>
      </Card>
      <Keys label={t("trading.values")} figures={figuresOf(account, word)} />
      {asking && (
        <Confirm
          title={t("trading.flatten.title", { account: account.account })}
          verb={t("trading.flatten")}
          act={() => got(api.POST("/api/v1/trading/flatten", { body: { account: account.account } }))}
          done={follow}
          close={() => setAsking(false)}
        >
          <p>{t("trading.flatten.text")}</p>
        </Confirm>
      )}
    </>
  );
}

function Facts({ trader, at }: { trader: Trader; at: string }) {
  const { t } = useWords();
  return (
    <>
      {trader.why && <p>{trader.why}</p>}
      <p className="small muted">
        {t("trading.trader", { host: trader.host, pid: String(trader.pid), address: trader.address })} ·{" "}
        {t("trading.heartbeat", { ago: ago(trader.heartbeat_at, new Date(at).getTime()) })} ·{" "}
        {trader.stopped_at
          ? t("trading.stopped", { at: moment(trader.stopped_at) })
          : t("trading.started", { at: moment(trader.started_at) })}
      </p>
      <p className="small muted">{t("trading.specs", { specs: trader.specs.join(", ") })}</p>
    </>
  );
}

function figuresOf(account: Account, word: (kind: string, name: string) => string) {
  return VALUES.filter((name) => account.values[name] !== undefined).map((name) => ({
    name,
    title: word("accountvalue", name),
    value: money(Number(account.values[name])),
  }));
}
