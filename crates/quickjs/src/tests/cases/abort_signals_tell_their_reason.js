const a = new AbortController();
console.log(a.signal.aborted, a.signal.reason);
a.signal.onabort = (e) => console.log("on", e.type, e.target === a.signal);
a.signal.addEventListener("abort", () => console.log("listener"), { once: true });
a.abort();
a.abort("again");
console.log(a.signal.aborted, a.signal.reason.name, a.signal.reason.message, a.signal.reason.code);
try { a.signal.throwIfAborted(); } catch (e) { console.log(e === a.signal.reason, e instanceof DOMException); }
console.log(AbortSignal.abort("why").reason);
const b = new AbortController();
const any = AbortSignal.any([b.signal, AbortSignal.timeout(1e6 === 0 ? 1 : 1000000)]);
b.abort("first");
console.log(any.aborted, any.reason);
setTimeout(() => {}, 50);
const t = AbortSignal.timeout(5);
await new Promise((resolve) => t.addEventListener("abort", resolve));
console.log(t.reason.name, t.reason.code);
process.exit(0);
