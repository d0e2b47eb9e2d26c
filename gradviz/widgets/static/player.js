/**
 * The player: shows a story that Python told. It knows parts and frames, never gradients, and
 * every number that it shows was stored.
 */

import { PARTS, html, plainText, rich } from "./dom.js";
import { bytesOf, reader, stepInAddress } from "./frames.js";
import { copyLink, drawTable, fullScreen, saveStep } from "./extras.js";
import { arrange, reserve } from "./scene.js";
import { followLights } from "./lights.js";
import { followPage, pageTheme } from "./theme.js";

const FORMAT = 1;
const NOTHING = {};
const STEPPING = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };

/** One story in its box. */
export class Player {
  /** @param {any} story @param {any} shell */
  constructor(story, shell) {
    this.story = story;
    this.shell = shell;
    this.host = shell.host;
    this.places = (story.axes ?? []).map((axis) => axis.start ?? 0);
    this.phases = story.phases ?? [];
    this.longest = Math.max(...Object.values(story.runs).map((run) => run.frames.length)) - 1;
    this.names = {};
    this.speed = 1;
    this.step = -1;
    this.openRun();
    this.predict = story.predict && PARTS.predict ? PARTS.predict(this) : null;
    this.controls = PARTS.controls?.(this);
    this.parts = story.parts.map((part) => ({ part, ...PARTS[part.kind](part, this) }));
    this.box = arrange(this);
    this.box.addEventListener("keydown", (event) => this.key(event));
    followLights(this);
  }

  /** Reads the run that stands at the places of the axes. */
  openRun() {
    const run = this.story.runs[this.keyOf(this.places)];
    this.frameAt = reader(run.frames, this.story.frames);
    this.columns =
      PARTS.values?.columnsOf({ ...this.story.columns, ...run.columns }, this.story.series) ?? {};
    this.frames = run.frames.length;
    this.last = this.frames - 1;
  }

  /** @param {number[]} places */
  keyOf(places) {
    return places.filter((_, k) => this.story.axes[k].control !== "weights").join(",");
  }

  /** Moves to a step. @param {number} step @param {{slid?: boolean, silent?: boolean}} [how] */
  go(step, how = NOTHING) {
    const goal = Math.max(0, Math.min(this.last, Math.round(step)));
    if (goal === this.step) return;
    this.box.classList.toggle("advancing", goal === this.step + 1 && !how.slid);
    this.box.classList.toggle("sliding", !!how.slid);
    this.step = goal;
    this.show();
    if (!how.silent) this.shell.moved(this);
  }

  /** Draws the step once more. */
  show() {
    this.frame = this.frameAt(this.step);
    this.row = this.frame.row ?? this.step;
    this.asking = !!this.predict && !!this.frame.question;
    const { states = NOTHING } = this.frame;
    for (const { part, draw } of this.parts) draw(states[part.id] ?? NOTHING);
    this.caption.replaceChildren(...this.rich(this.captionOf(this.frame)));
    this.predict?.draw();
    this.controls?.draw();
    this.bar?.draw();
    this.host.dataset.step = this.box.dataset.step = this.step;
    if (this.table && !this.table.hidden) drawTable(this);
  }

  /** @param {any} frame */
  captionOf(frame) {
    return typeof frame.caption === "number" ? this.story.texts[frame.caption] : frame.caption;
  }

  /** What a reference reads, in this frame or in another. */
  look = (reference, at = this) => PARTS.values.lookup(reference, at, this.names);

  /** @param {any} runs @param {any} [make] */
  rich(runs, make) {
    return rich(runs, this.look, make);
  }

  /** @param {any} runs */
  text(runs) {
    return plainText(runs, this.look);
  }

  /** The frame that stands at a row of the columns. @param {number} row */
  frameOfRow(row) {
    for (let k = 0; k < this.frames; k++) if ((this.frameAt(k).row ?? k) === row) return k;
    return row;
  }

  /** What the counter shows: the step, and the last one. */
  counted() {
    const { step } = this.columns;
    return step ? [step[this.row], step.at(-1)] : [this.step, this.last];
  }

  /** Milliseconds from step to step while it plays. */
  get pace() {
    return Math.max(120, Math.min(1100, 18000 / (this.last || 1))) / this.speed;
  }

  /** The fonts as they are in this page, for measuring. */
  get fonts() {
    const { shell } = this;
    if (shell.fonts) return shell.fonts;
    const style = getComputedStyle(shell.root);
    const font = (name) => style.getPropertyValue(name) || "sans-serif";
    return (shell.fonts = { ui: font("--ui"), mono: font("--mono") });
  }

