/** What a notebook puts around a cell: its prompt, its output, a button to run it. */

import { PARTS, button, html, icon } from "./dom.js";

/** @param {any} player */
PARTS.cell = (player) => {
  let goal = null;
  const prompt = html("span", { class: "prompt" });
  const output = html("pre", { class: "printed" });
  const run = button("Run this cell", "b run", () => player.go(goal), icon("play"), "Run");
  return {
    prompt,
    output,
    run,
    draw(state, element) {
      goal = state.run ?? null;
      prompt.textContent = state.prompt ?? "In [ ]:";
      output.replaceChildren(...player.rich(state.output));
      run.disabled = goal === null;
      element.classList.toggle("now", !!state.now);
      element.classList.toggle("bare", !("run" in state) && !state.output);
    },
  };
};
