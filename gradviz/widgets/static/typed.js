/** Numbers that a learner types: a pure function, without a page. */

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻";

/** The number that a text means: `−0,5`, `1/3` and `2×10⁻⁵` too; null where nothing was typed. */
export function numberTyped(text) {
  const plain = (sign) => "0123456789-"[SUPERSCRIPTS.indexOf(sign)] ?? sign;
  const written = [...text.trim()].map(plain).join("").replace(/[−–]/g, "-").replace(",", ".");
  if (!written) return null;
  const [over, under, ...more] = written.replace(/\s*[×*]\s*10\^?/, "e").split("/");
  if (more.length || !over || under === "") return NaN;
  return Number(over) / (under === undefined ? 1 : Number(under));
}
