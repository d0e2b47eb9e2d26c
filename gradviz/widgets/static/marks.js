/** What is drawn in a plot, shape by shape; each yields the nodes that stand for a mark. */

import { svg } from "./dom.js";
import { hasLabel, label, laneLabel, levelLabel, lost, within } from "./labels.js";
import { arrow, colour, dot, polyline, stroke } from "./strokes.js";

const TANGENT = 70;
const ABOVE_AXIS = 10;

/**
 * Every shape: `(mark, at)` with `at` the plot's scales, its box, the rows to show.
 * @type {Record<string, (mark: any, at: any) => any>}
 */
export const SHAPES = {
  line(mark, at) {
    const points = at.points(mark);
    const path = (look) => svg("path", { d: polyline(points), ...look });
    const halo =
      (mark.width ?? 2) >= 3 &&
      path({ fill: "none", stroke: "var(--paper)", "stroke-width": mark.width + 3 });
    const last = points.at(-1);
    const end = hasLabel(mark) && last && label(at, last[0] - 4, last[1] - 6, "end", mark);
    return { clipped: [halo, path(stroke(mark))], free: [end] };
  },
  dots(mark, at) {
    const points = at.points(mark).filter((_, k) => k % (mark.data.every ?? 1) === 0);
    return {
      clipped: points.map(([x, y]) =>
        dot(x, y, mark.data.size ?? (mark.hollow ? 2.3 : mark.dashed ? 2.5 : 3), mark),
      ),
    };
  },
  stems(mark, at) {
    const line = at.points(at.part.marks.find(({ id }) => id === mark.data.to));
    const lines = at.points({ ...mark, until: "all" }).map(
      ([x, y], k) =>
        k % (mark.data.every ?? 1) === 0 &&
        svg("line", {
          x1: x,
          x2: x,
          y1: y,
          y2: heightAt(line, x),
          stroke: colour(mark.tone),
          "stroke-width": 1.25,
          opacity: 0.75,
        }),
    );
    return { clipped: lines };
  },
  band(mark, at) {
    const [x1, x2] = [at.number(mark, "x"), at.number(mark, "x2")].map(at.x);
    return {
      clipped: [
        svg("rect", {
          x: Math.min(x1, x2),
          y: at.top,
          width: Math.abs(x2 - x1),
          height: at.bottom - at.top,
          fill: colour(mark.tone),
          opacity: 0.12,
        }),
      ],
    };
  },
  tangent(mark, at) {
    const [x, y] = at.point(mark);
    const slope = at.number(mark, "slope");
    const [dx, dy] = [at.x(1) - at.x(0), (at.y(1) - at.y(0)) * slope];
    const length = Math.hypot(dx, dy) || 1;
    const [ux, uy] = [dx / length, dy / length];
    const way = svg("line", {
      x1: x - ux * TANGENT,
      y1: y - uy * TANGENT,
      x2: x + ux * TANGENT,
      y2: y + uy * TANGENT,
      stroke: colour(mark.tone),
      "stroke-width": 2,
    });
    const [nx, ny] = [-Math.abs(uy) * Math.sign(slope || 1), -Math.abs(ux)];
    const flat = Math.abs(nx) < 0.3;
    const text =
      hasLabel(mark) &&
      label(
        at,
        within(x + nx * 15, at.left + 40, at.right - 40),
        Math.max(at.top + 12, y + ny * (flat ? 17 : 12) + (flat ? 0 : 4)),
        flat ? "middle" : nx < 0 ? "end" : "start",
        mark,
      );
    return { clipped: [way], free: [text] };
  },
  arrow(mark, at) {
    const next = at.row + 1;
    if (!at.has(mark, next)) return {};
    const lane = mark.data.y == null;
    const [x1, x2] = [at.row, next].map((row) => at.x(at.number(mark, "x", row)));
    const [y1, y2] = lane
      ? [at.bottom - ABOVE_AXIS, at.bottom - ABOVE_AXIS]
      : [at.row, next].map((row) => at.y(at.number(mark, "y", row)));
    const text = hasLabel(mark) && laneLabel(mark, at, x1, x2);
    return { clipped: [arrow(x1, y1, x2, y2, mark.tone, lane ? 3 : 2.5)], free: [text] };
  },
  ring(mark, at) {
    const row = mark.until === "now" ? at.row : at.row + 1;
    if (!at.has(mark, row)) return {};
    const [x, y] = at.point(mark, row);
    return {
      clipped: [
        svg("circle", {
          cx: x,
          cy: y,
          r: 5,
          fill: "var(--paper)",
          stroke: colour(mark.tone),
          "stroke-width": 2,
        }),
      ],
    };
  },
  ball(mark, at) {
    const [x, y] = at.point(mark);
    const size = mark.data.size ?? 6.5;
    const inside = x >= at.left - 1 && x <= at.right + 1 && y >= at.top - 8 && y <= at.bottom + 8;
    if (!inside || !Number.isFinite(x + y)) return { free: [lost(mark, at, x, y)] };
    const right = x > at.right - 80;
    const text =
      hasLabel(mark) &&
      label(
        at,
        x + (right ? -9 : 9),
        within(y - 5, at.top + 8, at.bottom - 4),
        right ? "end" : "start",
        mark,
      );
    return { moving: [[dot(0, 0, size, mark, 2), x, y]], free: [text] };
  },
  drop(mark, at) {
    const row = mark.until === "next" ? at.row + 1 : at.row;
    if (!at.has(mark, row)) return {};
    const [x, y] = at.point(mark, row);
    return {
      clipped: [
        svg("line", {
          x1: x,
          x2: x,
          y1: y,
          y2: at.bottom,
          stroke: colour(mark.tone),
          "stroke-width": 1.25,
          "stroke-dasharray": "2 3",
        }),
      ],
    };
  },
  leaf(mark, at) {
    if (mark.data.y == null) {
      const triangle = svg("path", { d: "M0 .5L5.5 9H-5.5Z", fill: colour(mark.tone) });
      return { moving: [[triangle, at.x(at.number(mark, "x")), at.bottom]] };
    }
    const [x, y] = at.point(mark);
    return {
      clipped: [
        svg("path", {
          d: `M${x - 6} ${y}h12M${x} ${y - 6}v12`,
          stroke: colour(mark.tone),
          "stroke-width": 2.5,
        }),
      ],
    };
  },
  rule(mark, at) {
    const y = at.y(at.number(mark, "y"));
    return {
      clipped: [
        svg("line", {
          x1: at.left,
          x2: at.right,
          y1: y,
          y2: y,
          ...stroke({ ...mark, width: 1.5 }, "5 3"),
        }),
      ],
      free: [hasLabel(mark) && label(at, at.left + 6, y - 5, "start", mark)],
    };
  },
  text(mark, at) {
    const { place } = mark.data ?? {};
    const middle = (at.left + at.right) / 2;
    if (place === "top") {
      const title = label(at, middle, at.top + 18, "middle", mark);
      if (title.textContent.length * 9 < at.right - at.left) title.classList.add("big");
      return { free: [title] };
    }
    if (place === "bottom") return { free: [label(at, middle, at.bottom - 9, "middle", mark)] };
    const [x, y] = at.point(mark);
    return { free: [label(at, x, y, "middle", mark)] };
  },
  contour(mark, at) {
    const levels = mark.data.levels;
    const paths = levels.map(([, ...ways], k) =>
      ways.map((way) =>
        svg("path", {
          d: polyline(way.map(([x, y]) => [at.x(x), at.y(y)])),
          ...stroke({ ...mark, width: 1 }),
          opacity: 1 - 0.1 * Math.min(k, 5),
        }),
      ),
    );
    const largest = levels.at(-2)?.[0];
    return {
      clipped: paths,
      free: levels.map(([level, ...ways]) => levelLabel(mark, at, level, ways, largest)),
    };
  },
  button(mark, at) {
    const [x, y] = at.point(mark);
    const { axis, index } = mark.data;
    const place = at.player.story.axes.findIndex(({ name }) => name === axis);
    const chosen = at.player.places[place] === index;
    const press = () => at.player.move(place, index);
    const key = (event) => {
      if (event.key !== " " && event.key !== "Enter") return;
      event.preventDefault();
      event.stopPropagation();
      press();
    };
    const group = svg(
      "g",
      {
        class: "start",
        tabindex: 0,
        role: "button",
        "aria-label": mark.title,
        "aria-pressed": String(chosen),
        click: press,
        keydown: key,
      },
      svg("circle", { cx: x, cy: y, r: 16, fill: "transparent" }),
      svg("circle", {
        cx: x,
        cy: y,
        r: 6,
        fill: chosen ? "var(--ink)" : "var(--paper)",
        stroke: "var(--ink)",
        "stroke-width": 1.75,
      }),
    );
    return {
      free: [
        group,
        chosen &&
          hasLabel(mark) &&
          label(at, x, y + (y > at.top + 20 ? -12 : 22), "middle", { ...mark, tone: "ink" }),
      ],
    };
  },
};

/** Where a drawn line stands over `x`. @param {number[][]} points in the order of x */
export function heightAt(points, x) {
  const k = Math.max(
    1,
    points.findIndex(([px]) => px >= x),
  );
  const [[x1, y1], [x2, y2]] = [points[k - 1], points[k]];
  return y1 + ((y2 - y1) * (x - x1)) / (x2 - x1 || 1);
}
