const { format, inspect } = require("util");
console.log(format("%s %s", "a"), format("%s", Symbol("x")), format("%s", { a: { b: 1 } }), format("%s", null), format("%s", -0), format("%s", 5n));
console.log(format("%d %d %d", "0x10", true, 5n), format("%i", "3.9px"), format("%f", "x"), format("%j", { a: [1] }), format("%%d", 1));
console.log(format(1, "a", { b: 2 }), format("a%", 1), format("%x", 1));
class WithText { toString() { return "text!"; } }
console.log(format("%s", new WithText()), format("%s", [1, [2]]), format("%s", () => 1));
console.log(inspect("it's"), inspect('"both\''), inspect("line\n\ttab\x00é"), inspect("`'\""));
console.log(inspect({ [inspect.custom]() { return "custom!"; } }));
