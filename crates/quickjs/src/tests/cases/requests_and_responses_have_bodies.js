const r = new Response("héllo", { status: 201, statusText: "Made", headers: { "x-y": "z" } });
console.log(r.status, r.statusText, r.ok, r.type, r.url, r.redirected, r.bodyUsed, [...r.headers]);
const c = r.clone();
console.log(await r.text(), r.bodyUsed, await c.text());
try { await r.text(); } catch (e) { console.log(e.name); }
console.log(await Response.json({ a: [1] }).json(), Response.json(1).headers.get("content-type"));
console.log(new Uint8Array(await new Response(new Uint8Array([1, 2])).arrayBuffer()), (await (await new Response("x").blob()).text()));
console.log(await new Response().text() === "", new Response(null, { status: 204 }).body);
console.log(Response.redirect("http://x/y", 301).headers.get("location"), Response.error().status, Response.error().type);
for (const bad of [() => new Response("x", { status: 204 }), () => new Response("", { status: 99 }), () => new Request("http://u:p@h/"), () => new Request("http://h/", { body: "x" }), () => new Request("nope:// x")]) {
  try { bad(); console.log("fine"); } catch (e) { console.log(e.name); }
}
const q = new Request("http://example.com/a b?c#d", { method: "post", body: new URLSearchParams({ a: "1 2" }), headers: { Accept: "*/*" } });
console.log(q.url, q.method, [...q.headers], await q.clone().text(), q.redirect, q.signal.aborted);
console.log(new Request(q, { method: "PUT", body: "x" }).method, new Request("http://h", { method: "patch" }).method);
const reader = new Response("stream").body.getReader();
const { value, done } = await reader.read();
console.log(new TextDecoder().decode(value), done, (await reader.read()).done);
console.log([...(await new Response("a=1&b=%20x", { headers: { "content-type": "application/x-www-form-urlencoded" } }).formData())]);
const d = await fetch("data:text/plain;base64,aGk=");
console.log(d.status, d.headers.get("content-type"), await d.text());
for (const url of ["nope:x", "http://"]) try { await fetch(url); } catch (e) { console.log(e.name); }
