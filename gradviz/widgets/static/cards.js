/** The cards of a graph: what stands on them, and what a step makes of it. */

import { set, svg, textWidth } from "./dom.js";
import { fillPill, thumbnail } from "./pills.js";

const ROUND = { leaf: 12, ghost: 11, fold: 12, module: 12 };

export function drawCard(card, layers, player) {
  const { x, y, width, height } = card;
  const kind = card.kind ?? "op";
  const item = { card, kind, state: null, group: svg("g", { "data-node": card.id }) };
  const { group } = item;
  if (card.tooltip) group.append(svg("title", {}, card.tooltip));
  const box = (look, grow) =>
    svg("rect", {
      class: look,
      x: x - grow,
      y: y - grow,
      width: width + 2 * grow,
      height: height + 2 * grow,
      rx: (ROUND[kind] ?? 8) + grow,
    });
  if (kind === "fold")
    for (const shift of [10, 5])
      group.append(svg("rect", { class: "sheet", x: x + shift, y: y + shift, width, height, rx: 12 }));
  if (kind !== "call" && kind !== "ghost") group.append(box("halo", 4));
  if (kind !== "call") group.append(box("sheet", 0));
  DRAWN[kind]?.(item, player) ?? drawOp(item, player);
  if (card.step != null) {
    group.classList.add("goes");
    group.addEventListener("click", () => player.go(card.step));
  }
  (card.open ? layers.holders : layers.cards).append(group);
  return item;
}

const DRAWN = {
  ghost: drawCentred,
  call: drawCentred,
  leaf: drawLeaf,
  fold: (item, player) => (item.card.open ? drawHolder(item) : drawOp(item, player), item),
  module: (item, player) => (item.card.open ? drawHolder(item) : drawOp(item, player), item),
};

function drawCentred(item) {
  const { x, y, width, height, title } = item.card;
  item.group.append(svg("text", { class: "name", x: x + width / 2, y: y + height / 2 + 4 }, title));
  return item;
}

/** A fold or a module that is open: its name at the top, its cards inside. */
function drawHolder(item) {
  const { x, y, width, title, count } = item.card;
  if (count)
    item.group.append(svg("text", { class: "times", x: x + width - 16, y: y + 20 }, `× ${count}`));
  else item.group.append(svg("text", { class: "kind", x: x + 12, y: y + 16 }, title));
  return item;
}

function drawTitle(item, top, below, room, player) {
  const { x, y, title, value, subtitle } = item.card;
  item.title = svg("text", { class: "name", x: x + 12, y: y + top }, svg("tspan", {}, title));
  item.value = svg("tspan", { class: "value" });
  if (value != null) item.title.append(svg("tspan", { class: "is" }, " = "), item.value);
  item.value.textContent = value ?? "";
  squeeze(item.title, `700 13px ${player.fonts.mono}`, room);
  item.subtitle = svg("text", { class: "kind", x: x + 12, y: y + below }, subtitle);
  squeeze(item.subtitle, `11px ${player.fonts.mono}`, room);
  item.group.append(item.title, item.subtitle);
}

/** Keeps a text inside its card where the page's font is wider than reckoned. */
function squeeze(text, font, room) {
  const tight = textWidth(text.textContent, font) > room;
  set(text, { textLength: tight ? room : null, lengthAdjust: tight ? "spacingAndGlyphs" : null });
}

function drawOp(item, player) {
  const { x, y, width, height, pocket, pocket_width: room = 0, count } = item.card;
  drawTitle(item, 18, 33, width - 20 - (pocket ? room : 0), player);
  if (count)
    item.group.append(svg("text", { class: "times", x: x + width - 12, y: y + 18 }, `× ${count}`));
  if (pocket) drawPocket(item, x + width - room, room);
  item.group.append(
    svg(
      "g",
      { class: "bang" },
      svg("circle", { cx: x + width, cy: y, r: 9 }),
      svg("path", { d: `M${x + width} ${y - 4.5}v5.5M${x + width} ${y + 4}v.4` }),
    ),
  );
}

