/** A folded drawing opens: a click on a fold shows what is in it, buttons open all and fold again. */

import { PARTS, button, set } from "./dom.js";

const usualControls = PARTS.controls;
const isFold = ({ kind }) => /fold|module/.test(kind);
const cardsOf = ({ parts }) => parts.find(({ cards }) => cards) ?? {};

/** @param {any} player */
PARTS.controls = (player) => {
  const { shell, story } = player;
  if (!story.still || shell.stories.length < 2) return usualControls?.(player);
  let isMade = false;
  const last = shell.stories.length - 1;
  const turn = (index) => {
    shell.open(index);
    shell.player.box.querySelector(".unfold").focus({ preventScroll: true });
  };
  const draw = () => {
    if (isMade) return;
    isMade = true;
    const isOpen = shell.index > 0;
    const head = player.box.querySelector(".head");
    const offer = (text, index, icon) => {
      const shown = button(text, "b unfold", () => turn(index), icon);
      set(shown, { "aria-expanded": String(isOpen), style: "float:right;margin:-6px -8px -6px 8px" });
      head.prepend(shown);
    };
    if (shell.index < last) offer("Unfold all", last, "Unfold");
    if (isOpen) offer("Fold repetitions again", 0, "Fold");
    openable(player.box, cardsOf(story).cards ?? [], (fold) => turn(withOpened(shell, fold)));
  };
  return { tabs: false, head: false, row: false, draw };
};

/** Which drawing has this fold open too: beside those that are, else alone, else with all others. */
function withOpened(shell, fold) {
  const last = shell.stories.length - 1;
  const { cards, opened = [] } = cardsOf(shell.stories[shell.index]);
  if (cards.filter(isFold).length === 1) return last;
  const known = shell.stories.map((told) => [...(cardsOf(told).opened ?? [])].sort().join());
  return [[...opened, fold], [fold]].map((wanted) => known.indexOf(wanted.sort().join())).find((at) => at > 0) ?? last;
}

/** Makes the folded groups open by mouse and by keyboard. */
function openable(box, cards, open) {
  const folds = new Map(cards.filter(isFold).map((card) => [card.id, card]));
  for (const { id, parent } of cards) {
    const fold = folds.get(id);
    if (!fold && !folds.has(parent)) continue;
    const group = box.querySelector(`[data-node="${CSS.escape(id)}"]`);
    const turn = () => open(fold ? id : parent);
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
