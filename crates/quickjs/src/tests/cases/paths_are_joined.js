const path = require("path");
const samples = ["", ".", "..", "/", "//", "/a", "/a/", "a/b/../c", "/a/b/../../..", "a//b/./c/", "../../x", "./", "a/..", "/.hidden", "x.tar.gz", "a/b.txt", ".", "..a", "a.", "/a//b//"];
for (const s of samples) console.log(JSON.stringify(s), [path.normalize(s), path.dirname(s), path.basename(s), path.extname(s), path.isAbsolute(s)], path.parse(s));
console.log(path.join(), path.join("a", "", "..", "b"), path.join("/a", "../..", "b"), path.join("a/", "/b"));
console.log(path.relative("/a/b/c", "/a/d"), path.relative("/a", "/a"), path.relative("/", "/x/y"), path.relative("/a/b", "/"));
console.log(path.basename("f.txt", ".txt"), path.basename(".txt", ".txt"), path.basename("a/b/", "b"), path.basename("abc", "c"));
console.log(path.format({ dir: "/d", base: "b" }), path.format({ root: "/", name: "n", ext: "x" }), path.format({ name: "n", ext: ".e" }), path.format({}));
console.log(path.resolve("/a", "b", "../c"), path.resolve("/"), path.sep, path.delimiter, path.posix === path);
for (const f of ["join", "normalize", "dirname", "isAbsolute"]) try { path[f](5); } catch (e) { console.log(e.code, e.message); }
