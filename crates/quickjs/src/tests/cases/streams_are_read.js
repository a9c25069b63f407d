const log = [];
let n = 0;
const s = new ReadableStream({ start() { log.push("start"); }, pull(c) { log.push("pull"); n++; if (n > 3) c.close(); else c.enqueue(n); }, cancel(r) { log.push("cancel " + r); } });
const got = [];
for await (const v of s) got.push(v);
console.log(got, s.locked);
const t = new ReadableStream({ start(c) { c.enqueue("a"); c.enqueue("b"); c.close(); } });
const r = t.getReader();
console.log(t.locked, await r.read(), await r.read(), await r.read());
await r.closed;
r.releaseLock();
console.log(t.locked);
try { s.getReader(); t.getReader(); t.getReader(); } catch (e) { console.log(e.name); }
const u = new ReadableStream({ pull(c) { c.enqueue(1); }, cancel(reason) { console.log("cancelled", reason); } });
await u.cancel("enough");
const e = new ReadableStream({ start(c) { c.error(new Error("bad")); } });
try { await e.getReader().read(); } catch (x) { console.log(x.message); }
const [p, q] = new ReadableStream({ start(c) { c.enqueue(1); c.enqueue(2); c.close(); } }).tee();
const all = async (x) => { const list = []; for await (const v of x) list.push(v); return list; };
console.log(await all(p), await all(q), await all(ReadableStream.from([7, 8])));
const early = new ReadableStream({ pull(c) { c.enqueue(1); }, cancel() { console.log("left early"); } });
for await (const v of early) break;
console.log(early.locked, Object.prototype.toString.call(early));
