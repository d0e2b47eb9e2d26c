/** Scales and ticks of a plot: pure functions, without a page. */

import { minus, powerOfTen, raised } from "./values.js";

/** A straight scale from data to pixels; `inverse` leads back. */
export function linear(a, b, from, to) {
  const scale = (value) => from + ((value - a) / (b - a)) * (to - from);
  scale.inverse = (at) => a + ((at - from) / (to - from)) * (b - a);
  return scale;
}

/** A scale on which each decade is as long. */
export function logarithmic(a, b, from, to) {
  const inner = linear(Math.log10(a), Math.log10(b), from, to);
  const scale = (value) => inner(Math.log10(Math.max(value, 1e-300)));
  scale.inverse = (at) => 10 ** inner.inverse(at);
  return scale;
}

/** A logarithmic scale of 1 + x, so that 0 has its place. */
export function fromZero(a, b, from, to) {
  const inner = logarithmic(1 + a, 1 + b, from, to);
  const scale = (value) => inner(1 + value);
  scale.inverse = (at) => inner.inverse(at) - 1;
  return scale;
}

/** About `count` round numbers from `a` to `b`, at steps of 1, 2 or 5. */
export function ticks(a, b, count = 5) {
  const rough = (b - a) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const ratio = rough / power;
  const step = (ratio < 1.5 ? 1 : ratio < 3.5 ? 2 : ratio < 7.5 ? 5 : 10) * power;
  const found = [];
  for (let k = Math.ceil(a / step - 1e-9); k <= b / step + 1e-9; k++)
    found.push(+(k * step).toPrecision(10) || 0);
  return found;
}

/** Powers of ten from `a` to `b`, at most `most` of them; between them 3 where there are few. */
export function decades(a, b, most = 5) {
  const first = Math.ceil(Math.log10(a) - 1e-9);
  const last = Math.floor(Math.log10(b) + 1e-9);
  const every = Math.max(1, Math.ceil((last - first + 1) / most));
  const found = [];
  for (let power = first; power <= last; power += every) found.push(10 ** power);
  return found.length < 2
    ? [1, 2, 5]
        .flatMap((digit) => [first - 1, first].map((power) => digit * 10 ** power))
        .filter((tick) => tick >= a && tick <= b)
        .sort((x, y) => x - y)
    : found;
}

/** 0, 1, 3, 10, 30, ... up to `b`, for a scale that starts at 0. */
export function stepsFromZero(b) {
  const found = [0];
  for (let power = 1; power <= b; power *= 10)
    found.push(...[power, 3 * power].filter((tick) => tick <= b));
  return found;
}

/** A tick as it is written. */
export function tickText(value) {
  const size = Math.abs(value);
  if (size < 1e5 && (size >= 1e-3 || value === 0)) return minus(String(+value.toPrecision(6)));
  const exponent = Math.floor(Math.log10(size) + 1e-9);
  if (Math.abs(size / 10 ** exponent - 1) < 1e-6)
    return (value < 0 ? "−" : "") + "10" + raised(exponent);
  return powerOfTen(value, 2);
}
