const utf8 = new TextDecoder();
console.log(utf8.encoding, utf8.fatal, utf8.ignoreBOM);
console.log(JSON.stringify(utf8.decode(new Uint8Array([0xef, 0xbb, 0xbf, 0x61]))));
console.log(JSON.stringify(new TextDecoder("utf-8", { ignoreBOM: true }).decode(new Uint8Array([0xef, 0xbb, 0xbf, 0x61]))));
const bytes = new TextEncoder().encode("aé€😀");
const d = new TextDecoder();
let text = "";
for (const b of bytes) text += d.decode(new Uint8Array([b]), { stream: true });
text += d.decode();
console.log(text, text.length);
console.log(JSON.stringify(d.decode(new Uint8Array([0xe2, 0x82]), { stream: true }) + d.decode()));
for (const bad of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf5, 0x80], [0xe2, 0x28, 0xa1], [0xf0, 0x9f, 0x98]]) {
  console.log(JSON.stringify(new TextDecoder().decode(new Uint8Array(bad))));
  try { new TextDecoder("utf8", { fatal: true }).decode(new Uint8Array(bad)); } catch (e) { console.log(e.name, e.code); }
}
console.log(new TextDecoder("utf-16le").decode(new Uint16Array([0x68, 0x69, 0xd83d, 0xde00])));
console.log(new TextDecoder("latin1").encoding, new TextDecoder("latin1").decode(new Uint8Array([0xe9, 0x41])));
try { new TextDecoder("nope"); } catch (e) { console.log(e.name, e.code, e.message); }
console.log(new TextDecoder().decode(new Uint8Array([1, 65, 66]).subarray(1)), new TextDecoder().decode(new DataView(new Uint8Array([67]).buffer)));
console.log(atob("aGVsbG8="), btoa("hello"), atob(" aGk "), btoa(""));
try { btoa("€"); } catch (e) { console.log(e.name); }
try { atob("*"); } catch (e) { console.log(e.name); }
