/**
 * The frame of every page: navigation, language, theme, the key, the banner of synthetic data. Must not know any page.
 */

import { fill, h, link } from "./dom.js";
import { icon } from "./icons.js";
import { choose, language, t, word } from "./lang.js";
import { get, KEY_GIVEN, KEY_WANTED, remove, signIn } from "./api.js";
import { Fields } from "./fields.js";
import { HEALTH, watch } from "./health.js";
import { sentence } from "./load.js";

export const PAGES = ["overview", "extract", "chart", "backtests", "quality"];
const LANGUAGES = { en: "English", es: "Español" };
const THEMES = ["auto", "light", "dark"];

/** Heard by what draws on a canvas: the colours changed. */
export const THEMED = "g4qc-themed";

/**
 * Builds the frame and gives the element in which the page stands.
 * @param {string} current name of the page
 */
export function buildShell(current) {
  document.title = `${t(`nav.${current}`)} · G4QC`;
  const origin = h("div", { role: "note" });
  const parts = h("div", { role: "status", "aria-live": "polite" });
  const main = h("main", { id: "main", tabindex: "-1" });
  const foot = h("footer.foot", {}, h("span", {}, t("foot.licence")), " ", link("/api/v1/openapi.json", t("foot.api")));
  fill(
    document.getElementById("app"),
    h("a.skip", { href: "#main" }, t("nav.skip")),
    h("header.top", {}, brand(), navigation(current), h("div.tools", {}, keyButton(), languages(), themes())),
    origin,
    parts,
    main,
    foot,
  );
  document.addEventListener(HEALTH, (event) => {
    const health = /** @type {CustomEvent} */ (event).detail;
    fill(parts, parts_(health));
    if (health.origin !== undefined) fill(origin, banner(health.origin));
    const dagster = health.parts?.dagster;
    if (dagster?.up && foot.childElementCount < 3) foot.append(link(dagster.url, t("foot.dagster")));
  });
  document.addEventListener(KEY_WANTED, askForKey);
  watch();
  return main;
}

function brand() {
  return h("a.brand", { href: "/", "aria-label": "G4QC" }, icon("chart"), h("span", {}, "G4QC"));
}

function navigation(current) {
  const links = PAGES.map((name) =>
    h("a", { href: name === "overview" ? "/" : `/${name}`, "aria-current": name === current ? "page" : null }, icon(name), h("span", {}, t(`nav.${name}`))),
  );
  return h("nav.nav", { "aria-label": t("nav.label") }, links);
}

/** What the bars are, on every page, unless they are those of a real account. */
function banner(origin) {
  if (!origin || origin === "account") return null;
  return h("p.notice.synthetic", {}, word("origin", origin));
}

function parts_(health) {
  if (health.unreachable) return h("p.notice.down", {}, t("down.server"));
  const down = (health.down ?? []).map((part) => h("p.notice.down", {}, word("down", part), " ", h("span.small", {}, health.parts[part].about)));
  return down.length ? down : health.recovered ? h("p.notice.back", {}, t("down.back")) : null;
}

function languages() {
  const select = h(
    "select",
    { "aria-label": t("tools.language"), on: { change: () => (choose("lang", select.value), location.reload()) } },
    Object.entries(LANGUAGES).map(([code, name]) => h("option", { value: code, selected: code === language, lang: code }, name)),
  );
  return h("div", {}, select);
}

function themes() {
  const root = document.documentElement;
  const button = h("button.quiet", { type: "button", on: { click: next } });
  show();

  function next() {
    root.dataset.theme = THEMES[(THEMES.indexOf(root.dataset.theme ?? "auto") + 1) % THEMES.length];
    choose("theme", root.dataset.theme);
    show();
    document.dispatchEvent(new Event(THEMED));
  }

  function show() {
    const theme = root.dataset.theme ?? "auto";
    fill(button, icon(theme === "light" ? "sun" : theme === "dark" ? "moon" : "auto"));
    button.setAttribute("aria-label", t("tools.theme", { theme: t(`theme.${theme}`) }));
    button.title = t("tools.theme", { theme: t(`theme.${theme}`) });
  }

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => document.dispatchEvent(new Event(THEMED)));
  return button;
}

/** Where the server has keys: who is asking, and a way to be somebody else. */
function keyButton() {
  const button = h("button.quiet", { type: "button", hidden: true, on: { click: askForKey } }, icon("key"));
  const look = async () => {
    const session = await get("/session").catch(() => null);
    button.hidden = !session?.keys_required;
    button.title = session?.name ? t("key.who", { name: session.name, scope: word("scope", session.scope) }) : t("key.title");
    button.setAttribute("aria-label", button.title);
  };
  document.addEventListener(KEY_GIVEN, look);
  look();
  return button;
}

/** A field for the key, once, however many requests were refused. */
function askForKey() {
  if (document.querySelector("dialog.key")) return;
  const fields = new Fields([{ name: "key", label: t("key.label"), kind: "secret", required: true }]);
  const form = h("form.stack", { method: "dialog", on: { submit: use } },
    h("h2", {}, t("key.title")), h("p.muted", {}, t("key.text")), fields.element,
    h("div.row", {}, h("button.primary", { type: "submit" }, t("key.use")), h("button", { type: "button", on: { click: forget } }, t("key.forget"))));
  const dialog = h("dialog.key", { on: { close: () => dialog.remove() } }, form);
  document.body.append(dialog);
  dialog.showModal();

  async function use(event) {
    event.preventDefault();
    if (!fields.check()) return;
    try {
      await signIn(fields.values().key);
      dialog.close();
    } catch (error) {
      fields.blame("key", sentence(error));
    }
  }

  async function forget() {
    await remove("/session");
    location.reload();
  }
}
