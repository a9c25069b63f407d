// What `fs` takes and answers (https://nodejs.org/docs/latest/api/fs.html): paths, flags, modes, encodings; Stats,
// Dirent and errors.
(host) => {
  const constants = host.load("constants");
  const { received } = host.load("inspect");

  const coded = (error, code) => Object.assign(error, { code });
  const wrongType = (name, expected, value) =>
    coded(
      new TypeError(`The "${name}" argument must be ${expected}. Received ${received(value)}`),
      "ERR_INVALID_ARG_TYPE",
    );

  const pathOf = (value, name = "path") => {
    let path = value;
    if (ArrayBuffer.isView(value)) path = host.decode(value, false);
    else if (typeof value === "object" && value !== null && typeof value.href === "string")
      path = host.load("url").fileURLToPath(value);
    if (typeof path !== "string") throw wrongType(name, "of type string or an instance of Buffer or URL", value);
    if (path.includes("\0")) {
      throw coded(
        new TypeError(
          `The argument '${name}' must be a string, Uint8Array, or URL without null bytes. Received ${host.load("inspect").inspect(path)}`,
        ),
        "ERR_INVALID_ARG_VALUE",
      );
    }
    return path;
  };

  const { O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_EXCL, O_TRUNC, O_APPEND, O_SYNC } = constants;
  const base = { r: O_RDONLY, w: O_TRUNC | O_CREAT | O_WRONLY, a: O_APPEND | O_CREAT | O_WRONLY };
  const plus = { r: O_RDWR, w: O_TRUNC | O_CREAT | O_RDWR, a: O_APPEND | O_CREAT | O_RDWR };

  const flagsOf = (flags = "r") => {
    if (typeof flags === "number") return flags;
    const letters = `${flags}`;
    const known = /^(?:(r)s?|([wa])x?|x([wa])|(a)s|s([ra]))(\+?)$/.exec(letters);
    if (known === null)
      throw coded(
        new TypeError(`The argument 'flags' is invalid. Received ${host.load("inspect").inspect(flags)}`),
        "ERR_INVALID_ARG_VALUE",
      );
    const letter = known.slice(1, 6).find((found) => found !== undefined);
    return (
      (known[6] === "+" ? plus : base)[letter] |
      (letters.includes("x") ? O_EXCL : 0) |
      (letters.includes("s") ? O_SYNC : 0)
    );
  };

  const modeOf = (mode, usual) => {
    if (mode === undefined || mode === null) return usual;
    return typeof mode === "string" ? parseInt(mode, 8) : mode;
  };

  const seconds = (time) => (time instanceof Date ? time.getTime() / 1000 : Number(time));
  const option = (options, name) => (typeof options === "object" && options !== null ? options[name] : undefined);
  const encodingOf = (options) => (typeof options === "string" ? options : (option(options, "encoding") ?? undefined));

  const toText = (bytes, encoding) => {
    switch (`${encoding}`.toLowerCase()) {
      case "utf8":
      case "utf-8":
        return host.decode(bytes, false);
      case "latin1":
      case "binary":
        return Array.from(bytes, (b) => String.fromCharCode(b)).join("");
      case "ascii":
        return Array.from(bytes, (b) => String.fromCharCode(b & 0x7f)).join("");
      case "hex":
        return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
      case "base64":
        return btoa(toText(bytes, "latin1"));
      case "utf16le":
      case "utf-16le":
      case "ucs2":
      case "ucs-2":
        return new (host.load("encoding").TextDecoder)("utf-16le", { ignoreBOM: true }).decode(bytes);
      default:
        throw coded(
          new TypeError(`The argument 'encoding' is invalid encoding. Received '${encoding}'`),
          "ERR_INVALID_ARG_VALUE",
        );
    }
  };

  const toBytes = (data, encoding = "utf8") => {
    if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    if (typeof data !== "string")
      throw wrongType("data", "of type string or an instance of Buffer, TypedArray, or DataView", data);
    switch (`${encoding}`.toLowerCase()) {
      case "utf8":
      case "utf-8":
        return host.encode(data);
      case "latin1":
      case "binary":
      case "ascii":
        return Uint8Array.from(data, (c) => c.charCodeAt(0) & 0xff);
      case "hex":
        return Uint8Array.from(data.match(/[0-9a-fA-F]{2}/g) ?? [], (pair) => parseInt(pair, 16));
      case "base64":
        return toBytes(atob(data), "latin1");
      default:
        throw coded(
          new TypeError(`The argument 'encoding' is invalid encoding. Received '${encoding}'`),
          "ERR_INVALID_ARG_VALUE",
        );
    }
  };

  const kinds = {
    isFile: constants.S_IFREG,
    isDirectory: constants.S_IFDIR,
    isSymbolicLink: constants.S_IFLNK,
    isFIFO: constants.S_IFIFO,
    isSocket: constants.S_IFSOCK,
    isCharacterDevice: constants.S_IFCHR,
    isBlockDevice: constants.S_IFBLK,
  };

  class Stats {}
  class Dirent {
    constructor(name, path, mode) {
      this.name = name;
      this.parentPath = path;
      this.path = path;
      Object.defineProperty(this, "mode", { value: mode });
    }
  }
  for (const [name, kind] of Object.entries(kinds)) {
    const is = {
      [name]() {
        return (this.mode & constants.S_IFMT) === kind;
      },
    }[name];
    for (const Class of [Stats, Dirent])
      Object.defineProperty(Class.prototype, name, { configurable: true, writable: true, value: is });
  }
  for (const name of ["atime", "mtime", "ctime", "birthtime"]) {
    Object.defineProperty(Stats.prototype, name, {
      configurable: true,
      enumerable: true,
      get() {
        return new Date(this[`${name}Ms`] + 0.5);
      },
      set(value) {
        Object.defineProperty(this, name, { configurable: true, enumerable: true, writable: true, value });
      },
    });
  }
  const fields = [
    "dev",
    "mode",
    "nlink",
    "uid",
    "gid",
    "rdev",
    "blksize",
    "ino",
    "size",
    "blocks",
    "atimeMs",
    "mtimeMs",
    "ctimeMs",
    "birthtimeMs",
  ];
  const makeStats = (...values) => {
    const stats = new Stats();
    fields.forEach((name, at) => {
      stats[name] = values[at];
    });
    return stats;
  };

  const makeError = (message, errno, code, syscall, path, dest) => {
    const error = Object.assign(new Error(message), { errno, code, syscall });
    if (path !== undefined) error.path = path;
    if (dest !== undefined) error.dest = dest;
    return error;
  };

  return {
    Dirent,
    Stats,
    coded,
    encodingOf,
    flagsOf,
    makeError,
    makeStats,
    modeOf,
    option,
    pathOf,
    seconds,
    toBytes,
    toText,
    wrongType,
  };
};
