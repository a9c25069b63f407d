console.log(process.argv.length >= 1, typeof process.pid, typeof process.ppid, process.platform, typeof process.version, typeof process.versions.node);
console.log(typeof process.cwd(), typeof process.umask(), typeof process.getuid(), Array.isArray(process.getgroups()), process.exitCode);
const [s, ns] = process.hrtime();
console.log(typeof s, typeof ns, typeof process.hrtime.bigint(), process.hrtime([s, ns])[0] >= 0);
console.log(typeof performance.now(), performance.now() >= 0, typeof performance.timeOrigin, performance.mark("m").name);
console.log(global === globalThis, typeof window, typeof document, typeof require, "window" in globalThis, Object.prototype.toString.call(process));
process.stdout.write("written\n");
process.on("exit", (code) => { console.log("exit", code, process.exitCode); });
process.once("custom", (a) => console.log("custom", a));
console.log(process.emit("custom", 1), process.emit("custom", 2), process.listenerCount("custom"));
try { process.chdir("/nowhere"); } catch (e) { console.log(e.code, e.syscall); }
try { require("nowhere"); } catch (e) { console.log(e.code); }
try { process.nextTick(5); } catch (e) { console.log(e.code, e.message); }
console.log(require("node:path") === require("path"), typeof require("util").inspect, typeof require("crypto").webcrypto.getRandomValues);
await new Promise((resolve) => process.nextTick(resolve, 1));
process.exit();
