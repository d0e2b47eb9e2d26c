/** A sentence that stands in the scene. */

import { PARTS, html } from "./dom.js";

/** @param {any} part @param {any} player */
PARTS.note = (part, player) => {
  const element = html("p", { class: "note-part" });
  return {
    element,
    signature: ({ text }) => JSON.stringify(text ?? 0),
    draw: ({ text }) => element.replaceChildren(...player.rich(text ?? part.text)),
  };
};
