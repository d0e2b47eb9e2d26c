/** The number beside a slider: it reads where the slider stands, and can be typed over. */

import { html, set } from "./dom.js";
import { numberTyped } from "./typed.js";

/**
 * @param {any} player @param {string} name
 * @param {(value: number) => void} take what to do with a number that was typed
 */
export function makeField(player, name, take) {
  let shown = "";
  const element = html("input", {
    class: "field",
    inputmode: "decimal",
    autocomplete: "off",
    spellcheck: "false",
    "aria-label": `${name}, as a number`,
    focus: () => element.select(),
    change: read,
    keydown: (event) => event.key === "Escape" && show(),
  });
  const isTyping = () => element.matches(":focus") && element.value !== shown;

  function show() {
    element.value = shown;
    set(element, { "aria-invalid": null });
  }

  function read() {
    const value = numberTyped(element.value);
    if (Number.isFinite(value)) {
      shown = element.value;
      set(element, { "aria-invalid": null });
      return take(value);
    }
    const given = element.value.trim();
    const said = given ? ` “${given.slice(0, 20)}” is none.` : "";
    player.caption.textContent = `Type a number for ${name}, such as 0.5 or 1/3.${said}`;
    set(element, { "aria-invalid": "true" });
    element.select();
  }

  return {
    element,
    draw(text) {
      const keep = isTyping();
      shown = text;
      element.style.width = `${Math.max(4, text.length) + 1.5}ch`;
      if (!keep) show();
    },
  };
}
