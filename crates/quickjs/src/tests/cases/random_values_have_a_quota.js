const a = crypto.getRandomValues(new Uint8Array(32));
console.log(a.length, a.some((b) => b !== 0), crypto.getRandomValues(new Uint32Array(2)).length);
try { crypto.getRandomValues(new Uint8Array(65537)); } catch (e) { console.log(e.name, e.code); }
try { crypto.getRandomValues(new Float32Array(1)); } catch (e) { console.log(e.name, e.code); }
console.log(crypto.getRandomValues(new Uint8Array(65536)).length);
console.log(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(crypto.randomUUID()), crypto.randomUUID() !== crypto.randomUUID());
