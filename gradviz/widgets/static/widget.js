/** The player as anywidget calls it: the same story, its step shared with Python. */

import { play } from "./player.js";

/** @param {{model: any, el: HTMLElement}} given */
export async function render({ model, el }) {
  const host = el.ownerDocument.createElement("div");
  el.replaceChildren(host);
  const share = (name, value) => {
    if (model.get(name) === value) return;
    model.set(name, value);
    model.save_changes();
  };
  let shell = null;
  const open = async () => {
    shell?.close();
    shell = await play(host, model.get("payload"), { step: model.get("step"), onstep: (step) => share("step", step) });
  };
  const step = () => shell?.player.go(model.get("step"), { silent: true });
  model.on("change:payload", open);
  model.on("change:step", step);
  await open();
  return () => {
    model.off("change:payload", open);
    model.off("change:step", step);
    shell.close();
    host.remove();
  };
}
