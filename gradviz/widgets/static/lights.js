/** What belongs together lights up together: a node, its wires, its line, its row. */

const HOOKS = "[data-node],[data-edge],[data-line],[data-row]";

/** @param {any} player */
export function followLights(player) {
  const { box, story } = player;
  const graph = story.parts.find((part) => part.kind === "graph");
  if (!graph) return;
  let lit = [];
  const clear = () => {
    lit.forEach((node) => node.classList.remove("lit"));
    lit = [];
  };
  const light = (event) => {
    const at = event.target.closest?.(HOOKS);
    clear();
    if (!at) return;
    const nodes = nodesOf(at, graph);
    lit = [...box.querySelectorAll(HOOKS)].filter((node) => belongs(node, nodes, graph));
    lit.forEach((node) => node.classList.add("lit"));
  };
  box.addEventListener("pointerover", light);
  box.addEventListener("pointerdown", light);
  // A finger that is lifted leaves, too; what it lit stays until the next tap.
  box.addEventListener("pointerleave", (event) => event.pointerType === "touch" || clear());
}

/** The ids of the cards that an element speaks of. */
function nodesOf({ dataset: hook }, graph) {
  if (hook.node) return [hook.node];
  if (hook.edge) {
    const wire = graph.wires.find(({ id }) => id === hook.edge);
    return [wire.source, wire.target];
  }
  if (hook.line) return graph.cards.filter(({ line }) => line === +hook.line).map(({ id }) => id);
  return (hook.of ?? "").split(" ").filter(Boolean);
}

function belongs({ dataset: hook }, nodes, graph) {
  if (hook.edge) {
    const { source, target } = graph.wires.find(({ id }) => id === hook.edge);
    const ends = [source, target].filter((end) => nodes.includes(end));
    return ends.length === 2 || (ends.length === 1 && nodes.length === 1);
  }
  return nodesOf({ dataset: hook }, graph).some((id) => nodes.includes(id));
}
