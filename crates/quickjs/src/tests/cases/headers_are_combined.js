const h = new Headers({ "Content-Type": "text/plain", "x-a": " 1 " });
h.append("X-A", "2");
h.append("Set-Cookie", "a=1");
h.append("set-cookie", "b=2");
console.log(h.get("X-a"), h.get("nope"), h.has("CONTENT-TYPE"), h.getSetCookie());
console.log([...h]);
h.set("x-a", "3");
h.delete("set-cookie");
console.log([...h.entries()], [...h.keys()], [...h.values()]);
h.forEach((v, k) => console.log(k, v));
console.log([...new Headers([["b", "2"], ["a", "1"]])], [...new Headers(h)]);
for (const bad of [() => h.set("bad name", "x"), () => h.set("x", "a\nb"), () => new Headers([["a"]])]) try { bad(); } catch (e) { console.log(e.name); }
