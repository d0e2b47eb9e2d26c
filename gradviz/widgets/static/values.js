/** The values that a text or a plot refers to: pure functions, without a page. */

import { PARTS } from "./dom.js";

const RAISED = {
  "-": "⁻",
  0: "⁰",
  1: "¹",
  2: "²",
  3: "³",
  4: "⁴",
  5: "⁵",
  6: "⁶",
  7: "⁷",
  8: "⁸",
  9: "⁹",
};

/** @param {number | string} value @param {"" | "signed" | "fixed" | "text"} [form] */
export function printed(value, form = "") {
  if (value == null) return "–";
  if (form === "text" || typeof value === "string") return String(value).replace(/^-/, "−");
  if (form === "signed") return value < 0 ? `(${printed(value)})` : printed(value);
  if (value === 0) return "0";
  const exponent = +value.toExponential(3).split("e")[1];
  if (exponent > 4 || exponent < -4) return powerOfTen(value, 4);
  const text = value.toPrecision(4);
  return minus(form === "fixed" && !text.includes("e") ? text : String(+text));
}

/** `3.31×10⁸`. @param {number} value @param {number} digits */
export function powerOfTen(value, digits) {
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
  return minus(`${+mantissa}×10`) + raised(+exponent);
}

/** @param {number} exponent */
export const raised = (exponent) => [...String(exponent)].map((sign) => RAISED[sign]).join("");

/** @param {string} text */
export const minus = (text) => text.replace(/-/g, "−");

/** `[name, "next"]` of `name.next`. @param {string} name */
export function splitName(name) {
  const dot = name.lastIndexOf(".");
  return dot < 0 ? [name, ""] : [name.slice(0, dot), name.slice(dot + 1)];
}

/** The row that a word means, seen from row `k` of `count`. */
export const rowOf = (word, k, count) =>
  ({ next: k + 1, previous: k - 1, first: 0, last: count - 1 })[word] ?? k;

/** Columns as stored: a number is a place in the pool, and a text is nan or inf. */
export function columnsOf(columns, pool) {
  const number = (item) =>
    Array.isArray(item) ? item.map(number) : typeof item === "string" ? asNumber(item) : item;
  const found = {};
  for (const name in columns) {
    const column = columns[name];
    found[name] = (typeof column === "number" ? pool[column] : column).map(number);
  }
  return found;
}

const asNumber = (text) => ({ nan: NaN, inf: Infinity, "-inf": -Infinity })[text] ?? text;

/**
 * What a reference to a value reads: among the frame's values, the columns, or the names that
 * axes and parts give.
 * @param {{r: string, f?: any}} reference
 * @param {{frame: any, columns: any, row: number}} at
 * @param {Record<string, (word: string, form: any) => string>} names
 */
export function lookup({ r: name, f: form }, { frame, columns, row }, names) {
  if (frame.values && name in frame.values) return printed(frame.values[name], form);
  if (name in columns) return printed(columns[name][row], form);
  const [stem, word] = splitName(name);
  if (stem in columns) return printed(columns[stem][rowOf(word, row, columns[stem].length)], form);
  const [first] = name.split(".", 1);
  return names[first]?.(name.slice(first.length + 1), form) ?? `?${name}`;
}

PARTS.values = { columnsOf, lookup };
