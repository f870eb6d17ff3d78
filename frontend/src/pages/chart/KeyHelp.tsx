import { useWords } from "../../lang/words";
import { Dialog } from "../../ui/Confirm";
import { SHORTCUTS } from "./shortcuts";

/** The list of the chart's keys, until it is closed. */
export function KeyHelp({ close }: { close: () => void }) {
  const { t, word } = useWords();
  return (
    <Dialog label={t("chart.keys")} close={close}>
      <div className="stack">
        <h2>{t("chart.keys")}</h2>
        <dl className="pairs">
          {SHORTCUTS.map(([, written, action]) => [
            <dt key={`${action} key`}>
              <kbd>{written}</kbd>
            </dt>,
            <dd key={action}>{word("shortcut", action)}</dd>,
          ])}
        </dl>
        <div className="row">
          <button type="button" onClick={close}>
            {t("action.close")}
          </button>
        </div>
      </div>
    </Dialog>
  );
}
