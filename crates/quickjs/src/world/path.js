// Node's `path` for POSIX (https://nodejs.org/docs/latest/api/path.html). `resolve` is the adapter's, as Go calls it
// too.
(host) => {
  const text = (value, what) => {
    if (typeof value === "string") return value;
    const error = new TypeError(
      `The "${what}" argument must be of type string. Received ${host.load("inspect").received(value)}`,
    );
    error.code = "ERR_INVALID_ARG_TYPE";
    throw error;
  };

  // Removes empty and `.` segments and lets `..` take back the segment before it.
  const segments = (path, absolute) => {
    const kept = [];
    for (const segment of path.split("/")) {
      if (segment === "" || segment === ".") continue;
      if (segment !== "..") kept.push(segment);
      else if (kept.length > 0 && kept.at(-1) !== "..") kept.pop();
      else if (!absolute) kept.push("..");
    }
    return kept;
  };

  const isAbsolute = (path) => text(path, "path").startsWith("/");

  const normalize = (path) => {
    if (text(path, "path") === "") return ".";
    const absolute = path.startsWith("/");
    const body = segments(path, absolute).join("/");
    const slash = path.endsWith("/") && body !== "" ? "/" : "";
    if (absolute) return "/" + body + slash;
    return body === "" ? (path.endsWith("/") ? "./" : ".") : body + slash;
  };

  const join = (...paths) => {
    const body = paths.filter((path) => text(path, "path") !== "").join("/");
    return body === "" ? "." : normalize(body);
  };

  // Where the last segment begins and ends, slashes behind it left out.
  const last = (path) => {
    let end = path.length;
    while (end > 0 && path[end - 1] === "/") end--;
    return [path.lastIndexOf("/", end - 1) + 1, end];
  };

  const dirname = (path) => {
    if (text(path, "path") === "") return ".";
    const [start] = last(path);
    if (start === 0) return path[0] === "/" ? "/" : ".";
    const dir = path.slice(0, start - 1);
    return dir === "" ? "/" : dir === "/" ? "//" : dir;
  };

  const basename = (path, suffix) => {
    const [start, end] = last(text(path, "path"));
    const name = path.slice(start, end);
    if (suffix === undefined) return name;
    if (suffix === path) return "";
    return name !== text(suffix, "suffix") && name.endsWith(suffix) ? name.slice(0, name.length - suffix.length) : name;
  };

  const extname = (path) => {
    const name = basename(path);
    const dot = name.lastIndexOf(".");
    return dot <= 0 || name === ".." ? "" : name.slice(dot);
  };

  const relative = (from, to) => {
    const [a, b] = [host.resolve(text(from, "from")), host.resolve(text(to, "to"))].map((p) => segments(p, true));
    let same = 0;
    while (same < a.length && same < b.length && a[same] === b[same]) same++;
    return [...a.slice(same).fill(".."), ...b.slice(same)].join("/");
  };

  const parse = (path) => {
    const root = isAbsolute(path) ? "/" : "";
    const base = basename(path);
    const ext = extname(path);
    const [start] = last(path);
    const dir = start === 0 ? "" : path.slice(0, start - 1) || root;
    return { root, dir, base, ext, name: ext === "" ? base : base.slice(0, -ext.length) };
  };

  const format = (parts) => {
    const dir = parts.dir || parts.root || "";
    const ext = parts.ext ? (parts.ext.startsWith(".") ? parts.ext : "." + parts.ext) : "";
    const base = parts.base || (parts.name || "") + ext;
    if (dir === "") return base;
    return dir === parts.root ? dir + base : dir + "/" + base;
  };

  return {
    basename,
    delimiter: ":",
    dirname,
    extname,
    format,
    isAbsolute,
    join,
    normalize,
    parse,
    relative,
    sep: "/",
    toNamespacedPath: (path) => path,
  };
};
