/** What a teacher takes along: the table of steps, a step as a picture, a link, the full screen. */

import { copyText, html, set } from "./dom.js";

const MOST_ROWS = 250;

/** Fills the table of all steps; of a very long story, evenly chosen ones. @param {any} player */
export function drawTable(player) {
  const { story, frames, table } = player;
  if (!table) return;
  const record = story.record ?? [];
  const every = Math.ceil(frames / MOST_ROWS);
  const rows = [];
  for (let k = 0; k < frames; k += every) rows.push(tableRow(player, k, record));
  const heads = record.length ? record.map(([head]) => player.text(head)) : ["what happens"];
  const head = html(
    "tr",
    {},
    ["step", ...heads].map((text) => html("th", { scope: "col" }, text)),
  );
  table.firstChild.replaceChildren(
    html(
      "table",
      { class: record.length ? "numbers" : "" },
      html("thead", {}, head),
      html("tbody", {}, rows),
    ),
  );
}

function tableRow(player, k, record) {
  const frame = player.frameAt(k);
  const row = frame.row ?? k;
  const look = (reference) => player.look(reference, { frame, columns: player.columns, row });
  const cells = record.length
    ? record.map(([, name]) => look({ r: name, f: "fixed" }))
    : [textOf(player.captionOf(frame), look)];
  const step = player.columns.step?.[row] ?? k;
  const here = k === player.step ? "here" : null;
  return html(
    "tr",
    { class: here, click: () => player.go(k) },
    [step, ...cells].map((text) => html("td", {}, String(text))),
  );
}

const textOf = (runs, look) =>
  (runs ?? [])
    .map((run) => (typeof run === "string" ? run : Array.isArray(run) ? run[1] : look(run)))
    .join("");

/** The step's picture, which carries its own colours. @param {any} player */
export function stepPicture(player) {
  const picture = player.box.querySelector(".stage svg.picture, .left svg.picture, svg.picture");
  const { width, height } = picture.viewBox.baseVal ?? {};
  const size = { width: width || picture.clientWidth, height: height || picture.clientHeight };
  const copy = picture.cloneNode(true);
  const computed = getComputedStyle(player.box);
  const sheet = player.shell.root.parentNode.querySelector("style").textContent;
  const names = new Set(sheet.match(/--[\w-]+(?=:)/g));
  const tokens = [...names].map((name) => `${name}:${computed.getPropertyValue(name)}`).join(";");
  const ground = computed.getPropertyValue(player.story.layout === "plot" ? "--paper" : "--stage");
  copy.prepend(
    Object.assign(document.createElementNS(copy.namespaceURI, "style"), {
      textContent: `svg{${tokens};background:${ground};font-family:var(--ui)}\n${sheet}`,
    }),
  );
  set(copy, { xmlns: copy.namespaceURI, ...size, style: "" });
  return { text: new XMLSerializer().serializeToString(copy), ...size };
}

/** @param {any} player @param {"svg" | "png"} format */
export async function saveStep(player, format) {
  const { text, width, height } = stepPicture(player);
  const drawing = new Blob([text], { type: "image/svg+xml" });
  const blob = format === "svg" ? drawing : await painted(text, width, height);
  const address = URL.createObjectURL(blob);
  html("a", { href: address, download: `step-${player.step}.${format}` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

const PROJECTOR = 1920;

/** As large as a projector shows it. */
async function painted(text, width, height) {
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(text)}`;
  await image.decode();
  const scale = Math.max(2, PROJECTOR / Math.max(width, height));
  const canvas = html("canvas", { width: scale * width, height: scale * height });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

/** @param {any} player @param {Element} at */
export function copyLink(player, at) {
  const { hash } = player.shell;
  const address = location.href.replace(/#.*/, "");
  copyText(`${address}#${hash ? hash + "." : ""}step=${player.step}`, at);
}

/** @param {HTMLElement} host */
export function fullScreen(host) {
  if (document.fullscreenElement) document.exitFullscreen();
  else host.requestFullscreen?.().catch(() => {});
}
