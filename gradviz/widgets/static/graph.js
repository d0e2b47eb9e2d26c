/** The graph: cards, wires, and what a step makes of them. */

import { PARTS, button, html, icon, same, set, spanned, svg, textWidth } from "./dom.js";

const FULL = { width: 376, height: 420 };
/** A picture that is larger by less than this is shown a little smaller instead. */
const SLACK = 1.09;
const CELL = 9;
const AT_REST = {};

/** @param {any} part @param {any} player */
PARTS.graph = (part, player) => {
  const layers = { holders: svg("g"), wires: svg("g"), cards: svg("g"), pills: svg("g") };
  const drawing = svg("svg", {
    class: "picture", viewBox: `0 0 ${part.width} ${part.height}`, role: "img",
    "aria-label": player.story.alt || player.story.title, style: `max-width:${part.width}px`,
  }, layers.holders, layers.wires, layers.cards, layers.pills);
  const wires = part.wires.map((wire) => drawWire(wire, layers));
  const cards = part.cards.map((card) => drawCard(card, layers, player));
  const view = makeView(part, drawing, player);
  return {
    element: view.element,
    draw({ cards: cardStates = AT_REST, wires: wireStates = AT_REST }) {
      for (const wire of wires) change(wire, wireStates[wire.wire.id] ?? AT_REST, showWire, player);
      for (const card of cards) change(card, cardStates[card.card.id] ?? AT_REST, showCard, player);
      view.follow(part.cards.filter(({ id }) => /active|error/.test(cardStates[id]?.mark)));
    },
  };
};

function change(item, state, show, player) {
  if (item.state && same(item.state, state)) return;
  item.state = state;
  show(item, state, player);
}

/** How a small matrix is tinted: grey for plus, purple for minus. */
export const tint = (value, greatest) => {
  const share = value === 0 ? 0.04 : 0.12 + 0.6 * Math.min(1, Math.abs(value) / (greatest || 1));
  return `fill:var(--${value < 0 ? "neg" : "pos"});fill-opacity:${share.toFixed(3)}`;
};

/** Cells around a centre. @returns {{nodes: Element[], width: number}} */
function thumbnail({ cells }, x, y, width, height) {
  const greatest = Math.max(...cells.flat().map(Math.abs));
  const total = { width: width * (cells[0]?.length ?? 0), height: height * cells.length };
  const nodes = cells.flatMap((row, i) => row.map((value, j) => svg("rect", {
    class: "cell", x: x - total.width / 2 + j * width, y: y - total.height / 2 + i * height,
    width, height, style: tint(value, greatest),
  })));
  return { nodes, width: total.width };
}

const TIPS = { d: "h9l-4.5 8z", u: "h9l-4.5 -8z", r: "v9l8 -4.5z", l: "v9l-8 -4.5z" };
const TIP_STARTS = { d: [-4.5, -8], u: [-4.5, 8], r: [-8, -4.5], l: [8, -4.5] };

/** @param {[number, number, "d"|"u"|"r"|"l"]} arrow */
function arrowHead([x, y, direction], thick) {
  if (thick) return `M${x - 7} ${y - 11}h14l-7 11z`;
  const [dx, dy] = TIP_STARTS[direction];
  return `M${x + dx} ${y + dy}${TIPS[direction]}`;
}

const SCISSORS = "M5.4 5.4 14 12M5.4 10.6 14 4M1.2 4a2.3 2.3 0 1 0 4.6 0a2.3 2.3 0 1 0-4.6 0" +
  "M1.2 12a2.3 2.3 0 1 0 4.6 0a2.3 2.3 0 1 0-4.6 0";

function drawWire(wire, layers) {
  const kind = wire.kind ?? "wire";
  const dashed = kind === "ghost" || kind === "cut";
  const group = svg("g", { "data-edge": wire.id },
    svg("path", { class: "way", d: wire.d, pathLength: dashed ? null : 1 }),
    wire.arrow && svg("path", { class: "tip", d: arrowHead(wire.arrow, kind === "many") }));
  const pill = svg("g");
  if (wire.scissors) {
    const [x, y, turn] = wire.scissors;
    group.append(svg("path", { class: "gap", d: `M${x - 13} ${y - 13}h26v26h-26z` }),
      svg("path", { class: "scissors", d: SCISSORS,
        transform: `translate(${x},${y})rotate(${turn})scale(1.25)translate(-8,-8)` }));
  }
  if (wire.at && wire.label) {
    const [x, y, anchor] = wire.at;
    const look = kind === "cut" ? "label mono" : "label";
    layers.pills.append(svg("text", { class: look, x, y: y + 4, "text-anchor": anchor }, wire.label));
  }
  layers.wires.append(group);
  layers.pills.append(pill);
  return { wire, kind, group, pill, state: null };
}

function showWire({ wire, kind, group, pill }, state, player) {
  const mark = state.mark ?? "waiting";
  set(group, { class: `wire ${kind} ${mark}` });
  pill.replaceChildren();
  const done = mark === "done";
  if (!(done ? state.short : state.text ?? state.heat)) return;
  set(pill, { class: `pill ${mark}` });
  if (done) {
    const [x, y, anchor] = wire.done;
    const text = svg("text", { x, y, "text-anchor": anchor });
    text.append(...player.rich(state.short, spanned));
    pill.append(text);
  } else fillPill(pill, wire.pill, state, player);
}

