/**
 * The words of the pages in the visitor's language. The server chose it: `<html lang>`; a choice of one's own is a cookie.
 * Must not know where a word stands.
 */

/** @type {Record<string, string>} */
let words = {};
let plurals = new Intl.PluralRules("en");

/** The page's language, `en` or `es`. */
export const language = document.documentElement.lang || "en";

/** Reads the dictionary; nothing can be said before. */
export async function loadWords() {
  const answer = await fetch(new URL(`../lang/${language}.json`, import.meta.url));
  words = await answer.json();
  plurals = new Intl.PluralRules(language);
}

/**
 * A sentence by its key; `{name}` stands for a value. With a value `count`, the key's form for that number is taken:
 * `key.one`, `key.other`.
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 */
export function t(key, values = {}) {
  const plural = "count" in values ? `${key}.${plurals.select(Number(values.count))}` : key;
  const text = words[plural] ?? words[`${key}.other`] ?? words[key];
  if (text === undefined) return key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = values[name];
    return value === undefined ? whole : typeof value === "number" ? value.toLocaleString(language) : value;
  });
}

/** The word for one of the server's own words, such as a state or a gap class; that word itself where there is none. */
export function word(kind, name) {
  return words[`${kind}.${name}`] ?? name;
}

/** Keeps the visitor's choice for a year, and shows it. */
export function choose(name, value) {
  document.cookie = `g4qc_${name}=${value}; path=/; max-age=31536000; SameSite=Lax`;
}
