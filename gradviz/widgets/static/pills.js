/** Pills with a text, and small matrices as tinted cells: on wires and in `.grad` boxes. */

import { set, spanned, svg, textWidth } from "./dom.js";

const CELL = 9;

/** How a small matrix is tinted: grey for plus, purple for minus. */
export const tint = (value, greatest) => {
  const share = value === 0 ? 0.04 : 0.12 + 0.6 * Math.min(1, Math.abs(value) / (greatest || 1));
  return `fill:var(--${value < 0 ? "neg" : "pos"});fill-opacity:${share.toFixed(3)}`;
};

/** Cells around a centre. @returns {{nodes: Element[], width: number}} */
export function thumbnail({ cells }, x, y, width, height) {
  const greatest = Math.max(...cells.flat().map(Math.abs));
  const total = { width: width * (cells[0]?.length ?? 0), height: height * cells.length };
  const nodes = cells.flatMap((row, i) =>
    row.map((value, j) =>
      svg("rect", {
        class: "cell",
        x: x - total.width / 2 + j * width,
        y: y - total.height / 2 + i * height,
        width,
        height,
        style: tint(value, greatest),
      }),
    ),
  );
  return { nodes, width: total.width };
}

/** A rounded box around a text, with a small matrix before it where there is one. */
export function fillPill(pill, [x, y], { text, heat }, player) {
  const label = svg("text", { x, y });
  label.append(...player.rich(text, spanned));
  const wide = textWidth(label.textContent, `600 13px ${player.fonts.ui}`);
  const cells = heat?.cells.length ? Math.min(12, 16 / heat.cells.length) : 0;
  const picture = heat ? CELL * heat.cells[0].length + 6 : 0;
  const width = wide + picture + 14;
  pill.append(svg("rect", { x: x - width / 2, y: y - 11, width, height: 22, rx: heat ? 8 : 11 }));
  if (heat) {
    const centre = x - width / 2 + 7 + (picture - 6) / 2;
    pill.append(...thumbnail(heat, centre, y, CELL, cells).nodes);
    set(label, { x: x + picture / 2 });
  }
  pill.append(label);
}
