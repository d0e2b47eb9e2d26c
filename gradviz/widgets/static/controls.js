/** What a learner may move besides the step: sliders, switches, choices, and the variants' tabs. */

import { PARTS, button, html, set, svg } from "./dom.js";
import { makeChoosing, nearestTo } from "./choosing.js";
import { makeField } from "./field.js";
import { printed } from "./values.js";

const NOT_STORED = "without a kernel this is not precomputed together with the other choices";

/** @param {any} player */
PARTS.controls = (player) => {
  const { story, shell } = player;
  const axes = story.axes ?? [];
  player.controlOf = (axis) => (made[axis] ??= MAKERS[axes[axis].control ?? "slider"](player, axis));
  makeChoosing(player);
  player.values = () =>
    Object.fromEntries(
      player.story.axes.flatMap(({ name, values, control }, k) =>
        control === "weights" ? [] : [[name, values[player.places[k]]]],
      ),
    );
  const made = [];
  axes.forEach((axis, k) => (player.names[axis.name] ??= (word) => axisText(player, k, word)));
  const standing = (place) =>
    axes.flatMap((axis, k) => ((axis.where ?? "row") === place ? [player.controlOf(k).element] : []));
  const row = standing("row");
  const head = standing("head");
  const tabs = shell.stories.length > 1 && makeTabs(player);
  return {
    tabs,
    head: (head.length > 0 || tabs) && head,
    row: row.length > 0 && html("div", { class: "controls" }, row),
    draw: () => made.forEach((control) => control.draw()),
  };
};

/** @param {any} player @param {number} axis @param {string} [word] */
function axisText(player, axis, word) {
  const { values, texts, control } = player.story.axes[axis];
  if (control === "weights") return weightText(player.weights[axis], word);
  const index = player.places[axis];
  return texts?.[index] ?? printed(values[index]);
}

/** One weight, or all of them as they stand in code. */
const weightText = (weights, word) =>
  word === "list"
    ? "[" +
      weights
        .map((weight) => (Number.isInteger(weight) ? weight + "." : +weight.toPrecision(4)))
        .join(", ") +
      "]"
    : printed(weights[+word]);

const MAKERS = { slider: makeSlider, switch: makeSwitch, choice: makeChoice, weights: makePresets };

function makeSlider(player, axis) {
  const { name, values } = player.story.axes[axis];
  const first =
    player.story.axes.findIndex(({ control }) => (control ?? "slider") === "slider") === axis;
  const field = makeField(player, name, (value) => takeTyped(player, axis, value));
  const status = html("span", { class: "status" });
  const { runs } = player.story;
  const range = html("input", {
    type: "range",
    min: 0,
    max: values.length - 1,
    step: player.isLive ? "any" : 1,
    "aria-label": name,
    value: player.places[axis],
    input: () =>
      player.isLive
        ? player.wish(axis, valueBetween(values, +range.value))
        : player.move(axis, +range.value),
  });
  const statusAt = (index, at = runs) => at[player.keyOf(player.places.with(axis, index))]?.status ?? "";
  const words = first ? Object.values(runs).map(({ status: word }) => word?.length ?? 0) : [0];
  status.style.minWidth = `${0.58 * Math.max(...words)}em`;
  if (values.length < 7) range.style.width = "72px";
  return {
    element: html("label", { class: "control" }, html("span", {}, name), range, field.element, status),
    draw() {
      const text = axisText(player, axis);
      const at = player.places[axis];
      const isFree = (_, k) => k !== at && player.keyOf(player.places.with(axis, k)) in player.story.runs;
      range.disabled = field.element.disabled = !player.isLive && !values.some(isFree);
      if (!player.isLive) range.value = at;
      else if (!(name in player.shell.wishes || range.matches(":active")))
        range.value = placeBetween(values, player.story.axes[axis].values[at]);
      const title = range.disabled ? NOT_STORED : null;
      set(range, { "aria-valuetext": text, title });
      set(field.element, { title });
      field.draw(text);
      status.textContent = first ? statusAt(at, player.story.runs) : "";
      if (first) range.style.setProperty("--track", trackOf(values.map((_, k) => !!statusAt(k))));
    },
  };
}

/** Goes to a number that was typed: with Python to itself, without to the nearest that is stored. */
function takeTyped(player, axis, value) {
  const { name, values } = player.story.axes[axis];
  if (player.isLive) return player.wish(axis, value);
  const place = nearestTo(values, value);
  player.move(axis, place);
  const near = axisText(player, axis);
  if (Math.abs(values[place] - value) > 1e-6 * Math.abs(value))
    player.caption.textContent = `Without Python, ${name} ${printed(value)} cannot be computed: this is ${near}, the nearest that is stored.`;
}

/** The value at a place between those of the grid. @param {number[]} values @param {number} place */
export function valueBetween(values, place) {
  const k = Math.min(values.length - 2, Math.floor(place));
  return values.length < 2
    ? values[0]
    : +(values[k] + (values[k + 1] - values[k]) * (place - k)).toPrecision(6);
}

