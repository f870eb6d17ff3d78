/**
 * The words of the pages. The server chooses the language by `<html lang>`; a choice of one's own is a cookie. Numbers
 * within sentences are written as the language does, and `{count}` chooses between the forms `key.one` and `key.other`.
 */

import i18next from "i18next";
import { useMemo } from "react";
import { initReactI18next, useTranslation } from "react-i18next";
import type { Words } from "./en";

type Stem<Name extends string> = Name extends `${infer Before}.one` | `${infer Before}.other` ? Before : Name;

/** Key of a sentence. */
export type Key = Stem<keyof Words>;

/** Values for the gaps of a sentence. */
export type Gaps = Record<string, string | number>;

/** The languages of the pages, each by its own name. */
export const LANGUAGES = { en: "English", es: "Español" } as const;
export type Language = keyof typeof LANGUAGES;

const LOADERS: Record<Language, () => Promise<{ default: Words }>> = {
  en: () => import("./en"),
  es: () => import("./es"),
};

/** Return the language of the pages. */
export function language(): Language {
  return i18next.language === "es" ? "es" : "en";
}

/** Read the words of the language of the document; nothing can be said before. */
export async function loadWords(): Promise<void> {
  const name: Language = document.documentElement.lang === "es" ? "es" : "en";
  const { default: words } = await LOADERS[name]();
  await i18next.use(initReactI18next).init({
    lng: name,
    fallbackLng: false,
    resources: { [name]: { translation: words } },
    keySeparator: false,
    nsSeparator: false,
    pluralSeparator: ".",
    interpolation: {
      prefix: "{",
      suffix: "}",
      escapeValue: false,
    },
    react: { useSuspense: false },
  });
}

/** Speak another language from now on; what a person typed stays. */
export async function chooseLanguage(name: Language): Promise<void> {
  const { default: words } = await LOADERS[name]();
  i18next.addResourceBundle(name, "translation", words);
  document.documentElement.lang = name;
  keepChoice("lang", name);
  await i18next.changeLanguage(name);
}

/** Keep a visitor's choice for a year, in a cookie that the server reads. */
export function keepChoice(name: "lang" | "theme", value: string): void {
  document.cookie = `g4qc_${name}=${value}; path=/; max-age=31536000; SameSite=Lax`;
}

/** Return a sentence by its key. */
export function t(key: Key, gaps: Gaps = {}): string {
  return i18next.t(key, { ...("count" in gaps ? { count: Number(gaps.count) } : {}), replace: written(gaps) });
}

function written(gaps: Gaps): Record<string, string> {
  const texts = Object.entries(gaps).map(([name, value]) => [
    name,
    typeof value === "number" ? value.toLocaleString(language()) : value,
  ]);
  return Object.fromEntries(texts) as Record<string, string>;
}

/** Return the word for one of the server's own words, such as a state; that word itself where there is none. */
export function word(kind: string, name: string): string {
  const key = `${kind}.${name}`;
  return i18next.exists(key) ? i18next.t(key) : name;
}

/** `t` and `word` in a component, which is drawn anew when the language changes. */
export function useWords(): { t: typeof t; word: typeof word; language: Language } {
  const { i18n } = useTranslation();
  const name = i18n.language;
  // New functions for a new language, so that memoized components see the change.
  return useMemo(
    () => ({
      t: (key: Key, gaps?: Gaps) => t(key, gaps),
      word: (kind: string, one: string) => word(kind, one),
      language: name === "es" ? "es" : "en",
    }),
    [name],
  );
}
