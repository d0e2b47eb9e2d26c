/**
 * Frames as they are stored: pure functions, without a page.
 * @typedef {{caption?: any, states?: any, values?: any, question?: any, by_hand?: string,
 *   row?: number}} Frame
 */

const WHOLE = 20;

/** `old` with a difference merged in; both stay as they are. @param {any} old @param {any} change */
export function merge(old, change) {
  const merged = { ...old };
  for (const key in change) {
    const value = change[key];
    if (value === null) delete merged[key];
    else if (typeof value === "object" && !Array.isArray(value)) {
      const before = merged[key];
      merged[key] = merge(before && !Array.isArray(before) ? before : {}, value);
    } else merged[key] = value;
  }
  return merged;
}

/**
 * A function that yields frame `k` of a run; it remembers the last one, so the next is one merge.
 * @param {any[]} entries frames, or numbers in the pool
 * @param {any[]} pool
 * @returns {(k: number) => Frame}
 */
export function reader(entries, pool) {
  const entry = (k) => (typeof entries[k] === "number" ? pool[entries[k]] : entries[k]);
  let at = -1;
  let frame = {};
  return (k) => {
    const whole = k - (k % WHOLE);
    if (k !== at) {
      let from = at < k && at >= whole ? at + 1 : whole;
      if (from === whole) frame = merge({}, entry(from++));
      for (; from <= k; from++) frame = merge(frame, entry(from));
      at = k;
    }
    return frame;
  };
}

/** The step that an address names: `#HASH.step=7`, or `#step=7`. */
export function stepInAddress(address, hash) {
  const found = /^#(?:(\w+)\.)?step=(\d+)$/.exec(address);
  return found && (!found[1] || found[1] === hash) ? +found[2] : null;
}

const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;,=>?@^_`{|}~";
const WORTH = new Uint8Array(128);
for (let k = 0; k < 85; k++) WORTH[LETTERS.charCodeAt(k)] = k;

/** The bytes of a text in base 85: five letters for four of them. @param {string} text */
export function bytesOf(text) {
  const missing = (5 - (text.length % 5)) % 5;
  const bytes = new DataView(new ArrayBuffer(((text.length + missing) / 5) * 4));
  for (let k = 0, at = 0; k < text.length; at += 4) {
    let sum = 0;
    for (const end = k + 5; k < end; k++) sum = sum * 85 + (k < text.length ? WORTH[text.charCodeAt(k)] : 84);
    bytes.setUint32(at, sum);
  }
  return new Uint8Array(bytes.buffer, 0, bytes.byteLength - missing);
}
