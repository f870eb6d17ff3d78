/**
 * Elements, made safely: text is always text, and an address is only followed when it is one of the web.
 * Must not know what is shown.
 */

const SVG = "http://www.w3.org/2000/svg";
const PROPERTIES = new Set(["value", "checked", "disabled", "hidden", "open", "selected", "htmlFor", "max", "indeterminate"]);

/** @typedef {Node | string | number | null | undefined | false | Child[]} Child */

/**
 * An element: `h("td.num", {title: "..."}, "12")`. `on` holds listeners, `data` the data attributes, `style` CSS properties.
 * @param {string} name tag and classes, `tag.class.class`
 * @param {Record<string, any>} [given]
 * @param {...Child} children
 * @returns {any}
 */
export function h(name, given = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(" ");
  assign(element, given);
  append(element, children);
  return element;
}

/** An element of SVG, as `h` makes those of HTML. */
export function svg(tag, given = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  assign(element, given);
  append(element, children);
  return element;
}

/** Replaces all that is in the element. */
export function fill(element, ...children) {
  element.replaceChildren();
  append(element, children);
  return element;
}

/** The address when a browser may follow it, else null: no `javascript:` gets through. */
export function safeAddress(address) {
  try {
    const url = new URL(address, location.href);
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
  } catch {
    return null;
  }
}

/** A link to what may be outside: opens beside the page. Only the text where the address is none. */
export function link(address, text, given = {}) {
  const safe = address ? safeAddress(address) : null;
  if (!safe) return h("span", {}, text);
  const outside = new URL(safe).origin !== location.origin;
  return h("a", { href: safe, ...(outside ? { target: "_blank", rel: "noopener" } : {}), ...given }, text);
}

/** An id that no other element has. */
export function freshId(stem) {
  fresh += 1;
  return `${stem}-${fresh}`;
}

let fresh = 0;

function assign(element, given) {
  for (const [name, value] of Object.entries(given)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name === "style") for (const [key, text] of Object.entries(value)) element.style.setProperty(key, text);
    else if (PROPERTIES.has(name)) element[name] = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
}

function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
}
