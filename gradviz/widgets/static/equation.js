/** `arrived × local slope = sent`, one row an input; matrices as tinted cells. */

import { PARTS, html } from "./dom.js";

const HEADS = ["arrived", "local slope", "sent"];

/** @param {any} part @param {any} player */
PARTS.equation = (part, player) => {
  const element = html("div", { class: "equation-part" });
  return {
    element,
    signature: ({ rows = [], error, words }) => JSON.stringify([error, words, rows.map(shapeOf)]),
    draw(state) {
      const { rows = [], error } = state;
      if (error) return element.replaceChildren(html("pre", { class: "error" }, error));
      if (rows.some(hasMatrix))
        return element.replaceChildren(...rows.map((row) => matrixRow(row, player)));
      element.replaceChildren(...(rows.length ? [grid(state, player)] : []));
    },
  };
};

const hasMatrix = (row) => row.cells.some((cell) => cell?.matrix);

/** What decides about a row's height. */
const shapeOf = (row) => [
  !!row.below?.length,
  !!row.none,
  row.cells.map((cell) => cell?.matrix && [cell.matrix.cells.length, !!cell.matrix.head]),
];

/** The grid of an equation. @param {any} state @param {any} player */
export function grid({ heads = HEADS, rows, words }, player) {
  const look = `terms${words ? " words" : ""}${rows.length > 1 ? " several" : ""}`;
  const gaps = heads.flatMap((head) => [html("span", { class: "head" }, head), html("span", {})]);
  return html(
    "div",
    { class: look },
    gaps,
    rows.map((row) => gridRow(row, player)),
  );
}

function gridRow({ cells, to, below, none }, player) {
  const shown = cells.map((cell) => term(cell, none));
  return [
    ...shown,
    html("span", { class: "to" }, to?.length > 0 && player.rich(to)),
    below?.length > 0 && [
      html("span", {}),
      html("span", {}),
      html("span", { class: "below" }, player.rich(below)),
      html("span", {}),
      html("span", {}),
      html("span", {}),
    ],
  ];
}

function term(cell, none) {
  if (cell?.op != null) return html("span", { class: "op" }, none ? "" : cell.op);
  const sent = cell?.sent != null;
  const text = String(sent ? cell.sent : cell);
  return html(
    "span",
    { class: `term${sent && !none ? " sent" : ""}${none || text === "None" ? " none" : ""}` },
    text,
  );
}

/** A row in which at least one term is a matrix. */
function matrixRow({ cells, to, below }, player) {
  const shown = cells.map((cell) =>
    cell?.matrix ? matrixTerm(cell.matrix, player) : term(cell, false),
  );
  return html(
    "div",
    { class: "matrices" },
    shown,
    to?.length > 0 && html("span", { class: "to" }, player.rich(to)),
    below?.length > 0 && html("small", { class: "below" }, player.rich(below)),
  );
}

function matrixTerm({ cells, texts, head, shape, sent }, player) {
  const greatest = Math.max(...cells.flat().map((value) => Math.abs(+value) || 0)) || 1;
  const width = cells[0]?.length ?? 0;
  const body = cells.flatMap((row, i) =>
    row.map((value, j) => {
      const share = 8 + Math.trunc((38 * (Math.abs(+value) || 0)) / greatest);
      const style = `background:color-mix(in srgb,var(--${value < 0 ? "neg" : "pos"}) ${share}%,transparent)`;
      return html("span", { style: value == null ? null : style }, texts?.[i]?.[j] ?? "");
    }),
  );
  const longest = Math.max(...(texts ?? []).flat().map((text) => text.length), 0);
  const look = longest ? (longest < 3 ? " narrow" : "") : " bare";
  const table = width
    ? html(
        "span",
        {
          class: `cells${look}`,
          style: `grid-template-columns:repeat(${width},auto)`,
        },
        body,
      )
    : html("span", { class: "nothing" }, texts?.[0]?.[0] ?? "None");
  return html(
    "span",
    { class: `matrix-term${sent ? " sent" : ""}` },
    html("span", { class: "head" }, player.rich(head)),
    table,
    html("small", {}, shape || " "),
  );
}
