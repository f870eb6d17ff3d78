import { useQuery } from "@tanstack/react-query";
import { moment } from "../../format/format";
import { useWords } from "../../lang/words";
import { Dialog } from "../../ui/Confirm";
import { Region } from "../../ui/Region";
import { orderQuery } from "./queries";
import { toneOf } from "./states";

/** One order with everything that was heard about it. */
export function OrderDialog({ reference, close }: { reference: string; close: () => void }) {
  const { t, word } = useWords();
  const order = useQuery(orderQuery(reference));
  return (
    <Dialog label={t("trading.order.title", { ref: reference })} close={close} className="wide">
      <div className="stack">
        <h2 className="mono">{reference}</h2>
        <Region query={order}>
          {(found) => (
            <ol className="events">
              {found.events.map((event, at) => (
                <li key={at}>
                  <time>{moment(event.at, "UTC", true)}</time>{" "}
                  <span className={`tag ${toneOf(event.state)}`}>{word("orderstate", event.state)}</span> {event.kind}{" "}
                  <span className="small muted">{saidOf(event.said)}</span>
                </li>
              ))}
              {!found.events.length && <li className="muted">{t("trading.order.noevents")}</li>}
            </ol>
          )}
        </Region>
        <div className="row">
          <button type="button" data-first onClick={close}>
            {t("action.close")}
          </button>
        </div>
      </div>
    </Dialog>
  );
}

function saidOf(said: Record<string, unknown>): string {
  return Object.entries(said)
    .filter(([, value]) => value !== null && value !== "")
    .map(([name, value]) => `${name} ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(", ");
}
