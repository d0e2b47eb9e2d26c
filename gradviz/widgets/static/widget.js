/** The player as anywidget calls it: the same story, its step shared with Python. */

import { same } from "./dom.js";
import { play } from "./player.js";

/** @param {{model: any, el: HTMLElement}} given */
export async function render({ model, el }) {
  const host = el.ownerDocument.createElement("div");
  el.replaceChildren(host);
  Object.assign(el.style, { flex: "1 1 380px", minWidth: 0 });
  let shell = null;
  const share = (values) => {
    for (const name in values) if (!same(model.get(name), values[name])) model.set(name, values[name]);
    model.save_changes();
  };
  const open = async () => {
    shell?.close();
    shell = await play(host, model.get("payload"), {
      step: model.get("step"),
      places: model.get("places"),
      onstep: (step, player) => share({ step, places: [...player.places] }),
      onanswer: (answers) => share({ answers }),
      onwish: model.get("live") ? wish : null,
    });
  };
  let wishes = {};
  let waiting = false;
  const send = () => {
    waiting = true;
    share({ choices: { ...model.get("choices"), ...wishes } });
    wishes = {};
  };
  const wish = (name, value) => {
    wishes[name] = value;
    if (!waiting) send();
  };
  const renew = () => {
    if (!waiting) return open();
    waiting = false;
    shell.player.renew(model.get("payload"));
    if (Object.keys(wishes).length) send();
  };
  const step = () => shell?.player.go(model.get("step"), { silent: true });
  const places = () => waiting || shell?.player.stand(model.get("places"));
  const listeners = { "change:payload": renew, "change:step": step, "change:places": places };
  for (const event in listeners) model.on(event, listeners[event]);
  await open();
  return () => {
    for (const event in listeners) model.off(event, listeners[event]);
    shell.close();
    host.remove();
  };
}
