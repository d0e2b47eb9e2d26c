/** What the code printed, the last line in ink. */

import { PARTS, html } from "./dom.js";

/** @param {any} part @param {any} player */
PARTS.output = (part, player) => {
  const lines = html("pre", { "aria-label": "printed output" });
  const element = html(
    "div",
    { class: "output-part" },
    part.title && html("div", { class: "part-title" }, player.rich(part.title)),
    lines,
  );
  return {
    element,
    signature: (state) => String(state.lines?.length ?? 0),
    draw(state) {
      const printed = state.lines ?? [];
      const lit = state.lit ?? printed.length - 1;
      lines.replaceChildren(
        ...printed.map((line, k) =>
          html("span", { class: k === lit ? "on" : null }, player.rich(line), "\n"),
        ),
      );
    },
  };
};
