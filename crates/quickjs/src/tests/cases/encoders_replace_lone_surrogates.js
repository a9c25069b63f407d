const e = new TextEncoder();
console.log(e.encoding, e.encode("aé€😀"), e.encode(), e.encode("\ud800x\udfff"));
const room = new Uint8Array(5);
console.log(e.encodeInto("aé€", room), room);
console.log(e.encodeInto("😀x", new Uint8Array(3)));
console.log(e.encodeInto("\ud800", room), room);
console.log(new TextDecoder().decode(e.encode("nul\0nul")).length);
