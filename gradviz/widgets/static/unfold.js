/** A folded drawing opens: a click on what is folded shows all of it, a button folds it again. */

import { PARTS, button, set } from "./dom.js";

const usualControls = PARTS.controls;

/** @param {any} player */
PARTS.controls = (player) => {
  const { shell, story } = player;
  if (!story.still || shell.stories.length < 2) return usualControls?.(player);
  let isMade = false;
  const draw = () => {
    if (isMade) return;
    isMade = true;
    const isOpen = shell.index > 0;
    const turn = () => {
      shell.open(isOpen ? 0 : 1);
      shell.player.box.querySelector(".unfold").focus({ preventScroll: true });
    };
    const name = isOpen ? "Fold" : "Unfold";
    const all = button(isOpen ? "Fold repetitions again" : "Unfold all", "b unfold", turn, name);
    set(all, { "aria-expanded": String(isOpen), style: "float:right;margin:-6px -8px -6px 8px" });
    player.box.querySelector(".head").prepend(all);
    if (!isOpen) for (const { cards } of story.parts) if (cards) openable(player.box, cards, turn);
  };
  return { tabs: false, head: false, row: false, draw };
};

/** Makes the folded groups open by mouse and by keyboard. */
function openable(box, cards, turn) {
  const folds = new Map(cards.filter(({ kind }) => /fold|module/.test(kind)).map((card) => [card.id, card]));
  for (const { id, parent } of cards) {
    const fold = folds.get(id);
    if (!fold && !folds.has(parent)) continue;
    const group = box.querySelector(`[data-node="${CSS.escape(id)}"]`);
    group.closest("svg").setAttribute("role", "group");
    set(group, { style: "cursor:pointer", click: turn });
    if (!fold) continue;
    const keydown = (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      event.stopPropagation();
      turn();
    };
    const what = `${fold.title || "repetition"}${fold.count ? ` × ${fold.count}` : ""}`;
    const told = { role: "button", tabindex: 0, "aria-expanded": "false", "aria-label": `Unfold ${what}` };
    set(group, { ...told, keydown });
  }
}
