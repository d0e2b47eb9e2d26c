/** Where everything stands, and how much room it keeps. */

import { PARTS, html, plainText, rich } from "./dom.js";
import { reader } from "./frames.js";
import { makeBar } from "./bar.js";

const SLOTS = { graph: "stage", equation: "equation", rule: "rule", code: "code" };
const MOST_FRAMES = 2000;
const LONGEST = 8;

/** Builds the box of a story. @param {any} player */
export function arrange(player) {
  const { story } = player;
  player.caption = html("p", { class: "caption", "aria-live": "polite", role: "status" });
  player.captions = html("div", { class: "captions" }, player.caption);
  if (!story.still) {
    player.bar = makeBar(player);
    player.table = html(
      "div",
      { class: "all", hidden: true },
      html("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "all steps" }),
    );
  }
  const layout = { stepper, drawing }[story.layout] ?? PARTS.plot;
  const about = story.still ? "" : " Arrow keys step; Home and End jump.";
  return html(
    "section",
    {
      class: `box ${story.layout}`,
      role: "group",
      tabindex: "0",
      "aria-label": `${story.title}.${about}`,
    },
    layout(player),
    player.table,
  );
}

export const slot = (name, parts) =>
  parts.length > 0 &&
  html(
    "div",
    { class: name },
    parts.map(({ element }) => element),
  );

function stepper(player) {
  const of = (part) => (part.area === "stage" ? "stage" : (SLOTS[part.kind] ?? "extra"));
  const at = (name) =>
    slot(
      name,
      player.parts.filter(({ part }) => of(part) === name),
    );
  if (player.controls?.tabs) player.tabs = player.controls.tabs;
  const equation = at("equation") || (player.predict && html("div", { class: "equation" }));
  if (player.predict) equation.append(player.predict.element);
  return html(
    "div",
    { class: "main", style: player.stage ? `--stage-width:${player.stage}px` : null },
    at("stage"),
    player.captions,
    player.controls?.row,
    equation,
    at("rule"),
    at("extra"),
    at("code"),
    player.bar?.element,
  );
}

function drawing(player) {
  const title = html("div", { class: "head" }, html("code", {}, player.story.title));
  const at = (kind) =>
    slot(
      kind,
      player.parts.filter(({ part }) => (SLOTS[part.kind] ?? "extra") === kind),
    );
  return [title, at("stage"), at("extra"), at("code"), player.captions];
}

/**
 * Sets least heights, from the longest captions and from one frame of each size of a part. All
 * stand there unseen for one layout, and are measured together.
 */
export function reserve(player) {
  const { caption } = player;
  const items = [{ element: caption }, ...player.parts.filter(({ signature }) => signature)];
  for (const { element } of items) element.style.minHeight = "";
  for (const item of items) item.width = `${item.element.offsetWidth}px`;
  for (const item of items) {
    const { element, width } = item;
    item.probes = element === caption ? longestCaptions(player) : partProbes(player, item);
    for (const probe of item.probes) Object.assign(probe.style, { width, position: "absolute" });
    element.after(...item.probes);
  }
  const heights = items.map(({ probes }) => Math.max(0, ...probes.map((probe) => probe.offsetHeight)));
  items.forEach(({ element, probes }, k) => {
    element.style.minHeight = `${heights[k]}px`;
    for (const probe of probes) probe.remove();
  });
}

/** The longest captions of all runs. */
function longestCaptions(player) {
  const { story } = player;
  const found = new Map();
  const runs = Object.values(story.runs);
  const every = Math.ceil(runs.reduce((sum, run) => sum + run.frames.length, 0) / MOST_FRAMES);
  for (const run of runs) {
    const frameAt = reader(run.frames, story.frames);
    for (let k = 0; k < run.frames.length; k += every) {
      const frame = frameAt(k);
      const caption = player.captionOf(frame);
      const text = plainText(caption, () => "−0.0000");
      if (!found.has(text)) found.set(text, caption);
    }
  }
  const longest = [...found].sort(([a], [b]) => b.length - a.length).slice(0, LONGEST);
  return longest.map(([, runs]) => {
    const probe = player.caption.cloneNode();
    probe.append(...rich(runs, () => "−0.0000"));
    return probe;
  });
}

/** One probe for each size that a part has in some frame. */
function partProbes(player, { part, element, draw, signature }) {
  const states = new Map();
  const every = Math.ceil(player.frames / MOST_FRAMES);
  for (let k = 0; k < player.frames; k += every) {
    const state = player.frameAt(k).states?.[part.id] ?? {};
    const key = signature(state);
    if (!states.has(key)) states.set(key, state);
  }
  return [...states.values()].map((state) => {
    draw(state);
    return element.cloneNode(true);
  });
}