  press() {
    if (this.asking) this.predict.check();
    else this.bar.press();
  }

  stop() {
    this.bar?.stop();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const { key } = event;
    const at = /** @type {HTMLElement} */ (event.composedPath()[0]);
    const typing = at.matches("input:not([type=range]):not([type=radio]),textarea");
    if (event.ctrlKey || event.metaKey || event.altKey || typing) return event.stopPropagation();
    const own = at.matches("input") && !at.closest(".track");
    const space = key === " " && !own;
    if (!(key in STEPPING || key === " ") || this.story.still) return;
    event.stopPropagation();
    if (own) return;
    if (space && at.closest("button,[role=button]")) return;
    event.preventDefault();
    if (space) return this.press();
    this.stop();
    this.go(this.step + STEPPING[key]);
  }

  toggleTable() {
    this.table.hidden = !this.table.hidden;
    drawTable(this);
  }

  saveStep(format) {
    saveStep(this, format);
  }

  copyLink(at) {
    copyLink(this, at);
  }

  fullScreen() {
    fullScreen(this.host);
  }

  /** Keeps room for the tallest frame, so that nothing moves between steps. */
  reserve() {
    this.shell.fonts = null;
    reserve(this);
    if (this.step >= 0) this.show();
  }
}

/**
 * Plays a story in a host element, with its variants as tabs.
 * @param {HTMLElement} host
 * @param {any} data the payload, or the same deflated and in base 85
 * @param {{hash?: string, step?: number,
 *   onstep?: (step: number, player: Player) => void, onanswer?: (answers: any[]) => void,
 *   onwish?: (axis: string, value: number) => void}} [options]
 */
export async function play(host, data, options = {}) {
  const shadow = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  const root = html("div", { class: "gv" });
  const [payload, sheet] = await Promise.all([data, STYLES].map(unpack));
  shadow.replaceChildren(html("style", {}, sheet), root);
  if (payload.gradviz > FORMAT) {
    const text = `A newer gradviz wrote this story (format ${payload.gradviz}); this player reads ${FORMAT}.`;
    return root.append(html("p", { class: "newer" }, text));
  }
  const { texts, frames, series, columns } = payload;
  const stories = [payload, ...(payload.variants ?? [])].map((told) => ({
    texts,
    frames,
    series,
    columns,
    ...told,
  }));
  const shell = {
    host,
    root,
    hash: options.hash ?? "",
    stories,
    open,
    moved: (player) => options.onstep?.(player.step, player),
    answered: options.onanswer,
    wish: options.onwish,
    wishes: {},
  };
  const changes = {
    theme: () => (host.dataset.theme = pageTheme()),
    print: () => drawTable(shell.player),
    address: () => {
      const step = stepInAddress(location.hash, shell.hash);
      if (step != null) shell.player.go(step);
    },
  };
  shell.changes = changes;
  shell.close = followPage(host, new WeakRef(changes));
  changes.theme();
  let width = 0;
  shell.watch = new ResizeObserver(() => {
    if (!root.clientWidth || root.clientWidth === width) return;
    width = root.clientWidth;
    shell.player.reserve();
  });
  shell.watch.observe(root);
  open(0, options.step ?? stepInAddress(location.hash, shell.hash) ?? 0);
  host.gradviz = shell;
  return shell;

  function open(index, step) {
    const before = shell.player;
    before?.stop();
    shell.index = index;
    shell.player = new Player(stories[index], shell);
    root.replaceChildren(...(shell.player.tabs ? [shell.player.tabs] : []), shell.player.box);
    // Two tabs that tell the same steps are two views of them.
    const kept = before?.frames === shell.player.frames ? before.step : 0;
    shell.player.go(step ?? kept, { silent: true });
    if (width) shell.player.reserve();
    if (host.gradviz) shell.moved(shell.player);
  }
}

/** Plays in every element of a page that waits for this story; where it cannot, shows the picture. */
export function fill(hash, data) {
  const key = Symbol.for(`gradviz/${hash}`);
  const reveal = (error) => {
    for (const still of document.querySelectorAll(`[data-still="${hash}"]`))
      still.style.display = "block";
    console.warn("gradviz shows the picture, for the player could not start:", error);
  };
  globalThis[key] ??= (host) => play(host, data, { hash }).catch(reveal);
  for (const host of document.querySelectorAll(`[data-gradviz="${hash}"]`))
    if (!host.shadowRoot) globalThis[key](host);
}

/** Data as they are, or deflated and in base 85. @param {any} data */
export async function unpack(data) {
  if (typeof data !== "string") return data;
  const stream = new Blob([bytesOf(data)]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).json();
}
