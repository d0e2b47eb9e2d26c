// The player's pure functions, as they stand joined in a page; test_pure.py says where that is.
import assert from "node:assert/strict";
import { test } from "node:test";

const player = await import(process.env.GRADVIZ_PLAYER);
const close = (a, b) => assert.ok(Math.abs(a - b) < 1e-9, `${a} is not ${b}`);

test("a difference is merged key by key, and null takes a key away", () => {
  const old = { a: 1, b: { c: 2, d: [3] }, e: 4 };
  const merged = player.merge(old, { b: { c: 5, f: { g: 6, h: null } }, e: null });
  assert.deepEqual(merged, { a: 1, b: { c: 5, d: [3], f: { g: 6 } } });
  assert.deepEqual(old, { a: 1, b: { c: 2, d: [3] }, e: 4 });
});

test("any frame is read the same, from wherever one comes", () => {
  const entries = Array.from({ length: 50 }, (_, k) => (k % 20 ? (k % 2 ? { odd: k } : 0) : { all: k }));
  const pool = [{ odd: null }];
  const straight = player.reader(entries, pool);
  const told = entries.map((_, k) => straight(k));
  const jumping = player.reader(entries, pool);
  for (const k of [49, 3, 4, 20, 19, 0, 21, 48, 49]) assert.deepEqual(jumping(k), told[k]);
  assert.deepEqual(told[3], { all: 0, odd: 3 });
  assert.deepEqual(told[22], { all: 20 });
});

test("numbers in prose have four significant digits and a real minus", () => {
  const cases = [[-19.5712, "−19.57"], [14, "14"], [0.00002, "2×10⁻⁵"], [331234567, "3.312×10⁸"], [0, "0"], [-0.5, "−0.5"], [99999.6, "1×10⁵"]];
  for (const [value, text] of cases) assert.equal(player.printed(value), text);
  assert.equal(player.printed(-2, "signed"), "(−2)");
  assert.equal(player.printed(2, "signed"), "2");
  assert.equal(player.printed(1.5, "fixed"), "1.500");
  assert.equal(player.printed(-23820, "fixed"), "−23820");
  assert.equal(player.printed("nan"), "nan");
  assert.equal(player.printed(null), "–");
});

test("a reference is looked up among values, columns and names", () => {
  const at = { frame: { values: { v: 2 } }, columns: { x: [1, -3, 5], "a.b": [7, 8, 9] }, row: 1 };
  const names = { m: (word) => `<${word}>` };
  const look = (name, form) => player.lookup({ r: name, f: form }, at, names);
  assert.equal(look("v"), "2");
  assert.equal(look("x", "signed"), "(−3)");
  assert.deepEqual(["x.next", "x.previous", "x.first", "x.last"].map((name) => look(name)), ["5", "1", "1", "5"]);
  assert.equal(look("a.b"), "8");
  assert.equal(look("m.0.terms"), "<0.terms>");
  assert.equal(look("unknown"), "?unknown");
});

test("columns come from the pool, and words become numbers again", () => {
  const columns = player.columnsOf({ x: 0, y: ["nan", "-inf", 2, null], z: [[1, "inf"]] }, [[1, 2]]);
  assert.deepEqual(columns, { x: [1, 2], y: [NaN, -Infinity, 2, null], z: [[1, Infinity]] });
});

test("bytes come out of their letters", () => {
  const text = process.env.GRADVIZ_LETTERS;
  assert.equal(new TextDecoder().decode(player.bytesOf(text)), process.env.GRADVIZ_BYTES);
  for (const length of [5, 4, 3, 2]) assert.equal(player.bytesOf(text.slice(0, length)).length, length - 1);
});

test("an address names a step", () => {
  assert.equal(player.stepInAddress("#abc.step=7", "abc"), 7);
  assert.equal(player.stepInAddress("#step=12", "abc"), 12);
  assert.equal(player.stepInAddress("#other.step=7", "abc"), null);
  assert.equal(player.stepInAddress("#section", "abc"), null);
});

test("a number may have a comma, a real minus, a fraction, a power of ten", () => {
  const cases = [["4", 4], [" −0,5 ", -0.5], ["1/3", 1 / 3], ["1e-3", 0.001], ["2×10⁻⁵", 2e-5], ["", null]];
  for (const [text, value] of cases) assert.equal(player.numberTyped(text), value);
  for (const text of ["four", "1/2/3", "3/", "/3", "2*3"]) assert.ok(Number.isNaN(player.numberTyped(text)), text);
});

test("the nearest of some numbers is found by its place", () => {
  const values = [0.1, 1 / 6, 0.3];
  const cases = [[0.137, 1], [0.1, 0], [7, 2], [-7, 0]];
  for (const [value, place] of cases) assert.equal(player.nearestTo(values, value), place);
});

