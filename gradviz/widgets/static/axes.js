/** A plot, drawn at the real width: ticks outside, names at the ends, marks in it. */

import { PARTS, html, set, spanned, svg, textWidth } from "./dom.js";
import { decades, fromZero, linear, logarithmic, stepsFromZero, tickText, ticks } from "./scales.js";
import { SHAPES } from "./marks.js";

const LANE = 44;

let clips = 0;

/** @param {any} part @param {any} player */
PARTS.axes = (given, player) => {
  const part = { height: 242, ...given };
  const clip = `plot-${++clips}`;
  const window = svg("rect");
  const [back, inside, front, moving] = [0, 1, 2, 3].map(() => svg("g"));
  inside.setAttribute("clip-path", `url(#${clip})`);
  const drawing = svg(
    "svg",
    {
      class: `picture plot-picture${part.drag ? " drag" : ""}`,
      role: "group",
      "aria-label": nameOf(part, player),
    },
    svg("defs", {}, svg("clipPath", { id: clip }, window)),
    back,
    inside,
    front,
    moving,
  );
  const element = html(
    "div",
    { class: "axes-part" },
    part.title?.length > 0 && html("div", { class: "part-title" }, player.rich(part.title)),
    drawing,
  );
  const layers = (part.marks ?? []).map((mark) => makeLayer(mark, inside, front, moving));
  const note = front.appendChild(svg("g"));
  let width = 0;
  let state = {};
  let drawn = "";
  let scales = null;
  let at = null;
  const rescale = (range) => {
    scales = scalesOf(part, range, player, width);
    const { left, right, top, bottom, height } = scales;
    set(drawing, { width, height, viewBox: `0 0 ${width} ${height}` });
    set(window, { x: left, y: top - 8, width: right - left, height: bottom - top + 8 });
    back.replaceChildren(...frameOf(part, scales));
  };
  const draw = () => {
    if (!width) return;
    const range = state.range ?? part.range;
    const key = `${width}/${range}`;
    if (key !== drawn) rescale(range);
    drawn = key;
    at = plotAt(part, scales, player);
    for (const layer of layers) drawLayer(layer, state.marks?.[layer.mark.id], at);
    note.replaceChildren(...(state.note ? [centred(player.rich(state.note, spanned), at)] : []));
  };
  new ResizeObserver(() => {
    const now = Math.floor(element.clientWidth);
    if (!now || now === width) return;
    width = now;
    draw();
  }).observe(element);
  if (part.drag) followDrag(drawing, player, () => at);
  return { element, draw: (now) => ((state = now), draw()) };
};

/** Where a mark is drawn: clipped to the plot, in front of it, or gliding from step to step. */
function makeLayer(mark, inside, front, moving) {
  const layer = { mark, clipped: svg("g"), free: svg("g"), ball: svg("g", { class: "moves" }) };
  inside.append(layer.clipped);
  front.append(layer.free);
  moving.append(layer.ball);
  return layer;
}

const STANDING = new Set(["line", "dots", "band", "contour"]);

function drawLayer(layer, changes, at) {
  const mark = changes ? { ...layer.mark, ...changes } : layer.mark;
  const stands = STANDING.has(mark.shape) && (mark.until ?? "all") === "all" && !changes && !mark.label;
  const { columns } = at.player;
  if (stands && layer.scale === at.x && layer.columns === columns) return;
  Object.assign(layer, { scale: stands && at.x, columns });
  const { clipped = [], free = [], moving = [] } = mark.hidden ? {} : SHAPES[mark.shape](mark, at);
  layer.clipped.replaceChildren(...clipped.flat(2).filter(Boolean));
  layer.free.replaceChildren(...free.filter(Boolean));
  const [node, x, y] = moving[0] ?? [];
  layer.ball.replaceChildren(...(node ? [node] : []));
  if (node) layer.ball.style.transform = `translate(${x}px,${y}px)`;
}

const nameOf = (part, player) => player.text(part.title) || `${part.y_name} over ${part.x_name}`;

const centred = (nodes, at) => {
  const text = svg("text", {
    class: "ink halo",
    x: (at.left + at.right) / 2,
    y: at.top - 6,
    "text-anchor": "middle",
  });
  text.append(...nodes);
  return text;
};

