const fs = require("node:fs");
const show = (e) => console.log(e.name, e.code, e.errno, e.syscall, e.path, e.dest, e.message, e instanceof Error);
const tries = [
  () => fs.openSync("/nowhere/x", "r"), () => fs.readFileSync("/nowhere"), () => fs.mkdirSync("/"), () => fs.renameSync("/nowhere", "/else"),
  () => fs.readdirSync("/nowhere"), () => fs.closeSync(999), () => fs.rmdirSync("/nowhere"), () => fs.accessSync("/nowhere"),
  () => fs.linkSync("/nowhere", "/x"), () => fs.readlinkSync("/"), () => fs.unlinkSync("/nowhere"),
];
for (const t of tries) try { t(); console.log("no error"); } catch (e) { show(e); }
fs.stat("/nowhere", (e, s) => { show(e); console.log(s); });
await fs.promises.stat("/nowhere2").catch(show);
for (const bad of [() => fs.openSync(5), () => fs.openSync("x", "nope"), () => fs.stat("x"), () => fs.readFileSync("a\0b")]) {
  try { bad(); } catch (e) { console.log(e.name, e.code); }
}
console.log(fs.existsSync("/nowhere"), fs.statSync("/nowhere", { throwIfNoEntry: false }));
