/** Where everything stands, and how much room it keeps. */

import { PARTS, html, plainText, rich } from "./dom.js";
import { reader } from "./frames.js";
import { makeBar } from "./bar.js";

const SLOTS = { graph: "stage", equation: "equation", rule: "rule", code: "code" };
const MOST_FRAMES = 2000;
const LONGEST = 8;
const LONG_NUMBER = "−0.0000";

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
  const items = [{ element: player.caption }, ...player.parts.filter(({ signature }) => signature)];
  const widths = items.map(({ element }) => element.offsetWidth);
  const probes = items.map((item, k) => {
    const { element } = item;
    element.style.minHeight = "";
    const made = item.draw ? partProbes(player, item) : longestCaptions(player);
    for (const probe of made) probe.style = `position:absolute;width:${widths[k]}px`;
    element.after(...made);
    return made;
  });
  const heights = probes.map((made) => Math.max(0, ...made.map(({ offsetHeight }) => offsetHeight)));
  probes.flat().forEach((probe) => probe.remove());
  items.forEach(({ element }, k) => (element.style.minHeight = `${heights[k]}px`));
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
      const caption = player.captionOf(frameAt(k));
      found.set(plainText(caption, () => LONG_NUMBER), caption);
    }
  }
  const longest = [...found].sort(([a], [b]) => b.length - a.length).slice(0, LONGEST);
  return longest.map(([, runs]) =>
    html("p", { class: "caption" }, rich(runs, () => LONG_NUMBER)),
  );
}

/** One probe for each size that a part has in some frame. */
function partProbes(player, { part, element, draw, signature }) {
  const states = new Map();
  const every = Math.ceil(player.frames / MOST_FRAMES);
  for (let k = 0; k < player.frames; k += every) {
    const state = player.frameAt(k).states?.[part.id] ?? {};
    states.set(signature(state), state);
  }
  return [...states.values()].map((state) => {
    draw(state);
    return element.cloneNode(true);
  });
}
