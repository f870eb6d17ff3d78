import { useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { api, got } from "../../api/client";
import { moment } from "../../format/format";
import { useWords } from "../../lang/words";
import { Card } from "../../ui/Card";
import { Confirm } from "../../ui/Confirm";
import type { Halt } from "./queries";

type Asking = "halt" | "release" | undefined;

/** The kill switch of all accounts: who turned it on and why, and the buttons for it. */
export function KillSwitch({ halts }: { halts: readonly Halt[] }) {
  const { t } = useWords();
  const [asking, setAsking] = useState<Asking>();
  const [why, setWhy] = useState("");
  const id = useId();
  const queries = useQueryClient();
  const changed = () => void queries.invalidateQueries({ queryKey: ["trading"] });
  const everything = halts.some((halt) => halt.account === "*");
  return (
    <Card
      title={t("trading.switch")}
      className={halts.length ? "halted" : ""}
      end={
        <>
          {halts.length > 0 && (
            <button type="button" onClick={() => setAsking("release")}>
              {t("trading.release")}
            </button>
          )}
          {!everything && (
            <button type="button" className="danger" onClick={() => setAsking("halt")}>
              {t("trading.halt")}
            </button>
          )}
        </>
      }
    >
      <div className="body" role="status">
        <ul className="plain">
          {!halts.length && (
            <li>
              <span className="tag good">{t("trading.switch.off")}</span> {t("trading.switch.off.text")}
            </li>
          )}
          {halts.map((halt) => (
            <li key={halt.account}>
              <span className="tag bad">{t("trading.switch.on")}</span>{" "}
              {t("trading.switch.who", {
                account: halt.account === "*" ? t("trading.everyaccount") : halt.account,
                by: halt.by,
                at: moment(halt.at),
              })}{" "}
              <q>{halt.why}</q>
            </li>
          ))}
        </ul>
      </div>
      {asking === "halt" && (
        <Confirm
          title={t("trading.halt.title")}
          verb={t("trading.halt")}
          act={() =>
            got(api.POST("/api/v1/trading/halt", { body: { account: "*", why: why.trim() || t("trading.byhand") } }))
          }
          done={changed}
          close={() => setAsking(undefined)}
        >
          <div className="stack">
            <p>{t("trading.halt.text")}</p>
            <div className="field">
              <label htmlFor={id}>{t("trading.why")}</label>
              <input
                id={id}
                type="text"
                maxLength={500}
                autoComplete="off"
                value={why}
                onChange={(event) => setWhy(event.target.value)}
              />
            </div>
          </div>
        </Confirm>
      )}
      {asking === "release" && (
        <Confirm
          title={t("trading.release.title")}
          verb={t("trading.release")}
          act={() => got(api.POST("/api/v1/trading/release", { body: {} }))}
          done={changed}
          close={() => setAsking(undefined)}
        >
          <p>{t("trading.release.text")}</p>
        </Confirm>
      )}
    </Card>
  );
}
