/** The rule of the node at work: the formula, the line that ran, the code that repeats it. */

import { PARTS, button, copyText, html, icon } from "./dom.js";

/** @param {any} part @param {any} player */
PARTS.rule = (part, player) => {
  const element = html("div", { class: "rule-part" });
  return {
    element,
    signature: ({ formula, rows = [] }) => `${!!formula}${rows.length}${rows.some((row) => row[2])}`,
    draw({ formula, rows = [] }) {
      element.replaceChildren(
        ...(formula ? [html("div", { class: "formula" }, player.rich(formula))] : []),
        html("div", { class: "pairs" }, rows.map(drawRow)),
      );
    },
  };
};

function drawRow([label, code, copied]) {
  const copy = button(
    "Copy the code that repeats this step by hand",
    "copy",
    () => copyText(code, copy),
    icon("copy"),
  );
  return [
    html("span", {}, label),
    html("code", { title: code, class: copied ? null : "wide" }, code),
    copied && copy,
  ];
}
