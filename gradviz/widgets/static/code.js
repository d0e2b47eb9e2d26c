/** The learner's lines: the lit one, the lit stretch of it, and what each line left behind. */

import { PARTS, html } from "./dom.js";

const LINE = 20;
const KEYWORDS = /\b(for|in|with|def|return|import|from|as|if|else|while)\b/;

/** @param {any} part @param {any} player */
PARTS.code = (part, player) => {
  const lines = html("pre", {
    class: "lines",
    tabindex: "0",
    role: "region",
    "aria-label": "source code",
  });
  const loop = player.story.layout === "plot";
  const cell = part.cell ? PARTS.cell(player) : null;
  const element = html(
    "div",
    { class: `code-part${loop ? " loop" : ""}${cell ? " cell" : ""}` },
    cell ? [cell.prompt, lines, cell.run, cell.output] : lines,
  );
  const switches = new Map((part.switches ?? []).map(([line, axis]) => [line, switchOf(axis, player)]));
  const visible = part.visible ?? 4;
  const scrolls = part.lines.length > visible && !loop;
  if (scrolls) lines.style.maxHeight = `${visible * LINE}px`;
  const cards = player.story.parts.find(({ kind }) => kind === "graph")?.cards ?? [];
  const of = part.lines.map((_, k) =>
    cards
      .filter(({ line }) => line === k)
      .map(({ id }) => id)
      .join(" "),
  );
  let before = -1;
  return {
    element,
    signature: (state) =>
      loop ? Object.keys(state.below ?? {}).join() + (state.output ? "o" : "") : "",
    draw(state) {
      const lit = [state.line ?? []].flat();
      lines.replaceChildren(
        ...part.lines.map((text, k) =>
          drawLine(
            { text, k, lit: lit.includes(k), state, loop, tool: switches.get(k), of: of[k] },
            player,
          ),
        ),
      );
      if (scrolls && lit.length && lit[0] !== before)
        lines.scrollTop = LINE * Math.max(0, Math.min(lit[0] - 2, part.lines.length - visible));
      before = lit[0] ?? -1;
      cell?.draw(state, element);
    },
  };
};

function drawLine({ text, k, lit, state, loop, tool, of }, player) {
  const off = state.off?.includes(k);
  const written = state.texts?.[k]
    ? player.rich(state.texts[k])
    : lit
      ? stretch(text, state, loop)
      : words(text, loop);
  const look = `line${lit ? " on" : ""}${off ? " off" : ""}${tool ? " switched" : ""}`;
  const note = state.notes?.[k];
  const below = state.below?.[k];
  return html(
    "span",
    { class: look, "data-line": k, "data-of": of || null },
    html("span", { class: "text" }, off ? html("s", {}, text) : written),
    note && html("span", { class: `note${state.error === k ? " error" : ""}` }, player.rich(note)),
    tool,
    below && html("span", { class: "below" }, player.rich(below)),
  );
}

/** The line with the stretch that is at work under an underline. */
function stretch(text, { from, to }, loop) {
  if (!to) return words(text, loop);
  return [text.slice(0, from), html("span", { class: "hit" }, text.slice(from, to)), text.slice(to)];
}

const words = (text, loop) =>
  loop
    ? text.split(KEYWORDS).map((word, k) => (k % 2 ? html("span", { class: "word" }, word) : word))
    : text;

const switchOf = (name, player) => {
  const axis = player.story.axes.findIndex((one) => one.name === name);
  return PARTS.controls && axis >= 0 ? player.controlOf(axis).element : null;
};
