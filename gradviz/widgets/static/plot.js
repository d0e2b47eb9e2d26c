/** The layout of plots: head, what may be moved, picture left, code and tables right, caption below. */

import { PARTS, html } from "./dom.js";
import { slot } from "./scene.js";

/** @param {any} player */
PARTS.plot = (player) => {
  const { story, controls } = player;
  const area = ({ part }, index) => part.area ?? (index === 0 ? "left" : "right");
  const column = (name) => {
    const own = player.parts.filter((at, index) => area(at, index).split("/")[0] === name);
    const panels = [...new Set(own.map(({ part }) => part.area?.split("/")[1] ?? ""))];
    return html(
      "div",
      { class: name },
      panels.map((panel) => {
        const inside = own.filter(({ part }) => (part.area?.split("/")[1] ?? "") === panel);
        return panel ? slot("panel", inside) : inside.map(({ element }) => element);
      }),
    );
  };
  const apart = controls?.tabs && story.axes?.every(({ control }) => control === "weights");
  const right = story.right ? `--right:minmax(0,${story.right}px)` : null;
  const left = Math.min(story.left, player.left ?? story.left);
  const widths = left ? `--left:minmax(0,${left}px);--right:minmax(0,1fr)` : right;
  return [
    html(
      "div",
      { class: "head" },
      html("h2", {}, story.title),
      html("span", { class: "subtitle" }, player.rich(story.subtitle)),
      !apart && controls?.head && html("span", { class: "aside" }, controls.tabs, controls.head),
    ),
    apart
      ? html("div", { class: "controls" }, controls.tabs, [...controls.row.children])
      : controls?.row,
    html("div", { class: "body", style: widths }, column("left"), column("right")),
    slot(
      "below",
      player.parts.filter(({ part }) => part.area === "below"),
    ),
    player.captions,
    player.bar?.element,
  ];
};
