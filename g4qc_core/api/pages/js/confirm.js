/** The question before something is done that is hard to undo, in a dialog of its own. Must not know what that is. */

import { fill, h } from "./dom.js";
import { sentence } from "./load.js";
import { t } from "./lang.js";

/**
 * Asks, and acts when the answer is yes. A failure is told in the dialog, which stays open.
 * @param {{title: string, text: any, verb: string, act: () => Promise<any>, done: (value: any) => void, gentle?: boolean}} given `gentle`: nothing is lost
 */
export function askBefore({ title, text, verb, act, done, gentle = false }) {
  const said = h("p.loss", { role: "alert", hidden: true });
  const yes = h(gentle ? "button.primary" : "button.danger", { type: "button", on: { click: go } }, verb);
  const no = h("button", { type: "button", autofocus: true, on: { click: () => dialog.close() } }, t("action.cancel"));
  const dialog = h("dialog", { "aria-label": title, on: { close: () => dialog.remove() } },
    h("div.stack", {}, h("h2", {}, title), h("div", {}, text), said, h("div.row", {}, yes, no)));
  document.body.append(dialog);
  dialog.showModal();

  async function go() {
    said.hidden = true;
    yes.disabled = true;
    try {
      const value = await act();
      dialog.close();
      done(value);
    } catch (error) {
      fill(said, sentence(error));
      said.hidden = false;
      yes.disabled = false;
    }
  }
}
