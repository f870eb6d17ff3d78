/* Texts, numbers and dates in the reader's language, and the theme. Everything else of the page calls `G4QC`. */
"use strict";

const G4QC = (() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const words = read("sheet-words");
  const data = read("sheet-data");
  const root = document.documentElement;
  const NOTHING = "–";
  const listeners = [];
  const cache = new Map();
  let language = Object.hasOwn(words, root.dataset.wanted) ? root.dataset.wanted : preferred();

  function preferred() {
    const spoken = [...(navigator.languages ?? []), navigator.language ?? ""].map((one) => one.slice(0, 2).toLowerCase());
    return spoken.find((one) => Object.hasOwn(words, one)) ?? Object.keys(words)[0];
  }

  function made(kind, options) {
    const key = language + kind.name + JSON.stringify(options);
    if (!cache.has(key)) cache.set(key, new kind(language, options));
    return cache.get(key);
  }

  const number = (value, options) => made(Intl.NumberFormat, options).format(value);
  const fixed = (digits, more = {}) => ({ minimumFractionDigits: digits, maximumFractionDigits: digits, ...more });
  const when = (value, options) => made(Intl.DateTimeFormat, { timeZone: "UTC", ...options }).format(new Date(value));
  const DAY = { year: "numeric", month: "short", day: "2-digit" };
  const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };

  /* One function for each kind of value; Python writes the kind beside the value. */
  const kinds = {
    int: (value) => number(value, fixed(0)),
    money: (value) => number(value, fixed(2)),
    percent: (value) => number(value, fixed(2, { style: "percent" })),
    change: (value) => number(value, fixed(2, { style: "percent", signDisplay: "exceptZero" })),
    ratio: (value) => number(value, fixed(3)),
    plain: (value) => number(value, { maximumFractionDigits: 10 }),
    day: (value) => when(/^\d{4}-\d\d-\d\d$/.test(value) ? `${value}T00:00Z` : Number(value), DAY),
    month: (value) => when(`${value}-01T00:00Z`, { year: "numeric", month: "short" }),
    monthname: (value) => when(Date.UTC(2026, Number(value) - 1, 1), { month: "short" }),
    weekday: (value) => when(Date.UTC(2026, 0, 5 + Number(value)), { weekday: "long" }),
    moment: (value) => `${when(Number(value), { ...DAY, ...CLOCK })} UTC`,
    minute: (value) => when(Number(value), { year: "numeric", month: "2-digit", day: "2-digit", ...CLOCK }),
    price: (value) => price(Number(value)),
  };

  function format(kind, value) {
    if (value === null || value === undefined || value === "" || Number.isNaN(value)) return NOTHING;
    return kinds[kind](value);
  }

  /* A price with all decimals of its tick, and in 32nds where the market quotes so. */
  function price(value) {
    const { step, decimals } = data.prices;
    const plain = number(value, fixed(decimals));
    const quote = quoted(value, step);
    return quote ? `${plain} (${quote})` : plain;
  }

  function quoted(value, step) {
    const steps = value / step;
    if (!data.prices.quoted || Math.abs(steps - Math.round(steps)) > 1e-4) return "";
    const parts = Math.abs(Math.round(steps)) * step * 32;
    const whole = Math.floor(parts / 32), rest = parts - whole * 32;
    const tenths = step * 32 === 1 ? "" : String(Math.floor(rest * 10) % 10);
    return `${value < 0 ? "-" : ""}${whole}'${String(Math.floor(rest)).padStart(2, "0")}${tenths}`;
  }

  function say(key, values = {}) {
    let text = words[language][key] ?? words.en[key] ?? key;
    const several = text.split("|");
    if (several.length === 2) {
      const count = Object.values(values).find((value) => typeof value === "number");
      text = several[made(Intl.PluralRules, {}).select(count ?? 2) === "one" ? 0 : 1];
    }
    return text.replace(/\{(\w+)\}/g, (whole, name) => {
      const value = values[name];
      return Array.isArray(value) ? format(value[0], value[1]) : typeof value === "number" ? number(value, {}) : value ?? whole;
    });
  }

  /* A sentence in the reader's language, or in English where it has no other words. */
  function tell(one, said) {
    one.lang = Object.hasOwn(said, language) ? language : "en";
    one.textContent = said[one.lang];
  }

  function write(place = document) {
    for (const one of place.querySelectorAll("[data-t]")) one.textContent = say(one.dataset.t, JSON.parse(one.dataset.a ?? "{}"));
    for (const one of place.querySelectorAll("[data-s]")) tell(one, JSON.parse(one.dataset.s));
    for (const one of place.querySelectorAll("[data-k]")) one.textContent = format(one.dataset.k, one.getAttribute("value") ?? one.getAttribute("datetime"));
    for (const one of place.querySelectorAll("[data-label]")) one.setAttribute("aria-label", say(one.dataset.label));
  }

  function remembered(name) {
    try { return localStorage.getItem(`g4qc-sheet-${name}`); } catch { return null; }
  }

  function remember(name, value) {
    try { localStorage.setItem(`g4qc-sheet-${name}`, value); } catch { /* a sandbox has no storage */ }
  }

  const dark = () => root.dataset.theme === "dark" || (root.dataset.theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);

  function pressed() {
    for (const button of document.querySelectorAll("[data-language]")) button.setAttribute("aria-pressed", button.dataset.language === language);
    for (const button of document.querySelectorAll("[data-set-theme]")) button.setAttribute("aria-pressed", button.dataset.setTheme === root.dataset.theme);
  }

  function changed() {
    root.lang = language;
    pressed();
    for (const listener of listeners) listener();
  }

  function start() {
    const [spoken, theme] = [remembered("language"), remembered("theme")];
    if (Object.hasOwn(words, spoken ?? "") && !root.dataset.wanted) language = spoken;
    if (["auto", "light", "dark"].includes(theme)) root.dataset.theme = theme;
    for (const button of document.querySelectorAll("[data-language]")) {
      button.addEventListener("click", () => { language = button.dataset.language; remember("language", language); write(); changed(); });
    }
    for (const button of document.querySelectorAll("[data-set-theme]")) {
      button.addEventListener("click", () => { root.dataset.theme = button.dataset.setTheme; remember("theme", root.dataset.theme); changed(); });
    }
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => root.dataset.theme === "auto" && changed());
    for (const key of document.querySelectorAll(".key")) {
      key.addEventListener("pointerenter", () => settle(key));
      key.addEventListener("focusin", () => settle(key));
      key.addEventListener("keydown", (event) => event.key === "Escape" && key.classList.add("quiet"));
    }
    write();
    changed();
  }

  /* Keeps the definition of a figure inside the window. */
  function settle(key) {
    const tip = key.querySelector(".tip");
    key.classList.remove("quiet");
    if (!tip) return;
    tip.style.left = "8px";
    const over = tip.getBoundingClientRect().right - root.clientWidth + 8;
    if (over > 0) tip.style.left = `${8 - over}px`;
  }

  return { data, read, format, say, dark, number, price, quoted, start, onChange: (listener) => listeners.push(listener), language: () => language };
})();
