/**
 * What every part uses: elements, rich text, icons, the width of a text.
 * Data become text nodes and attributes, never markup.
 */

const SVG_SPACE = "http://www.w3.org/2000/svg";

/** The parts by kind; each file under `static/` puts its own in. */
export const PARTS = {};

/** @param {Element} node @param {Record<string, any>} attributes @param {any[]} children */
function furnish(node, attributes, children) {
  for (const name in attributes) {
    const value = attributes[name];
    if (typeof value === "function") node.addEventListener(name, value);
    else if (value == null || value === false) node.removeAttribute(name);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(3).filter((child) => child != null && child !== false));
  return node;
}

/** @param {string} tag @param {Record<string, any>} [attributes] @param {...any} children */
export const html = (tag, attributes, ...children) =>
  furnish(document.createElement(tag), attributes, children);

/** @param {string} tag @param {Record<string, any>} [attributes] @param {...any} children */
export const svg = (tag, attributes, ...children) =>
  furnish(document.createElementNS(SVG_SPACE, tag), attributes, children);

/** @param {Element} node @param {Record<string, any>} attributes */
export const set = (node, attributes) => furnish(node, attributes, []);

const ICONS = {
  back: "M10 3 5 8l5 5",
  forward: "M6 3l5 5-5 5",
  again: "M3 8a5 5 0 1 0 1.6-3.7M3 2v3h3",
  copy: "M6 6h7v7H6zM3 10V3h7",
  right: "M3 8.5l3.5 3.5L13 4.5",
  wrong: "M8 3v6M8 12.5v.2",
  first: "M4 3v10M12 3 7 8l5 5",
  last: "M12 3v10M4 3l5 5-5 5",
  play: "M5 3.5v9l7.5-4.5z",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  table: "M2.5 3.5h11v9h-11zM2.5 7h11M7 7v5.5",
  more: "M3 8h.01M8 8h.01M13 8h.01",
  fit: "M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10",
};

/** @param {keyof typeof ICONS} name */
export const icon = (name) =>
  svg(
    "svg",
    { class: `i i-${name}`, viewBox: "0 0 16 16", "aria-hidden": "true" },
    svg("path", { d: ICONS[name] }),
  );

/** @param {string} label @param {string} look @param {() => void} press @param {...any} children */
export const button = (label, look, press, ...children) =>
  html(
    "button",
    { type: "button", class: look, "aria-label": label, title: label, click: press },
    ...children,
  );

const ELEMENTS = { code: "code", b: "b", i: "i", sup: "sup", sub: "sub", strike: "s", br: "br" };

/**
 * The runs of a rich text as nodes.
 * @param {any[] | string | undefined} runs
 * @param {(run: any) => string} look what a reference to a value reads
 * @param {(style: string, text: string) => Node} [make]
 */
export function rich(runs, look, make = styled) {
  const list = typeof runs === "string" ? [runs] : (runs ?? []);
  return list.map((run) => {
    if (typeof run === "string") return make("", run);
    return Array.isArray(run) ? make(run[0], run[1] ?? "") : make(run.s ?? "", look(run));
  });
}

/** @param {string} style @param {string} text */
function styled(style, text) {
  if (!style) return document.createTextNode(text);
  const whole = /^\S.{0,22}\S$/.test(text) ? "whole" : null;
  if (ELEMENTS[style]) return html(ELEMENTS[style], { class: whole }, text);
  return html("span", { class: `${style} ${whole ?? ""}` }, text);
}

/** Runs as `<tspan>`s. @param {string} style @param {string} text */
export const spanned = (style, text) => svg("tspan", { class: style || null }, text);

/** @param {any[] | string | undefined} runs @param {(run: any) => string} look */
export const plainText = (runs, look) =>
  (typeof runs === "string" ? [runs] : (runs ?? []))
    .map((run) => (typeof run === "string" ? run : Array.isArray(run) ? (run[1] ?? " ") : look(run)))
    .join("");

let ruler;

/** The width of a text, without asking for a layout. @param {string} text @param {string} font */
export function textWidth(text, font) {
  ruler ??= document.createElement("canvas").getContext("2d");
  ruler.font = font;
  return ruler.measureText(text).width;
}

/** Whether two pieces of plain data are alike. @param {any} a @param {any} b */
export function same(a, b) {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || !a || !b) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => same(a[key], b[key]));
}

/** @param {string} text @param {Element} [at] the button that shows that it is done */
export function copyText(text, at) {
  navigator.clipboard?.writeText(text).catch(() => {});
  if (!at) return;
  const before = [...at.childNodes];
  at.replaceChildren(icon("right"));
  setTimeout(() => at.replaceChildren(...before), 1200);
}