/** A rounded box around a text, with a small matrix before it where there is one. */
function fillPill(pill, [x, y], { text, heat }, player) {
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

const ROUND = { leaf: 12, ghost: 11, fold: 12, module: 12 };

function drawCard(card, layers, player) {
  const { x, y, width, height } = card;
  const kind = card.kind ?? "op";
  const item = { card, kind, state: null, group: svg("g", { "data-node": card.id }) };
  const { group } = item;
  if (card.tooltip) group.append(svg("title", {}, card.tooltip));
  const box = (look, grow) => svg("rect", { class: look, x: x - grow, y: y - grow,
    width: width + 2 * grow, height: height + 2 * grow, rx: (ROUND[kind] ?? 8) + grow });
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
  if (count) item.group.append(svg("text", { class: "times", x: x + width - 16, y: y + 20 }, `× ${count}`));
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
  if (count) item.group.append(svg("text", { class: "times", x: x + width - 12, y: y + 18 }, `× ${count}`));
  if (pocket) drawPocket(item, x + width - room, room);
  item.group.append(svg("g", { class: "bang" }, svg("circle", { cx: x + width, cy: y, r: 9 }),
    svg("path", { d: `M${x + width} ${y - 4.5}v5.5M${x + width} ${y + 4}v.4` })));
}

function drawPocket(item, left, width) {
  const { y, height, pocket } = item.card;
  const d = `M${left} ${y + 2}h${width - 8}a6 6 0 0 1 6 6v${height - 16}a6 6 0 0 1 -6 6h${8 - width}z`;
  item.pocket = svg("text", { class: "pocket-name", x: left + width / 2, y: y + 16 });
  item.group.append(svg("path", { class: "pocket", d }),
    svg("line", { class: "divider", x1: left, x2: left, y1: y + 6, y2: y + height - 6 }),
    item.pocket, svg("text", { class: "pocket-value", x: left + width / 2, y: y + 32 }, pocket));
}

function drawLeaf(item, player) {
  const { x, y, width, height, grad: [left, room], title, sockets = [] } = item.card;
  drawTitle(item, height / 2 - 3, height / 2 + 14, left - x - 16, player);
  const box = (look, style) => svg("rect", { class: look, x: left, y: y + 8, width: room, height: height - 16, rx: 6, style });
  const middle = left + room / 2;
  item.level = svg("rect", { class: "level", x: left, width: room, rx: 6 });
  item.grad = svg("text", { class: "grad", "data-grad": title, x: middle, y: y + height - 17 });
  item.cells = svg("g");
  item.sockets = sockets.map((at) => svg("circle", { class: "socket", cx: at, cy: y, r: 4.5 }));
  item.meet = svg("g", { class: "pill active" });
  item.group.append(box("ground", "stroke:none"), item.level, box("ground", "fill:none"),
    svg("text", { class: "grad-name", x: middle, y: y + 21 }, ".grad"), item.grad, item.cells);
  item.group.append(...item.sockets, item.meet);
  return item;
}

function showCard(item, state, player) {
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
  const { y, height, grad: [left, room], meet: place } = item.card;
  const inner = height - 16;
  const text = heat ? "" : grad ?? "None";
  item.grad.textContent = text;
  const small = text.length > 7;
  set(item.grad, { class: `grad${text === "None" ? " none" : ""}${small ? " small" : ""}` });
  squeeze(item.grad, `700 ${small ? 12.5 : 15}px ${player.fonts.ui}`, room - 6);
  item.cells.replaceChildren();
  if (heat) {
    const rows = heat.cells.length;
    const wide = Math.min(14, (room - 8) / heat.cells[0].length);
    const centre = y + 8 + 17 + (inner - 21) / 2;
    item.cells.append(...thumbnail(heat, left + room / 2, centre, wide, Math.min(13, (inner - 22) / rows)).nodes);
  }
  set(item.level, { y: y + 8 + inner * (1 - level), height: inner * level });
  item.sockets.forEach((at, k) => set(at, { class: `socket ${sockets[k] ?? ""}` }));
  item.meet.replaceChildren();
  if (meet) fillPill(item.meet, place ?? [item.card.x + item.card.width / 2, y - 15], { text: meet }, player);
}

/** The window on the drawing: 1 to 1; beyond a size it scrolls, and can be made to fit. */
function makeView(part, drawing, player) {
  const still = player.story.layout === "drawing";
  const large = part.width > FULL.width * SLACK || part.height > FULL.height * SLACK;
  const frame = html("div", { class: "window" }, drawing);
  const element = html("figure", { class: `view${large ? " large" : ""}` }, frame);
  if (!large) return { element, follow() {} };
  drawing.style.width = `${part.width}px`;
  frame.tabIndex = 0;
  if (!still) frame.style.height = `${FULL.height + 24}px`;
  const press = () => set(fit, { "aria-pressed": String(element.classList.toggle("fitted")) });
  const fit = button("Fit the whole graph into view", "b icon fit", press, icon("fit"));
  element.append(fit);
  let waiting = 0;
  const centre = (active) => {
    const x = active.reduce((sum, card) => sum + card.x + card.width / 2, 0) / active.length;
    const y = active.reduce((sum, card) => sum + card.y + card.height / 2, 0) / active.length;
    const behavior = player.box.classList.contains("advancing") ? "smooth" : "instant";
    frame.scrollTo({ left: x - frame.clientWidth / 2, top: y - frame.clientHeight / 2 + 30, behavior });
  };
  return {
    element,
    follow(active) {
      cancelAnimationFrame(waiting);
      if (active.length && !element.classList.contains("fitted"))
        waiting = requestAnimationFrame(() => centre(active));
    },
  };
}
