import { useId, useState } from "react";
import { api, got } from "../../api/client";
import { moment } from "../../format/format";
import { useWords } from "../../lang/words";
import { Card } from "../../ui/Card";
import { Confirm } from "../../ui/Confirm";
import { type Column, DataTable } from "../../ui/DataTable";
import type { Lock } from "./queries";
import { useWish } from "./useWish";

/** Instruments that are not traded until a person has looked, with both sides and the way to unlock them. */
export function Locks({ locks, running }: { locks: readonly Lock[]; running: boolean }) {
  const { t, word } = useWords();
  const [resolving, setResolving] = useState<Lock>();
  const { said, follow } = useWish();
  if (!locks.length && !said) return null;
  const columns: Column<Lock>[] = [
    { name: "symbol", title: t("column.symbol"), value: (lock) => lock.symbol, show: (lock) => <b>{lock.symbol}</b> },
    { name: "reason", title: t("trading.reason"), show: (lock) => word("difference", lock.reason) },
    { name: "ours", title: t("trading.ours"), show: (lock) => lock.ours, words: true },
    { name: "theirs", title: t("trading.theirs"), show: (lock) => lock.theirs, words: true },
    { name: "at", title: t("trading.since"), value: (lock) => lock.at, show: (lock) => moment(lock.at) },
    {
      name: "resolve",
      title: <span className="unseen">{t("trading.resolve")}</span>,
      show: (lock) => (
        <button type="button" disabled={!running} onClick={() => setResolving(lock)}>
          {t("trading.resolve.symbol", { symbol: lock.symbol })}
        </button>
      ),
    },
  ];
  return (
    <Card title={t("trading.locks")}>
      {locks.length > 0 && (
        <DataTable caption={t("trading.locks")} columns={columns} rows={locks} rowKey={(lock) => lock.id} />
      )}
      <p className="body small" role="status">
        {said || (running ? t("trading.locks.text") : t("trading.locks.norun"))}
      </p>
      {resolving && <Resolve lock={resolving} follow={follow} close={() => setResolving(undefined)} />}
    </Card>
  );
}

function Resolve({
  lock,
  follow,
  close,
}: {
  lock: Lock;
  follow: ReturnType<typeof useWish>["follow"];
  close: () => void;
}) {
  const { t, word } = useWords();
  const id = useId();
  const [adopt, setAdopt] = useState(false);
  const [note, setNote] = useState("");
  return (
    <Confirm
      title={t("trading.resolve.title", { symbol: lock.symbol })}
      verb={t("trading.resolve")}
      act={() =>
        got(
          api.POST("/api/v1/trading/resolve", {
            body: { account: lock.account, symbol: lock.symbol, adopt, note: note.trim() },
          }),
        )
      }
      done={follow}
      close={close}
    >
      <div className="stack">
        <dl className="pairs">
          <div className="pair">
            <dt>{t("trading.reason")}</dt>
            <dd>{word("difference", lock.reason)}</dd>
          </div>
          <div className="pair">
            <dt>{t("trading.ours")}</dt>
            <dd>{lock.ours}</dd>
          </div>
          <div className="pair">
            <dt>{t("trading.theirs")}</dt>
            <dd>{lock.theirs}</dd>
          </div>
        </dl>
        <p>{t("trading.resolve.text")}</p>
        <div className="field check">
          <input
            id={`${id}-adopt`}
            type="checkbox"
            checked={adopt}
            onChange={(event) => setAdopt(event.target.checked)}
          />
          <label htmlFor={`${id}-adopt`}>{t("trading.adopt")}</label>
          <div className="hint">{t("trading.adopt.text")}</div>
        </div>
        <div className="field">
          <label htmlFor={`${id}-note`}>{t("trading.note")}</label>
          <input
            id={`${id}-note`}
            type="text"
            maxLength={500}
            autoComplete="off"
            value={note}
            onChange={(event) => setNote(event.target.value)}
          />
        </div>
      </div>
    </Confirm>
  );
}
