setTimeout(() => console.log("timeout"), 0);
Promise.resolve().then(() => { console.log("promise"); process.nextTick(() => console.log("tick in promise")); queueMicrotask(() => console.log("micro in promise")); });
queueMicrotask(() => console.log("micro"));
(async () => { console.log("async 1"); await null; console.log("async 2"); })();
setTimeout(() => { console.log("t2"); process.nextTick(() => console.log("tick")); Promise.resolve().then(() => console.log("then")); }, 5);
setTimeout(() => console.log("t3"), 5);
console.log("sync");
