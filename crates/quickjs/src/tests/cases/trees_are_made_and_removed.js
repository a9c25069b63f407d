const fs = require("fs");
const dir = fs.mkdtempSync("/tmp-trees-");
process.chdir(dir);
console.log(fs.mkdirSync("a/b/c", { recursive: true }).slice(-2), fs.mkdirSync("a/b/c", { recursive: true }));
fs.writeFileSync("a/f", "");
fs.writeFileSync("a/b/g", "g");
console.log(fs.readdirSync("a").sort(), fs.readdirSync("a", { recursive: true }).sort());
console.log(fs.readdirSync("a", { withFileTypes: true }).map((d) => [d.name, d.isDirectory(), d.isFile()]).sort());
try { fs.rmSync("a"); } catch (e) { console.log(e.code); }
try { fs.rmSync("missing"); } catch (e) { console.log(e.code); }
fs.rmSync("missing", { force: true });
try { fs.rmdirSync("a"); } catch (e) { console.log(e.code); }
try { fs.mkdirSync("a/f", { recursive: true }); } catch (e) { console.log(e.code); }
try { fs.mkdirSync("x/y"); } catch (e) { console.log(e.code); }
await fs.promises.mkdir("p/q", { recursive: true });
console.log((await fs.promises.readdir("p")).length);
await new Promise((done) => fs.mkdir("cb", (e) => { console.log(e); done(); }));
fs.symlinkSync("a/b", "s");
console.log(fs.realpathSync("s").slice(-4));
fs.rmSync("a", { recursive: true, force: true });
console.log(fs.readdirSync(".").sort());
process.chdir("/");
fs.rmSync(dir, { recursive: true });