function drawPocket(item, left, width) {
  const { y, height, pocket } = item.card;
  const d = `M${left} ${y + 2}h${width - 8}a6 6 0 0 1 6 6v${height - 16}a6 6 0 0 1 -6 6h${8 - width}z`;
  item.pocket = svg("text", { class: "pocket-name", x: left + width / 2, y: y + 16 });
  item.group.append(
    svg("path", { class: "pocket", d }),
    svg("line", { class: "divider", x1: left, x2: left, y1: y + 6, y2: y + height - 6 }),
    item.pocket,
    svg("text", { class: "pocket-value", x: left + width / 2, y: y + 32 }, pocket),
  );
}

function drawLeaf(item, player) {
  const {
    x,
    y,
    height,
    grad: [left, top, room, high],
    title,
    sockets = [],
  } = item.card;
  const line = (top - y > 8 ? top - y : height) / 2;
  drawTitle(item, line - 3, line + 14, Math.max(left - x - 16, room - 8), player);
  const box = (look, style) =>
    svg("rect", { class: look, x: left, y: top, width: room, height: high, rx: 6, style });
  const middle = left + room / 2;
  item.level = svg("rect", { class: "level", x: left, width: room, rx: 6 });
  item.grad = svg("text", { class: "grad", "data-grad": title, x: middle, y: top + high - 9 });
  item.cells = svg("g");
  item.sockets = sockets.map((at) => svg("circle", { class: "socket", cx: at, cy: y, r: 4.5 }));
  item.meet = svg("g", { class: "pill active" });
  item.group.append(
    box("ground", "stroke:none"),
    item.level,
    box("ground", "fill:none"),
    svg("text", { class: "grad-name", x: middle, y: top + 13 }, ".grad"),
    item.grad,
    item.cells,
    ...item.sockets,
    item.meet,
  );
  return item;
}

export function showCard(item, state, player) {
  const { card, kind, group } = item;
  const mark = state.mark ?? "waiting";
  const goes = card.step != null ? " goes" : "";
  set(group, { class: `card ${kind} ${mark} pocket-${state.pocket ?? "saved"}${goes}` });
  if (item.pocket) item.pocket.textContent = state.pocket === "freed" ? "freed" : "saved";
  if (item.subtitle) item.subtitle.textContent = state.subtitle ?? card.subtitle ?? "";
  if (item.value) item.value.textContent = state.value ?? card.value ?? "";
  if (kind === "leaf") showGradient(item, state, player);
}

function showGradient(item, { grad, heat, level = 0, sockets = [], meet }, player) {
  const {
    y,
    grad: [left, top, room, inner],
    meet: place,
  } = item.card;
  const text = heat ? "" : (grad ?? "None");
  item.grad.textContent = text;
  const small = text.length > 7;
  set(item.grad, { class: `grad${text === "None" ? " none" : ""}${small ? " small" : ""}` });
  squeeze(item.grad, `700 ${small ? 12.5 : 15}px ${player.fonts.ui}`, room - 6);
  item.cells.replaceChildren();
  if (heat) {
    const rows = heat.cells.length;
    const wide = Math.min(14, (room - 8) / heat.cells[0].length);
    const centre = top + 17 + (inner - 21) / 2;
    item.cells.append(
      ...thumbnail(heat, left + room / 2, centre, wide, Math.min(13, (inner - 22) / rows)).nodes,
    );
  }
  set(item.level, { y: top + inner * (1 - level), height: inner * level });
  item.sockets.forEach((at, k) => set(at, { class: `socket ${sockets[k] ?? ""}` }));
  item.meet.replaceChildren();
  if (meet)
    fillPill(item.meet, place ?? [item.card.x + item.card.width / 2, y - 15], { text: meet }, player);
}
