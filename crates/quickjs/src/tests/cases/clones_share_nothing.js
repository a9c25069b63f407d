const date = new Date(0);
const original = { n: 1, s: "x", date, re: /a+/gi, map: new Map([[1, { a: 1 }]]), set: new Set([1, 2]), list: [1, , 3], u: undefined, big: 12n };
original.self = original;
const copy = structuredClone(original);
console.log(copy, copy !== original, copy.self === copy, copy.date !== date, copy.map.get(1) !== original.map.get(1));
const view = new Uint16Array([1, 2, 3]);
const cloned = structuredClone({ view, buffer: view.buffer });
console.log(cloned.view, cloned.view.buffer === cloned.buffer);
const moved = structuredClone(view.buffer, { transfer: [view.buffer] });
console.log(moved.byteLength, view.byteLength);
const error = structuredClone(new RangeError("far"));
console.log(error instanceof RangeError, error.message);
for (const bad of [() => {}, Symbol("s"), { f() {} }]) {
  try { structuredClone(bad); } catch (e) { console.log(e.name, e.code); }
}
console.log(structuredClone(new Boolean(false)), structuredClone(null), structuredClone("x"));
