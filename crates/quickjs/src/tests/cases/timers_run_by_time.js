setTimeout(() => console.log("20"), 20);
setTimeout(() => console.log("5 a"), 5);
setTimeout((...args) => console.log("5 b", args), 5, "x", 2);
const never = setTimeout(() => console.log("never"), 1);
clearTimeout(never);
let count = 0;
const every = setInterval(() => { console.log("every", ++count); if (count === 3) clearInterval(every); }, 50);
const byNumber = setTimeout(() => console.log("never either"), 10);
clearTimeout(+byNumber);
clearTimeout(undefined);
clearTimeout(12345);
setTimeout(function () { console.log(typeof this.hasRef, this.hasRef()); }, 300);
const immediate = setImmediate(() => console.log("no immediate"));
clearImmediate(immediate);
setTimeout(() => { setTimeout(() => console.log("timeout"), 30); setImmediate((a) => console.log("immediate", a), 1); }, 400);
for (const bad of [undefined, "code"]) try { setTimeout(bad, 1); } catch (e) { console.log(e.name, e.code); }
