/** The theme of the page around the player, and what follows the page for as long as a host lives. */

/** @returns {"light" | "dark"} */
export function pageTheme() {
  const { body, documentElement: page } = document;
  const jupyter = body.dataset.jpThemeLight;
  if (jupyter) return jupyter === "true" ? "light" : "dark";
  const named = page.dataset.theme ?? page.getAttribute("theme") ?? body.className;
  if (/\b(vscode-)?(dark|high-contrast)\b(?!-light)/.test(named)) return "dark";
  if (/\b(vscode-)?(high-contrast-)?light\b/.test(named)) return "light";
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** A page that a theme or an address changes in. Everything ends when the host is collected. */
export function followPage(host, changes) {
  const alive = new WeakRef(host);
  const stop = new AbortController();
  const tell = (name) => () => {
    const at = alive.deref();
    if (at) changes.deref()?.[name]?.(at);
    else end();
  };
  const observer = new MutationObserver(tell("theme"));
  const attributeFilter = ["class", "theme", "data-theme", "data-jp-theme-light"];
  for (const node of [document.body, document.documentElement])
    observer.observe(node, { attributes: true, attributeFilter });
  const { signal } = stop;
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", tell("theme"), { signal });
  addEventListener("hashchange", tell("address"), { signal });
  addEventListener("beforeprint", tell("print"), { signal });
  const end = () => {
    observer.disconnect();
    stop.abort();
  };
  return end;
}