/** The scales and the box of a plot. */
function scalesOf(part, [x0, x1, y0, y1], player, width) {
  const yTicks = part.log ? decades(y0, y1, 4) : ticks(y0, y1, part.height > 160 ? 5 : 2.5);
  const wide = (tick) => textWidth(tickText(tick), `12px ${player.fonts.ui}`);
  const left = Math.max(30, Math.ceil(Math.max(...yTicks.map(wide))) + 12);
  const top = 22;
  let right = width - Math.max(part.x_name ? 18 : 10, part.x_log ? Math.ceil(wide(x1) / 2) : 0);
  let bottom = part.height - 22;
  if (part.equal) {
    const unit = Math.min((right - left) / (x1 - x0), (bottom - top) / (y1 - y0));
    right = left + unit * (x1 - x0);
    bottom = top + unit * (y1 - y0);
  }
  const lane = part.marks?.some(({ shape, data }) => shape === "arrow" && data.y == null) ? LANE : 0;
  const x = (part.x_log ? fromZero : linear)(x0, x1, left, right);
  const y = (part.log ? logarithmic : linear)(y0, y1, bottom, top);
  const shown = yTicks.filter((tick) => y(tick) <= bottom - lane);
  const xTicks = part.x_log ? stepsFromZero(x1) : apart(x0, x1, x, wide, right - left < 380 ? 4 : 5);
  return { x, y, xTicks, yTicks: shown, left, right, top, bottom, height: bottom + 22 };
}

/** As many ticks as stand apart from each other. */
function apart(x0, x1, x, wide, most) {
  const found = ticks(x0, x1, most);
  const room = x(found[1]) - x(found[0]) - 8;
  return most < 2 || found.every((tick) => wide(tick) < room) ? found : apart(x0, x1, x, wide, most - 1);
}

/** How marks find their points in the plot of this step. */
function plotAt(part, scales, player) {
  const { x, y } = scales;
  const { columns, row } = player;
  const column = (mark, name) => {
    const given = mark.data?.[name];
    const found = typeof given === "string" ? columns[given] : given;
    return mark.until === "now" && Array.isArray(found?.[row]) ? found[row] : found;
  };
  const number = (mark, name, at = row) => {
    const found = column(mark, name);
    return Array.isArray(found) ? found[at] : found;
  };
  const shown = (mark, list) =>
    list.slice(0, { step: row + 1, next: row + 2 }[mark.until] ?? list.length);
  return {
    ...scales,
    part,
    player,
    row,
    number,
    look: player.look,
    has: (mark, at) => number(mark, "x", at) != null,
    point: (mark, at = row) => [x(number(mark, "x", at)), y(number(mark, "y", at))],
    points(mark) {
      const ys = shown(mark, column(mark, "y") ?? []);
      const xs = column(mark, "x");
      return ys
        .map((value, k) => [x(xs ? xs[k] : k), y(value)])
        .filter(([px, py]) => Number.isFinite(px + py));
    },
  };
}

/** Left and bottom line, level grid, ticks outside, names at the ends. */
function frameOf(part, at) {
  const { x, y, left, right, top, bottom, xTicks, yTicks } = at;
  const text = (value, px, py, anchor, look) =>
    svg("text", { x: px, y: py, "text-anchor": anchor, class: look }, value);
  return [
    part.grid === false
      ? null
      : yTicks.map((tick) =>
          svg("line", { class: "grid", x1: left, x2: right, y1: y(tick), y2: y(tick) }),
        ),
    svg("path", { class: "axis", d: `M${left} ${top}V${bottom}H${right}` }),
    xTicks.map((tick) => [
      svg("line", { class: "axis", x1: x(tick), x2: x(tick), y1: bottom, y2: bottom + 4 }),
      text(tickText(tick), x(tick), bottom + 18, "middle"),
    ]),
    yTicks.map((tick) => [
      svg("line", { class: "axis", x1: left - 4, x2: left, y1: y(tick), y2: y(tick) }),
      text(tickText(tick), left - 7, y(tick) + 4, "end"),
    ]),
    part.x_name && text(part.x_name, right + 6, bottom + 4, "start", "ink"),
    part.y_name &&
      text(
        part.y_name,
        part.height > 160 && part.y_name.length < 5 ? left - 20 : 14,
        top - 8,
        "start",
        "ink",
      ),
  ]
    .flat(3)
    .filter(Boolean);
}

/** Dragging along the plot moves the step: to the row whose x is nearest. */
function followDrag(drawing, player, plot) {
  const scrub = (event) => {
    const at = plot();
    const want = at.x(at.x.inverse(event.clientX - drawing.getBoundingClientRect().left));
    const rows = player.columns.step ?? Array.from({ length: player.frames }, (_, k) => k);
    const away = (row) => Math.abs(at.x(rows[row]) - want);
    let best = 0;
    for (let row = 1; row < rows.length; row++) if (away(row) < away(best)) best = row;
    player.stop();
    player.go(player.frameOfRow(best), { slid: true });
  };
  drawing.addEventListener("pointerdown", (event) => {
    drawing.setPointerCapture(event.pointerId);
    scrub(event);
  });
  drawing.addEventListener("pointermove", (event) => event.buttons && scrub(event));
}
