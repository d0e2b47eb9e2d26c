/** Asks before it tells: one number or one of a few choices, judged with its reason, and a score. */

import { PARTS, html, icon } from "./dom.js";
import { numberTyped } from "./typed.js";

/** More questions than this are counted in figures. */
const MOST_DOTS = 8;

/** @param {any} player */
PARTS.predict = (player) => {
  const results = new Map();
  const input = html("input", {
    class: "answer",
    inputmode: "decimal",
    autocomplete: "off",
    placeholder: "?",
    "aria-label": "Your prediction",
    keydown: submit,
  });
  const verdict = html("div", { class: "verdict", "aria-live": "assertive" });
  const choices = html("fieldset", { class: "choices", hidden: true });
  const element = html("div", { class: "asked" }, choices, verdict);
  const asks = [];
  let solved = -1;
  for (let k = 0; k < player.frames; k++) if (player.frameAt(k).question) asks.push(k);

  const show = () =>
    html("button", { type: "button", click: () => player.go(player.step + 1) }, "Show me");
  const say = (kind, word, reason, more) => {
    verdict.className = `verdict ${kind}`;
    verdict.replaceChildren(
      ...(kind ? [icon(kind)] : []),
      html("span", {}, word && html("b", {}, `${word} `), player.rich(reason), " ", more),
    );
  };

  function draw() {
    const { question } = player.frame;
    const told = player.frameAt(player.step - 1).question;
    player.box.classList.toggle("asking", !!question);
    choices.hidden = !question?.choices?.length;
    verdict.replaceChildren();
    const praised = told && solved === player.step - 1;
    if (question) ask(question);
    if (praised) say("right", "Right.", told.right ?? [], question && show());
    else if (question) say("", "", [], show());
    score();
  }

  function ask(question) {
    if (!choices.hidden) choices.replaceChildren(...question.choices.map(choiceOf));
    else {
      const held = player.box.querySelector(".equation .term.sent");
      input.value = "";
      input.className = "answer";
      held?.replaceWith(input);
      if (player.shell.root.parentNode.activeElement) input.focus({ preventScroll: true });
    }
  }

  const choiceOf = (text, k) =>
    html(
      "label",
      {},
      html("input", { type: "radio", name: "choice", value: k }),
      html("span", {}, player.rich(text)),
    );

  function submit(event) {
    if (event.key !== "Enter") return;
    event.preventDefault();
    check();
  }

  function given() {
    if (choices.hidden) return numberTyped(input.value);
    const chosen = choices.querySelector(":checked");
    return chosen ? +chosen.value : null;
  }

  function check() {
    const { question } = player.frame;
    const answer = given();
    if (answer === null || Number.isNaN(answer)) {
      say(
        "wrong",
        "",
        [
          answer === null
            ? "Answer first: a guess is worth more than a look."
            : "Type one number, such as 6, 0.5 or 1/3.",
        ],
        show(),
      );
      return input.focus();
    }
    const right = Math.abs(answer - question.answer) <= (question.tolerance || 1e-6);
    if (!results.has(player.step)) results.set(player.step, right);
    tell(answer, right);
    if (right) {
      solved = player.step;
      return player.go(solved + 1);
    }
    const near = question.tolerance || 1e-6;
    const hint = question.hints?.find(([number]) => Math.abs(number - answer) <= near);
    say("wrong", "Not yet.", hint?.[1] ?? question.otherwise ?? [], show());
    input.classList.add("bad");
    input.focus();
    input.select();
    score();
  }

  function score() {
    const { score: slot } = player.bar;
    const right = [...results.values()].filter(Boolean).length;
    slot.hidden = false;
    slot.classList.toggle("many", asks.length > MOST_DOTS);
    slot.dataset.of = `${right} / ${asks.length}`;
    slot.setAttribute("role", "img");
    slot.setAttribute("aria-label", `${right} of ${asks.length} predicted right`);
    slot.replaceChildren(
      html("span", { class: "word" }, "predicted "),
      ...asks.map((step) => {
        const result = results.get(step);
        return html(
          "i",
          { class: { true: "right", false: "wrong" }[result] ?? null },
          result && icon("right"),
        );
      }),
    );
    Object.assign(player.host.dataset, {
      score: `${right}/${asks.length}`,
      answers: JSON.stringify([...results]),
    });
  }

  function tell(answer, right) {
    const detail = { step: player.step, answer, right };
    player.host.dispatchEvent(
      new CustomEvent("gradviz-answer", { bubbles: true, composed: true, detail }),
    );
    player.shell.answered?.([...results]);
  }

  return { element, draw, check };
};
