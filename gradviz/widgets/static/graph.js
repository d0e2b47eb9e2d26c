/** The graph: cards, wires, and what a step makes of them. */

import { PARTS, button, html, icon, same, set, spanned, svg } from "./dom.js";
import { drawCard, showCard } from "./cards.js";
import { fillPill } from "./pills.js";

const FULL = { width: 376, height: 420 };
/** A picture that is larger by less than this is shown a little smaller instead. */
const SLACK = 1.09;
/** Beside the texts of a stepper there is room for a picture that is wider by this. */
const ROOM = 96;
/** In a plot, what stands left of a wide picture gives way: the width of both, and its least. */
const BODY = 866;
const LEAST_LEFT = 284;
const AT_REST = {};

/** @param {any} part @param {any} player */
PARTS.graph = (part, player) => {
  const layers = { holders: svg("g"), wires: svg("g"), cards: svg("g"), pills: svg("g") };
  const drawing = svg(
    "svg",
    {
      class: "picture",
      viewBox: `0 0 ${part.width} ${part.height}`,
      role: "img",
      "aria-label": player.story.alt || player.story.title,
      style: `max-width:${part.width}px`,
    },
    layers.holders,
    layers.wires,
    layers.cards,
    layers.pills,
  );
  const wires = part.wires.map((wire) => drawWire(wire, layers));
  const cards = part.cards.map((card) => drawCard(card, layers, player));
  const view = makeView(part, drawing, player);
  const first = player.story.still ? uppermost(part.cards) : part.cards[0];
  return {
    element: view.element,
    draw({ cards: cardStates = AT_REST, wires: wireStates = AT_REST }) {
      for (const wire of wires) change(wire, wireStates[wire.wire.id] ?? AT_REST, showWire, player);
      for (const card of cards) change(card, cardStates[card.card.id] ?? AT_REST, showCard, player);
      const active = part.cards.filter(({ id }) => /active|error/.test(cardStates[id]?.mark));
      view.follow(active.length || player.step ? active : [first]);
    },
  };
};

function change(item, state, show, player) {
  if (item.state && same(item.state, state)) return;
  item.state = state;
  show(item, state, player);
}

const TIPS = { d: "h9l-4.5 8z", u: "h9l-4.5 -8z", r: "v9l8 -4.5z", l: "v9l-8 -4.5z" };
const TIP_STARTS = { d: [-4.5, -8], u: [-4.5, 8], r: [-8, -4.5], l: [8, -4.5] };

/** @param {[number, number, "d"|"u"|"r"|"l"]} arrow */
function arrowHead([x, y, direction], thick) {
  if (thick) return `M${x - 7} ${y - 11}h14l-7 11z`;
  const [dx, dy] = TIP_STARTS[direction];
  return `M${x + dx} ${y + dy}${TIPS[direction]}`;
}

const SCISSORS =
  "M5.4 5.4 14 12M5.4 10.6 14 4M1.2 4a2.3 2.3 0 1 0 4.6 0a2.3 2.3 0 1 0-4.6 0" +
  "M1.2 12a2.3 2.3 0 1 0 4.6 0a2.3 2.3 0 1 0-4.6 0";

function drawWire(wire, layers) {
  const kind = wire.kind ?? "wire";
  const dashed = kind === "ghost" || kind === "cut";
  const group = svg(
    "g",
    { "data-edge": wire.id },
    svg("path", { class: "way", d: wire.d, pathLength: dashed ? null : 1 }),
    wire.arrow && svg("path", { class: "tip", d: arrowHead(wire.arrow, kind === "many") }),
  );
  const pill = svg("g");
  if (wire.scissors) {
    const [x, y, turn] = wire.scissors;
    group.append(
      svg("path", { class: "gap", d: `M${x - 13} ${y - 13}h26v26h-26z` }),
      svg("path", {
        class: "scissors",
        d: SCISSORS,
        transform: `translate(${x},${y})rotate(${turn})scale(1.25)translate(-8,-8)`,
      }),
    );
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
  if (!(done ? state.short : (state.text ?? state.heat))) return;
  set(pill, { class: `pill ${mark}` });
  if (done) {
    const [x, y, anchor] = wire.done;
    const text = svg("text", { x, y, "text-anchor": anchor });
    text.append(...player.rich(state.short, spanned));
    pill.append(text);
  } else fillPill(pill, wire.pill, state, player);
}

/** Where a drawing is read from: what is folded may stand further down. */
const uppermost = (cards) => cards.reduce((best, card) => (card.y < best.y ? card : best));

/** The window on the drawing: 1 to 1; beyond a size it scrolls, and can be made to fit. */
function makeView(part, drawing, player) {
  const still = player.story.layout === "drawing";
  const large = part.width > FULL.width * SLACK || part.height > FULL.height * SLACK;
  const frame = html("div", { class: "window" }, drawing);
  const roomy = large && part.width <= FULL.width + ROOM && part.height <= FULL.height * SLACK;
  if (roomy) player.stage = part.width + 33;
  player.left = Math.max(LEAST_LEFT, BODY - part.width);
  const look = `view${large ? " large" : ""}${roomy ? " roomy" : ""}`;
  const element = html("figure", { class: look }, frame);
  if (!large) return { element, follow() {} };
  drawing.style.width = `${part.width}px`;
  frame.tabIndex = 0;
  if (!still) frame.style.height = `${Math.min(part.height, FULL.height) + 24}px`;
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
