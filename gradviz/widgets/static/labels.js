/** What is written in a plot: beside a mark, in the lane of steps, on a contour, at the edge. */

import { rich, spanned, svg, textWidth } from "./dom.js";

/** The class of a tone, for text. */
const tintOf = (tone) => ({ hot: "hot", done: "done-t", leaf: "leaf-t", ink: "ink" })[tone] ?? "";

/** A mark's label. */
export const label = (at, x, y, anchor, mark) => {
  const text = svg("text", { x, y, "text-anchor": anchor, class: `halo ${tintOf(mark.tone)}` });
  text.append(...rich(mark.label, at.look, spanned));
  return text;
};

export const hasLabel = (mark) => mark.label?.length > 0;

const labelText = (at, mark) =>
  rich(mark.label, at.look, spanned)
    .map((node) => node.textContent)
    .join("");

export const within = (value, least, most) => Math.max(least, Math.min(most, value));

/** The label of a step in its lane: over it, or beside it where it is short. */
export function laneLabel(mark, at, x1, x2) {
  const width = textWidth(labelText(at, mark), `650 12px ${at.player.fonts.ui}`);
  const [least, most] = [Math.min(x1, x2), Math.max(x1, x2)];
  if (most - least > width + 8) return label(at, (x1 + x2) / 2, at.bottom - 19, "middle", mark);
  const wantsLeft = x2 < x1;
  const left = wantsLeft ? least - width - 10 > at.left : most + width + 10 > at.right;
  return label(at, left ? least - 9 : most + 9, at.bottom - 6, left ? "end" : "start", mark);
}

/** Where a point has left the plot, its name says so at the edge. */
export function lost(mark, at, x, y) {
  const text =
    mark.title &&
    svg(
      "text",
      {
        class: `halo ${tintOf(mark.tone)}`,
        x: within(x || 0, at.left + 8, at.right - 8),
        y: within(y || 0, at.top + 14, at.bottom - 8),
        "text-anchor": x > (at.left + at.right) / 2 ? "end" : "start",
      },
      `${mark.title} is off the map`,
    );
  return text || null;
}

/** A contour's level, on the line where it comes nearest to the lower right corner. */
export function levelLabel(mark, at, level, ways, largest) {
  if (level < 1 && mark.data.every !== 1) return null;
  const room = ([x, y]) =>
    x > at.left + 30 && x < at.right - 16 && y > at.top + 12 && y < at.bottom - 12;
  const points = ways
    .flat()
    .map(([x, y]) => [at.x(x), at.y(y)])
    .filter(room);
  const far = ([x, y]) => Math.hypot(x - at.right, y - at.bottom);
  const best = points.sort((a, b) => far(a) - far(b))[0];
  const name = level === largest && mark.title ? `${mark.title} ${level}` : String(level);
  return (
    best && svg("text", { class: "halo", x: best[0], y: best[1] + 4, "text-anchor": "middle" }, name)
  );
}
