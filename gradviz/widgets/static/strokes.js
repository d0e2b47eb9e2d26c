/** What marks are drawn with: tones, lines, dots, arrows. */

import { svg } from "./dom.js";

export const colour = (tone = "ink") => `var(--${{ ring: "focus", mut: "idle" }[tone] ?? tone})`;

/** @param {number[][]} points */
export const polyline = (points) =>
  points.map(([x, y], k) => `${k ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");

/** An arrow with a head that shrinks with it. */
export function arrow(x1, y1, x2, y2, tone, width = 3) {
  const length = Math.hypot(x2 - x1, y2 - y1);
  if (!(length >= 1)) return svg("g");
  const head = Math.min(9, Math.max(4, length / 2));
  const [ux, uy] = [(x2 - x1) / length, (y2 - y1) / length];
  const [bx, by] = [x2 - ux * head, y2 - uy * head];
  const half = head / 2;
  return svg(
    "g",
    {},
    svg("line", { x1, y1, x2: bx, y2: by, stroke: colour(tone), "stroke-width": width }),
    svg("path", {
      d: `M${x2} ${y2}L${bx - uy * half} ${by + ux * half}L${bx + uy * half} ${by - ux * half}Z`,
      fill: colour(tone),
    }),
  );
}

/** A dot, or the second run's square. */
export const dot = (x, y, r, { tone, dashed, hollow }, edge) => {
  const look = {
    fill: hollow ? "var(--paper)" : colour(tone),
    stroke: hollow ? colour(tone) : edge ? "var(--paper)" : null,
    "stroke-width": hollow ? 1.2 : edge,
  };
  return dashed
    ? svg("rect", { x: x - r, y: y - r, width: 2 * r, height: 2 * r, ...look })
    : svg("circle", { cx: x, cy: y, r, ...look });
};

export const stroke = ({ tone, dashed, width }, dash) => ({
  fill: "none",
  stroke: colour(tone),
  "stroke-width": width ?? 2,
  "stroke-dasharray": dash ?? (dashed ? "4 3" : null),
  "stroke-linejoin": "round",
});
