/** The bar under a story: back, next or play, the track of steps, the count, and the menu. */

import { PARTS, button, html, icon, set, svg } from "./dom.js";

const SHORT = 12;

/** @param {any} player */
export function makeBar(player) {
  const long = player.longest > SHORT && !player.story.predict;
  const track = makeTrack(player, long);
  const count = html("span", { class: "count" });
  const score = html("span", { class: "score", hidden: true });
  const menu = makeMenu(player);
  const controls = (long ? PARTS.playing : shortControls)(player);
  const element = html(
    "div",
    { class: `bar ${long ? "long" : "short"}`, role: "group", "aria-label": "steps" },
    controls.before,
    track.element,
    score,
    count,
    long && button("All steps as a table", "b icon table", () => player.toggleTable(), icon("table")),
    menu.element,
  );
  if (long) menu.list.append(controls.speed(menu.entry));
  return {
    element,
    score,
    primary: controls.primary,
    press: controls.press,
    stop: controls.stop,
    draw() {
      const { step, last } = player;
      track.draw();
      controls.draw();
      const [now, end] = player.counted();
      count.replaceChildren(html("span", { class: "word" }, "step "), html("b", {}, now), ` / ${end}`);
      controls.first.forEach((at) => (at.disabled = step === 0));
      controls.ends.forEach((at) => (at.disabled = step === last));
    },
  };
}

function shortControls(player) {
  const back = button("Previous step", "b icon back", () => player.go(player.step - 1), icon("back"));
  const word = html("span", {}, "Next");
  const sign = html("span", {});
  const controls = {
    first: [back],
    ends: [],
    stop() {},
    press: () => (player.step === player.last ? player.go(0) : player.go(player.step + 1)),
    draw() {
      const { step, last, asking } = player;
      const name = asking ? "Check" : step === last ? "Again" : step === 0 ? "Start" : "Next";
      const label =
        { Check: "Check my answer", Again: "Again: start over", Start: "Start: next step" }[name] ??
        "Next step";
      if (word.textContent === name) return;
      word.textContent = name;
      sign.replaceChildren(icon(name === "Again" ? "again" : "forward"));
      set(controls.primary, { "aria-label": label, title: label });
    },
  };
  sign.append(icon("forward"));
  controls.primary = button("Next step", "b primary next", () => player.press(), word, sign);
  word.textContent = "";
  controls.before = [back, controls.primary];
  return controls;
}

/** The slider over a line that is blue as far as the story has come; dots where there is room. */
function makeTrack(player, long) {
  const drawing = svg("svg", { "aria-hidden": "true" });
  const slide = () => {
    player.stop();
    player.go(+range.value, { slid: true });
  };
  const range = html("input", {
    type: "range",
    min: 0,
    max: 1,
    value: 0,
    "aria-label": "Step",
    input: slide,
  });
  const element = html("div", { class: "track" }, drawing, range);
  let width = 0;
  const draw = () => {
    const { step, last } = player;
    const at = (k) => 10 + ((width - 20) * k) / (last || 1);
    const line = (to, color) =>
      svg("line", { x1: 10, x2: to, y1: 18, y2: 18, style: `stroke:var(--${color})` });
    drawing.replaceChildren(line(width - 10, "hair"), line(at(step), "done"));
    if (!long && (width - 20) / last >= 9)
      for (let k = 0; k <= last; k++)
        drawing.append(svg("circle", { cx: at(k), cy: 18, r: 3.5, class: k <= step ? "past" : null }));
    for (const [name, start] of player.phases)
      drawing.append(
        svg(
          "text",
          { x: at(start), y: 3, "text-anchor": start ? "middle" : "start" },
          width < 240 ? name.split(" ")[0] : name,
        ),
      );
    set(range, { max: last, "aria-valuetext": `step ${step} of ${last}` });
    range.value = step;
  };
  new ResizeObserver(() => {
    if (element.clientWidth && element.clientWidth !== width) {
      width = element.clientWidth;
      draw();
    }
  }).observe(element);
  return { element, draw };
}

function makeMenu(player) {
  const list = html("div", { class: "menu", role: "menu", hidden: true });
  const opener = button("More", "b icon more", () => show(list.hidden), icon("more"));
  const show = (open) => {
    list.hidden = !open;
    set(opener, { "aria-expanded": String(open) });
    if (open) list.firstElementChild.focus();
  };
  const entry = (name, act) =>
    html(
      "button",
      {
        type: "button",
        role: "menuitem",
        click: () => {
          show(false);
          act();
          opener.focus();
        },
      },
      name,
    );
  list.append(
    entry("All steps as a table", () => player.toggleTable()),
    entry("This step as SVG", () => player.saveStep("svg")),
    entry("This step as PNG", () => player.saveStep("png")),
    entry("Copy a link to this step", () => player.copyLink(opener)),
    entry("Full screen", () => player.fullScreen()),
  );
  const key = (event) => {
    if (list.hidden) return;
    const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const entries = [...list.children];
    if (event.key === "Escape") return show(false), opener.focus();
    if (!way) return;
    event.preventDefault();
    event.stopPropagation();
    entries.at((entries.indexOf(event.target) + way) % entries.length).focus();
  };
  const leave = (event) => list.hidden || element.contains(event.relatedTarget) || show(false);
  const element = html("div", { class: "more", keydown: key, focusout: leave }, opener, list);
  return { element, list, entry };
}
