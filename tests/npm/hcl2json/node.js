// Runs prelude.js, the module of @cdktf/hcl2json and main.js under Node, with the package's own wasm_exec.js:
// node node.js <folder of the package>
"use strict";

const fs = require("fs");
const path = require("path");
const vm = require("vm");

const script = (name) => fs.readFileSync(path.join(__dirname, name), "utf8");

async function main(folder) {
  require(path.join(folder, "wasm", "bridge_wasm_exec.js"));
  vm.runInThisContext(script("prelude.js"), "prelude.js");
  const go = new Go();
  const { instance } = await WebAssembly.instantiate(fs.readFileSync(path.join(folder, "main.wasm")), go.importObject);
  go.run(instance);
  await vm.runInThisContext(`(async () => {${script("main.js")}\n})`, "main.js")();
}

main(path.resolve(process.argv[2])).catch((error) => {
  console.error(error);
  process.exit(1);
});
