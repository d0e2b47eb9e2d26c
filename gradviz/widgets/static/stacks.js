/** Blocks that pile up, a column an epoch; or one bar that grows to the right. */

import { PARTS, html, set, spanned, svg, textWidth } from "./dom.js";
import { linear, tickText } from "./scales.js";

const HEIGHT = 160;
const BAR = 46;

/** @param {any} part @param {any} player */
PARTS.stacks = (part, player) => {
  const drawing = svg("svg", { class: "picture plot-picture", role: "img" });
  const note = html("em", {});
  const title =
    part.title?.length > 0 && html("h3", {}, html("span", {}, player.rich(part.title)), note);
  const element = html("div", { class: "stacks-part" }, title, drawing);
  let width = 0;
  let state = {};
  const draw = () => {
    if (!width) return;
    note.replaceChildren(...player.rich(state.note));
    const height = part.horizontal ? 46 : HEIGHT;
    set(drawing, {
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      "aria-label": `${player.text(part.title)} ${player.text(state.note)}`,
    });
    drawing.replaceChildren(...(part.horizontal ? across : upwards)(part, state, player, width));
    element.closest(".panel")?.classList.toggle("chosen", !!state.chosen);
  };
  new ResizeObserver(() => {
    const now = Math.floor(element.clientWidth);
    if (!now || now === width) return;
    width = now;
    draw();
  }).observe(element);
  return { element, draw: (now) => ((state = now), draw()) };
};

const lettering = (x, y, look, nodes, anchor = "middle") => {
  const text = svg("text", { x, y, class: look, "text-anchor": anchor });
  text.append(...nodes);
  return text;
};

/** Where the blocks of a column begin and end, and which of them came now. */
export function blocksOf({ blocks = [], mark }) {
  let sum = 0;
  return blocks.map(([size, text], k) => {
    const from = sum;
    sum += size;
    return { from, to: sum, text, hot: mark === "active" && k === blocks.length - 1 };
  });
}

function block(x, y, width, height, { text, hot }, gone) {
  const fill = gone ? "none" : `var(--${hot ? "hot" : "done"})`;
  const box = svg("rect", {
    x,
    y,
    width: Math.max(0, width),
    height: Math.max(0, height),
    rx: 3,
    fill,
    class: gone ? "gone" : null,
  });
  const words =
    !gone && lettering(x + width / 2, y + height / 2 + 4, `on-${hot ? "hot" : "done"}`, [text]);
  return [box, words];
}

function upwards(part, state, player, width) {
  const left = 26;
  const bottom = HEIGHT - 20;
  const y = linear(0, part.top, bottom, 22);
  const room = (width - left - 4) / part.names.length;
  const wide = Math.min(BAR, room - 12);
  const middle = (k) => left + room * (k + 0.5);
  const nodes = (part.ticks ?? []).map((tick) => [
    svg("line", { class: "grid", x1: left, x2: width, y1: y(tick), y2: y(tick) }),
    lettering(left - 6, y(tick) + 4, "", [tickText(tick)], "end"),
  ]);
  part.names.forEach((name, k) => {
    const column = state.columns?.[k] ?? {};
    const short = room < 52 ? name.replace(/\D+/, "") || name : name;
    nodes.push(lettering(middle(k), HEIGHT - 4, column.mark === "active" ? "ink" : "", [short]));
    const blocks = blocksOf(column);
    for (const one of blocks)
      nodes.push(
        block(middle(k) - wide / 2, y(one.to) + 1, wide, y(one.from) - y(one.to) - 2, one, column.gone),
      );
    const over = column.gone ?? column.sum;
    const look = column.gone ? "" : column.mark === "active" ? "hot" : "done-t";
    if (over?.length && blocks.length) {
      const half = textWidth(player.text(over), `650 12px ${player.fonts.ui}`) / 2;
      const x = Math.min(middle(k), width - half);
      nodes.push(lettering(x, y(blocks.at(-1).to) - 5, `halo ${look}`, player.rich(over, spanned)));
    }
  });
  nodes.push(
    lettering(0, 9, "ink", [part.y_name ?? ""], "start"),
    svg("line", { class: "axis", x1: left, x2: width, y1: bottom, y2: bottom }),
  );
  return nodes.flat(3).filter(Boolean);
}

function across(part, state, player, width) {
  const [left, right] = [30, width - 42];
  const x = linear(0, part.top, left, right);
  const column = state.columns?.[0] ?? {};
  const blocks = blocksOf(column);
  const end = blocks.at(-1)?.to ?? 0;
  const fitted = (one) => {
    const room = x(one.to) - x(one.from) - 4;
    const tight = textWidth(one.text, `650 12px ${player.fonts.ui}`) > room;
    return tight ? { ...one, text: /\[.*\]/.exec(one.text)?.[0] ?? "" } : one;
  };
  return [
    blocks.map((one) =>
      block(x(one.from) + 1, 4, x(one.to) - x(one.from) - 2, 22, fitted(one), column.gone),
    ),
    svg("path", { class: "axis", d: `M${left} 29H${right}` }),
    (part.ticks ?? []).map((tick) => [
      svg("line", { class: "axis", x1: x(tick), x2: x(tick), y1: 29, y2: 33 }),
      lettering(x(tick), 44, tick === end ? "ink" : "", [tickText(tick)]),
    ]),
    column.sum?.length > 0 &&
      lettering(x(end) + 8, 20, "ink", player.rich(column.sum, spanned), "start"),
  ]
    .flat(3)
    .filter(Boolean);
}
