/** Rows under column heads: a ledger, the parameters of a fit. */

import { PARTS, html } from "./dom.js";

/** @param {any} part @param {any} player */
PARTS.table = (part, player) => {
  const body = html("tbody", {});
  const align = (k) => (part.align?.[k] === "l" ? "text" : null);
  const heads = part.heads.map((head, k) =>
    html(
      "th",
      { scope: "col", class: align(k) },
      player.text(head) ? player.rich(head) : html("span", { class: "unseen" }, "name"),
    ),
  );
  const element = html(
    "div",
    { class: "table-part" },
    part.title && html("div", { class: "part-title" }, player.rich(part.title)),
    html("table", {}, html("thead", {}, html("tr", {}, heads)), body),
  );
  const cell = (runs, hot, k) =>
    html("td", { class: [hot && "hot", align(k)].filter(Boolean).join(" ") || null }, player.rich(runs));
  return {
    element,
    signature: ({ rows = [] }) => String(rows.length),
    draw({ rows = [], lit, hot = [], nodes = [] }) {
      const now = [lit ?? []].flat();
      const empty = Array.from({ length: Math.max(0, (part.size ?? 0) - rows.length) }, () => []);
      body.replaceChildren(
        ...[...rows, ...empty].map((row, r) =>
          html(
            "tr",
            { class: now.includes(r) ? "now" : null, "data-row": r, "data-of": nodes[r] ?? null },
            part.heads.map((_, k) =>
              cell(row[k] ?? (k ? "" : " "), now.includes(r) && hot.includes(k), k),
            ),
          ),
        ),
      );
    },
  };
};
