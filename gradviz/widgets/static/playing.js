/** The controls of a long story: first, back, play, forward, last, and how fast it plays. */

import { PARTS, button, icon, set } from "./dom.js";

/** @param {any} player */
PARTS.playing = (player) => {
  const to = (look, label, goal) =>
    button(
      label,
      `b icon ${look}`,
      () => {
        controls.stop();
        player.go(goal());
      },
      icon(look),
    );
  const first = to("first", "First step (Home)", () => 0);
  const back = to("back", "Previous step (Left)", () => player.step - 1);
  const forward = to("forward", "Next step (Right)", () => player.step + 1);
  const last = to("last", "Last step (End)", () => player.last);
  let timer = 0;
  const sign = (name, label) => {
    controls.primary.replaceChildren(icon(name));
    set(controls.primary, { "aria-label": label, title: label });
  };
  const advance = () => {
    if (!player.host.isConnected || player.step >= player.last) return controls.stop();
    player.go(player.step + 1);
    timer = setTimeout(advance, player.pace);
  };
  const controls = {
    first: [first, back],
    ends: [forward, last],
    stop() {
      clearTimeout(timer);
      if (timer) sign("play", "Play (Space)");
      timer = 0;
    },
    press() {
      if (timer) return controls.stop();
      if (player.step >= player.last) player.go(0);
      sign("pause", "Pause (Space)");
      timer = setTimeout(advance, player.pace / 2);
    },
    draw() {},
  };
  controls.primary = button("Play (Space)", "b primary play", () => player.press(), icon("play"));
  controls.speed = (entry) => {
    const paces = [1, 2, 0.5];
    const at = entry("Speed: 1×", () => {
      paces.push(paces.shift());
      player.speed = paces[0];
      at.textContent = `Speed: ${paces[0] === 0.5 ? "½" : paces[0]}×`;
    });
    return at;
  };
  controls.before = [first, back, controls.primary, forward, last];
  return controls;
};
