const t = new EventTarget();
const log = (e) => console.log(e.type, e.target === t, e.currentTarget === t, e.eventPhase, e.defaultPrevented);
t.addEventListener("x", log);
t.addEventListener("x", log);
t.addEventListener("x", { handleEvent(e) { console.log("object", this.tag); }, tag: "T" }, { once: true });
console.log(t.dispatchEvent(new Event("x")));
t.addEventListener("x", (e) => { e.preventDefault(); e.stopImmediatePropagation(); });
t.addEventListener("x", () => console.log("never"));
console.log(t.dispatchEvent(new Event("x", { cancelable: true })));
t.removeEventListener("x", log);
console.log(t.dispatchEvent(new Event("x")));
console.log(new CustomEvent("c", { detail: 5 }).detail, new Event("e", { bubbles: true }).bubbles);
try { t.dispatchEvent({}); } catch (e) { console.log(e.name); }
const a = new AbortController();
t.addEventListener("y", () => console.log("y"), { signal: a.signal });
t.dispatchEvent(new Event("y"));
a.abort();
t.dispatchEvent(new Event("y"));
class Sub extends EventTarget {}
console.log(Object.prototype.toString.call(new Sub()), new Event("q") instanceof Event);