test("ticks stand at steps of 1, 2 or 5 and inside the range", () => {
  assert.deepEqual(player.ticks(0, 20), [0, 5, 10, 15, 20]);
  assert.deepEqual(player.ticks(-2.5, 2.5), [-2, -1, 0, 1, 2]);
  for (const [a, b] of [[0, 1], [-3e-7, 4e-7], [1e8, 3e9], [-17, 912]]) {
    const found = player.ticks(a, b);
    const steps = found.slice(1).map((tick, k) => tick - found[k]);
    assert.ok(found.length >= 3 && found.length <= 9, String(found));
    assert.ok(found.every((tick) => tick >= a - 1e-9 * b && tick <= b * (1 + 1e-9)));
    for (const step of steps) assert.ok(Math.abs(step / steps[0] - 1) < 1e-6);
  }
});

test("decades are thinned, and where there is none 1, 2, 5 stand in", () => {
  assert.deepEqual(player.decades(0.1, 100), [0.1, 1, 10, 100]);
  assert.deepEqual(player.decades(1e-6, 1e6, 3), [1e-6, 1e-1, 1e4]);
  assert.deepEqual(player.decades(2, 9), [2, 5]);
  assert.deepEqual(player.stepsFromZero(100), [0, 1, 3, 10, 30, 100]);
});

test("a tick is written short", () => {
  const cases = [[1e5, "10⁵"], [-2e6, "−2×10⁶"], [0.001, "0.001"], [1e-4, "10⁻⁴"], [-3, "−3"], [0, "0"]];
  for (const [value, text] of cases) assert.equal(player.tickText(value), text);
});

test("scales lead there and back", () => {
  for (const scale of [player.linear(-3, 7, 40, 240), player.logarithmic(0.1, 100, 40, 240), player.fromZero(0, 1000, 40, 240)]) {
    for (const value of [0.5, 3, 6.25]) close(scale.inverse(scale(value)), value);
  }
  close(player.logarithmic(1, 100, 0, 10)(10), 5);
  close(player.fromZero(0, 99, 0, 10)(0), 0);
});

test("a line's height is found between its points", () => {
  const line = [[0, 0], [10, 20], [20, 0]];
  close(player.heightAt(line, 5), 10);
  close(player.heightAt(line, 15), 10);
  close(player.heightAt(line, 0), 0);
});

test("blocks pile up, and the last one is new", () => {
  const blocks = player.blocksOf({ blocks: [[3, "+3"], [2, "+2"]], mark: "active" });
  assert.deepEqual(blocks, [{ from: 0, to: 3, text: "+3", hot: false }, { from: 3, to: 5, text: "+2", hot: true }]);
  assert.deepEqual(player.blocksOf({}), []);
});

test("the one sum that the player makes is exact in what it shows", () => {
  const cells = [[1, 2, 0], [0, -1, 3], [2, 1, -2]];
  assert.equal(player.weightedSum(cells, [1, -1.5, 1], 1), 4.5);
  assert.equal(player.weightedSum(cells, [0.1, 0.2, -0.05], 0), 0);
  assert.deepEqual(player.termsOf(cells, [1, -1.5, 1], 0), ["1 × 1", "(−1.5) × 0", "1 × 2"]);
  assert.equal(player.tensorText([3, 2, 1]), "tensor([3., 2., 1.])");
  assert.equal(player.tensorText([3, 4.5, -6.5]), "tensor([ 3.0000,  4.5000, -6.5000])");
});

test("the part of a slider where it goes wrong is orange", () => {
  assert.equal(player.trackOf([false, false]), "");
  const track = player.trackOf([false, false, true]);
  assert.match(track, /var\(--idle\) 0% 25%/);
  assert.match(track, /var\(--hot\) 75% 100%/);
});

test("a live slider stands between the values of its grid", () => {
  assert.equal(player.valueBetween([0.1, 0.2, 0.4], 1.5), 0.3);
  assert.equal(player.valueBetween([0.1, 0.2, 0.4], 2), 0.4);
  assert.equal(player.valueBetween([7], 0), 7);
  for (const place of [0, 0.25, 1, 1.5, 2])
    close(player.placeBetween([0.1, 0.2, 0.4], player.valueBetween([0.1, 0.2, 0.4], place)), place);
  assert.equal(player.placeBetween([0.1, 0.2, 0.4], 0.05), 0);
  assert.equal(player.placeBetween([0.1, 0.2, 0.4], 9), 2);
});

test("plain data are compared by what they hold", () => {
  assert.ok(player.same({ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }));
  for (const other of [{ a: [1, { b: 3 }] }, { a: [1] }, null, 3, { a: [1, { b: 2 }], c: 1 }])
    assert.ok(!player.same({ a: [1, { b: 2 }] }, other));
});

test("points become a path", () => {
  assert.equal(player.polyline([[0, 1], [2.04, 3]]), "M0.0 1.0L2.0 3.0");
});
