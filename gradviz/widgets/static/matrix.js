/** A small matrix: weights as sliders in its rows, their weighted sums below its columns. */

import { PARTS, html, set } from "./dom.js";
import { makeField } from "./field.js";
import { printed } from "./values.js";

/** @param {any} part @param {any} player */
PARTS.matrix = (part, player) => {
  const axis = (player.story.axes ?? []).findIndex(({ name }) => name === part.weights);
  const weights = () => player.weights?.[axis] ?? part.cells.map(() => 1);
  player.weights ??= {};
  if (axis >= 0) player.weights[axis] ??= [...player.story.axes[axis].values];
  player.names[part.id] = (word) => nameIn(part, weights(), word);
  const sliders = part.cells.map((_, row) => makeWeight(row, part, player, axis));
  const cells = part.cells.map((row) =>
    row.map((value) =>
      html("span", { class: `entry${value === 0 ? " zero" : ""}` }, html("span", {}, printed(value))),
    ),
  );
  const sums = part.columns.map((name, k) =>
    html("button", { type: "button", class: "result", click: () => player.go(k + 1) }),
  );
  const work = html("div", { class: "work" });
  const grid = html(
    "div",
    { class: "matrix-grid", style: `--columns:${part.columns.length}` },
    html("span", {}),
    html("span", { class: "head" }, player.rich(part.head)),
    html("span", { class: "op" }),
    part.columns.map((name) => html("span", { class: "head leaf-t" }, player.rich(name))),
    part.cells.map((_, row) => [
      html("span", { class: "row-name" }, player.rich(part.rows[row])),
      sliders[row].element,
      html("span", { class: "op" }, "×"),
      cells[row],
    ]),
    html("span", { class: "sum-line" }),
    html("span", { class: "result-name" }, player.rich(part.result)),
    sums,
  );
  const greatest = Math.max(1e-9, ...part.cells.flat().map(Math.abs)) * 1.2;
  return {
    element: html("div", { class: "matrix-part" }, grid, work),
    draw({ column }) {
      const v = weights();
      sliders.forEach((slider) => slider.draw(v));
      cells.forEach((row, i) =>
        row.forEach((cell, j) => {
          const term = v[i] * part.cells[i][j];
          cell.classList.toggle("now", j === column);
          cell.style.setProperty(
            "--tint",
            `color-mix(in srgb,var(--${term < 0 ? "neg" : "pos"}) ${Math.min(42, (38 * Math.abs(term)) / greatest).toFixed(1)}%,transparent)`,
          );
        }),
      );
      sums.forEach((button, j) => {
        button.textContent = printed(weightedSum(part.cells, v, j));
        button.classList.toggle("now", j === column);
        set(button, {
          "data-grad": j,
          "aria-label": `${player.text(part.columns[j])}: ${button.textContent}`,
        });
      });
      work.replaceChildren(...(column == null ? [" "] : workOf(part, v, column)));
    },
  };
};

/** The one sum that the player makes: of a column, weighted. */
export function weightedSum(cells, weights, column) {
  const sum = cells.reduce((total, row, k) => total + weights[k] * row[column], 0);
  return Math.abs(sum) < 1e-12 ? 0 : +sum.toPrecision(7);
}

/** The terms of a column's sum as text: `1 × 2 + (−1.5) × 3`. */
export const termsOf = (cells, weights, column) =>
  cells.map(
    (row, k) =>
      `${k ? printed(weights[k], "signed") : printed(weights[k])} × ${printed(row[column], "signed")}`,
  );

function workOf({ cells }, weights, column) {
  const terms = termsOf(cells, weights, column).map((term, k) => [
    k ? " + " : "",
    html("span", { class: weights[k] * cells[k][column] ? "term" : "" }, term),
  ]);
  return [
    ...terms.flat(),
    " = ",
    html("span", { class: "hot" }, printed(weightedSum(cells, weights, column))),
  ];
}

/** What a reference to a matrix reads: a sum, its terms, or all sums as a tensor prints. */
function nameIn({ cells, columns }, weights, word) {
  const sums = columns.map((_, k) => weightedSum(cells, weights, k));
  if (word === "print") return tensorText(sums);
  const [column, what] = word.split(".");
  return what === "terms" ? termsOf(cells, weights, +column).join(" + ") : printed(sums[+column]);
}

function makeWeight(row, part, player, axis) {
  const name = player.text(part.rows[row]);
  const weigh = (value) => {
    player.weights[axis][row] = value;
    player.show();
  };
  const range = html("input", {
    type: "range",
    min: -2,
    max: 2,
    step: 0.1,
    "aria-label": `weight of ${name}`,
    input: () => weigh(+(+range.value).toFixed(2)),
  });
  const field = makeField(player, `the weight of ${name}`, (value) => weigh(+value.toPrecision(4)));
  return {
    element: html("label", { class: "control weight" }, axis >= 0 && [range, field.element]),
    draw(v) {
      const value = v[row];
      field.draw(printed(value));
      range.value = value;
      const share = (at) => `${Math.max(0, Math.min(100, 50 + at * 25))}%`;
      const [from, to] = [share(Math.min(0, value)), share(Math.max(0, value))];
      range.style.setProperty(
        "--track",
        `linear-gradient(90deg,var(--idle) ${from},var(--ink) ${from},var(--ink) ${to},var(--idle) ${to})`,
      );
      set(range, { "aria-valuetext": printed(value) });
    },
  };
}

/**
 * A number as PyTorch prints those of one tensor.
 * @param {number[]} numbers
 */
export function tensorText(numbers) {
  const whole = numbers.every(Number.isInteger);
  const texts = numbers.map((number) => (whole ? `${number}.` : number.toFixed(4)));
  const width = Math.max(...texts.map((text) => text.length));
  return `tensor([${texts.map((text) => text.padStart(width)).join(", ")}])`;
}
