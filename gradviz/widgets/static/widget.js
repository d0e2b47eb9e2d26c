/** The player as anywidget calls it: the same story, its step and its axes shared with Python. */

import { same } from "./dom.js";
import { play } from "./player.js";

/** @param {{model: any, el: HTMLElement}} given */
export async function render({ model, el }) {
  const host = el.ownerDocument.createElement("div");
  el.replaceChildren(host);
  Object.assign(el.style, { flex: "1 1 380px", minWidth: 0 });
  let shell = null;
  let heard = "";
  let waiting = false;
  let sharing = false;
  const share = (values) => {
    const news = Object.keys(values).filter((name) => !same(model.get(name), values[name]));
    sharing = true;
    for (const name of news) model.set(name, values[name]);
    sharing = false;
    if (news.length) model.save_changes();
    return news.length > 0;
  };
  // Python is asked once at a time; what is wished meanwhile is merged and asked next.
  const ask = () => {
    const { player, wishes } = shell;
    waiting = Object.keys(wishes).length > 0 && share({ choices: { ...player.values(), ...wishes } });
    shell.wishes = {};
  };
  const wish = (name, value) => {
    shell.wishes[name] = value;
    if (!waiting) ask();
  };
  const problem = ({ problem: text }) => {
    if (!text) return;
    waiting = false;
    shell.player.caption.textContent = text;
    ask();
  };
  const moved = (step, player) =>
    share({ tab: player.shell.index, step, places: [...player.places] });
  // Brings the player to where Python stands, whatever of it has changed.
  const follow = () => {
    if (sharing) return;
    const [tab, told] = [model.get("tab"), model.get("told")];
    if (tab !== shell.index) shell.open(tab);
    const before = shell.player.step;
    const isTold = told && told !== heard;
    const isElsewhere = !isTold && !same(model.get("places"), shell.player.places);
    if (isTold) {
      heard = told;
      waiting = false;
      shell.player.renew(JSON.parse(told));
      ask();
    } else if (isElsewhere) shell.player.stand(model.get("places"));
    // Another run may have kept other steps: Python then hears which one is nearest.
    if ((isTold || isElsewhere) && model.get("step") === before) moved(shell.player.step, shell.player);
    else shell.player.go(model.get("step"), { silent: true });
  };
  shell = await play(host, model.get("payload"), {
    step: model.get("step"),
    onstep: moved,
    onanswer: (answers) => share({ answers }),
    onwish: wish,
  });
  const listeners = { "msg:custom": problem };
  for (const name of ["tab", "told", "places", "step"]) listeners[`change:${name}`] = follow;
  for (const event in listeners) model.on(event, listeners[event]);
  follow();
  return () => {
    for (const event in listeners) model.off(event, listeners[event]);
    shell.close();
    host.remove();
  };
}
