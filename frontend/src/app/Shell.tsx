import { useQueryClient } from "@tanstack/react-query";
import { Outlet, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { watchChanges } from "../api/changes";
import { KEY_GIVEN, KEY_WANTED } from "../api/client";
import { type HealthNow, isDown, useHealth } from "../api/health";
import { chooseLanguage, type Key, type Language, LANGUAGES, useWords } from "../lang/words";
import { Icon } from "../ui/Icon";
import { OuterLink, PageLink } from "../ui/Link";
import { chooseTheme, THEMES, useTheme } from "../ui/theme";
import { KeyButton, KeyDialog } from "./KeyDialog";
import { ALIASES, PAGES } from "./pages";

const SHOW_BACK = 4_000;

/** The frame of every page: navigation, language, theme, the key, and what is to be known of the data and the server. */
export function Shell() {
  const { t } = useWords();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const current = PAGES.find((page) => page.path === (ALIASES[path] ?? path));
  const name = current?.name;
  useEffect(() => {
    document.title = name ? `${t(`nav.${name}` as Key)} · G4QC` : "G4QC";
  }, [name, t]);
  const [askingKey, setAskingKey] = useState(false);
  useEffect(() => {
    const ask = () => setAskingKey(true);
    document.addEventListener(KEY_WANTED, ask);
    return () => document.removeEventListener(KEY_WANTED, ask);
  }, []);
  const queries = useQueryClient();
  useEffect(() => watchChanges(queries), [queries]);
  const health = useHealth().data;
  const recovered = useRecovery(health);
  return (
    <>
      <a className="skip" href="#main">
        {t("nav.skip")}
      </a>
      <header className="top">
        <PageLink className="brand" href="/" aria-label="G4QC">
          <Icon name="chart" />
          <span>G4QC</span>
        </PageLink>
        <Navigation current={name} />
        <div className="tools">
          <KeyButton ask={() => setAskingKey(true)} />
          <Languages />
          <Themes />
        </div>
      </header>
      <aside aria-label={t("nav.notices")}>
        <div role="note">
          <OriginBanner health={health} />
        </div>
        <div role="status" aria-live="polite">
          <Parts health={health} recovered={recovered} />
        </div>
      </aside>
      <main id="main" tabIndex={-1}>
        <Outlet />
      </main>
      <footer className="foot">
        <span>{t("foot.licence")}</span> <PageLink href="/api">{t("foot.api")}</PageLink>{" "}
        {health?.parts?.dagster?.up && <OuterLink href={health.parts.dagster.url}>{t("foot.dagster")}</OuterLink>}
      </footer>
      {askingKey && <KeyDialog close={() => setAskingKey(false)} />}
    </>
  );
}

function Navigation({ current }: { current: string | undefined }) {
  const { t } = useWords();
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    nav.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [current]);
  return (
    <nav className="nav" aria-label={t("nav.label")} ref={nav}>
      {PAGES.map(({ path, name }) => (
        <PageLink
          key={name}
          href={path}
          title={t(`nav.${name}` as Key)}
          aria-current={name === current ? "page" : undefined}
        >
          <Icon name={name} />
          <span>{t(`nav.${name}` as Key)}</span>
        </PageLink>
      ))}
    </nav>
  );
}

/** Ask for everything again when something that was away is back, or a key was given; true for some seconds after. */
function useRecovery(health: HealthNow | undefined): boolean {
  const queries = useQueryClient();
  const away = useRef(false);
  const [recovered, setRecovered] = useState(false);
  const down = health ? isDown(health) : false;
  useEffect(() => {
    if (down) {
      away.current = true;
      return;
    }
    if (!away.current) return;
    away.current = false;
    setRecovered(true);
    void queries.invalidateQueries({ predicate: (query) => query.queryKey[0] !== "health" });
    const timer = setTimeout(() => setRecovered(false), SHOW_BACK);
    return () => clearTimeout(timer);
  }, [down, queries]);
  useEffect(() => {
    const again = () => void queries.invalidateQueries();
    document.addEventListener(KEY_GIVEN, again);
    return () => document.removeEventListener(KEY_GIVEN, again);
  }, [queries]);
  return recovered;
}

/** What the bars are, on every page, unless they are those of a real account. */
function OriginBanner({ health }: { health: HealthNow | undefined }) {
  const { word } = useWords();
  const origin = health?.origin;
  return origin && origin !== "account" ? <p className="notice synthetic">{word("origin", origin)}</p> : null;
}

function Parts({ health, recovered }: { health: HealthNow | undefined; recovered: boolean }) {
  const { t, word } = useWords();
  if (health?.unreachable) return <p className="notice down">{t("down.server")}</p>;
  if (health?.down.length) {
    return health.down.map((part) => (
      <p key={part} className="notice down">
        {word("down", part)} <span className="small">{health.parts?.[part]?.about}</span>
      </p>
    ));
  }
  return recovered ? <p className="notice back">{t("down.back")}</p> : null;
}

function Languages() {
  const { t, language } = useWords();
  const queries = useQueryClient();

  /** The server's own sentences are asked for again in the new language. */
  async function choose(name: Language) {
    await chooseLanguage(name);
    await queries.invalidateQueries();
  }

  return (
    <div>
      <select
        aria-label={t("tools.language")}
        value={language}
        onChange={(event) => void choose(event.target.value as Language)}
      >
        {Object.entries(LANGUAGES).map(([code, name]) => (
          <option key={code} value={code} lang={code}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}

function Themes() {
  const { t } = useWords();
  const now = useTheme();
  const label = t("tools.theme", { theme: t(`theme.${now}` as Key) });
  const next = THEMES[(THEMES.indexOf(now) + 1) % THEMES.length] ?? "auto";
  return (
    <button type="button" className="quiet" aria-label={label} title={label} onClick={() => chooseTheme(next)}>
      <Icon name={now === "light" ? "sun" : now === "dark" ? "moon" : "auto"} />
    </button>
  );
}