/** Where a value stands between those of the grid. @param {number[]} values @param {number} value */
export function placeBetween(values, value) {
  const k = Math.max(
    0,
    values.findLastIndex((known) => known <= value),
  );
  const gap = values[k + 1] - values[k];
  return gap ? Math.max(0, k + (value - values[k]) / gap) : k;
}

/** The part of a slider where the run does not end well is orange. @param {boolean[]} bad */
export function trackOf(bad) {
  const end = bad.length - 1 || 1;
  const share = (k) => `${Math.round((Math.max(0, Math.min(end, k)) / end) * 1000) / 10}%`;
  const stops = bad.map(
    (isBad, k) => `var(--${isBad ? "hot" : "idle"}) ${share(k - 0.5)} ${share(k + 0.5)}`,
  );
  return bad.includes(true) ? `linear-gradient(90deg,${stops.join(",")})` : "";
}

function makeSwitch(player, axis) {
  const { name, values, texts, where } = player.story.axes[axis];
  const label = html("span", {}, where === "code" ? "" : html("code", {}, name));
  const press = () => player.move(axis, 1 - player.places[axis]);
  const element = html(
    "button",
    { type: "button", class: "switch", role: "switch", "aria-label": name, click: press },
    html("i", {}),
    label,
  );
  return {
    element: html("span", { class: "control" }, element),
    draw() {
      const index = player.places[axis];
      const free =
        player.isLive || player.keyOf(player.places.with(axis, 1 - index)) in player.story.runs;
      element.disabled = !free;
      if (where === "code") label.textContent = texts?.[index] ?? (values[index] ? "on" : "off");
      set(element, {
        "aria-checked": String(!!values[index]),
        title: free ? null : NOT_STORED,
      });
    },
  };
}

function makeChoice(player, axis) {
  const { name, values, texts, mark } = player.story.axes[axis];
  const options = values.map((value, k) => {
    const input = html("input", {
      type: "radio",
      name: `axis-${axis}`,
      value: k,
      change: () => player.move(axis, k),
    });
    return { input, label: html("label", {}, input, html("span", {}, texts?.[k] ?? String(value))) };
  });
  return {
    element: html(
      "fieldset",
      { class: "control" },
      html("legend", { class: "unseen" }, name),
      mark && keyOf(player, mark),
      html(
        "span",
        { class: "segments" },
        options.map(({ label }) => label),
      ),
    ),
    draw: () => options.forEach(({ input }, k) => (input.checked = k === player.places[axis])),
  };
}

/** The line and the dot of a mark, small: the choice beside it speaks of that mark. */
function keyOf(player, id) {
  const marks = player.story.parts.flatMap((part) => part.marks ?? []);
  const mark = marks.find((one) => one.id === id) ?? {};
  const color = `var(--${mark.tone ?? "ink"})`;
  return svg(
    "svg",
    { class: "key", viewBox: "0 0 22 10", "aria-hidden": "true" },
    svg("path", {
      d: "M0 5H22",
      stroke: color,
      "stroke-width": 2.5,
      "stroke-dasharray": mark.dashed ? "4 3" : null,
    }),
    mark.dashed
      ? svg("rect", { x: 7, y: 1, width: 8, height: 8, fill: color })
      : svg("circle", { cx: 11, cy: 5, r: 4.2, fill: color }),
  );
}

/** Buttons that set all weights at once; the sliders stand in the matrix. */
function makePresets(player, axis) {
  const { name, values, presets = [] } = player.story.axes[axis];
  player.weights ??= {};
  player.weights[axis] = [...values];
  const buttons = presets.map(([text, weights]) =>
    button(
      `${name} as in ${text}`,
      "b",
      () => {
        player.weights[axis] = [...weights];
        player.show();
      },
      text,
    ),
  );
  const same = (weights) =>
    weights.every((weight, k) => Math.abs(weight - player.weights[axis][k]) < 1e-9);
  return {
    element: html("span", { class: "presets" }, presets.length > 0 && `${name} as in`, buttons),
    draw: () => buttons.forEach((at, k) => set(at, { "aria-pressed": String(same(presets[k][1])) })),
  };
}

/** The variants of a story: tabs over a stepper, a choice in the head of a plot. */
function makeTabs(player) {
  const { shell, story } = player;
  const names = shell.stories.map(({ tab, title }) => tab || title);
  if (story.layout === "plot" || story.layout === "columns") {
    const options = names.map((name, k) =>
      html(
        "label",
        {},
        html("input", {
          type: "radio",
          name: "variant",
          checked: k === shell.index,
          change: () => shell.open(k),
        }),
        html("span", {}, name),
      ),
    );
    return html(
      "fieldset",
      { class: "control" },
      html("legend", { class: "unseen" }, "example"),
      html("span", { class: "segments" }, options),
    );
  }
  return html(
    "div",
    { class: "tabs", role: "tablist" },
    names.map((name, k) =>
      html(
        "button",
        {
          type: "button",
          role: "tab",
          "aria-selected": String(k === shell.index),
          click: () => shell.open(k),
        },
        name,
      ),
    ),
  );
}
