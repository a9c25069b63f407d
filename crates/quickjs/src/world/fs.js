// Node's `fs` beyond the bare calls (https://nodejs.org/docs/latest/api/fs.html): optional arguments, string flags,
// what is made of several calls, the *Sync forms and `fs.promises`.
//
// Each operation is a generator that yields `[call, ...arguments]` and gets the call's result; three drivers run it: at
// once, as a promise, with a callback.
(host) => {
  const constants = host.load("constants");
  const { coded, encodingOf, flagsOf, modeOf, option, pathOf, seconds, toBytes, toText, wrongType } =
    host.load("fs_values");
  const { Dirent, Stats, makeError, makeStats } = host.load("fs_values");

  function* readAll(fd) {
    const { size, mode } = yield ["fstat", fd];
    const chunks = [];
    let total = 0;
    // One byte more than a file has tells its end without another read.
    let room = (mode & constants.S_IFMT) === constants.S_IFREG && size > 0 ? size + 1 : 65536;
    for (;;) {
      const chunk = new Uint8Array(room);
      const n = yield ["read", fd, chunk, 0, room, null];
      if (n === 0) break;
      chunks.push(chunk.subarray(0, n));
      total += n;
      room = 65536;
    }
    const whole = new Uint8Array(total);
    let at = 0;
    for (const chunk of chunks) {
      whole.set(chunk, at);
      at += chunk.length;
    }
    return whole;
  }

  function* writeAll(fd, bytes) {
    for (let at = 0; at < bytes.length;) at += yield ["write", fd, bytes, at, bytes.length - at, null];
  }

  // Opens `path` unless it is a descriptor already, and closes what it opened.
  function* withFile(path, flags, mode, use) {
    if (typeof path === "number") return yield* use(path);
    const fd = yield ["open", pathOf(path), flagsOf(flags), modeOf(mode, 0o666)];
    try {
      return yield* use(fd);
    } finally {
      yield ["close", fd];
    }
  }

  function* rmTree(path) {
    const stats = yield ["lstat", path];
    if (!stats.isDirectory()) return yield ["unlink", path];
    for (const name of yield ["readdir", path]) yield* rmTree(`${path}/${name}`);
    return yield ["rmdir", path];
  }

  function* mkdirAll(path, mode) {
    try {
      yield ["mkdir", path, mode];
      return path;
    } catch (error) {
      if (error.code === "EEXIST") {
        if ((yield ["stat", path]).isDirectory()) return undefined;
        throw error;
      }
      const parent = host.load("path").dirname(path);
      if (error.code !== "ENOENT" || parent === path) throw error;
      const first = yield* mkdirAll(parent, mode);
      return (yield* mkdirAll(path, mode)) && (first ?? path);
    }
  }

  function* list(path, options, prefix = "") {
    const found = [];
    for (const name of yield ["readdir", path]) {
      const wanted = option(options, "withFileTypes") || option(options, "recursive");
      const mode = wanted ? (yield ["lstat", `${path}/${name}`]).mode : 0;
      found.push(option(options, "withFileTypes") ? new Dirent(name, path, mode) : prefix + name);
      if (option(options, "recursive") && (mode & constants.S_IFMT) === constants.S_IFDIR) {
        found.push(...(yield* list(`${path}/${name}`, options, `${prefix}${name}/`)));
      }
    }
    return found;
  }

  const stat = (call) =>
    function* (path, options) {
      const where = call === "fstat" ? path : pathOf(path);
      if (option(options, "bigint"))
        throw coded(new TypeError("The option 'bigint' is not supported"), "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM");
      try {
        return yield [call, where];
      } catch (error) {
        if (option(options, "throwIfNoEntry") === false && (error.code === "ENOENT" || error.code === "ENOTDIR"))
          return undefined;
        throw error;
      }
    };
  const times = (call) =>
    function* (target, atime, mtime) {
      yield [call, call === "futimes" ? target : pathOf(target), seconds(atime), seconds(mtime)];
    };
  const onPath = (call) =>
    function* (path, ...rest) {
      return yield [call, pathOf(path), ...rest];
    };
  const onFd = (call) =>
    function* (fd, ...rest) {
      return yield [call, fd, ...rest];
    };
  const twoPaths = (call, a, b) =>
    function* (from, to) {
      yield [call, pathOf(from, a), pathOf(to, b)];
    };

  const operations = {
    *access(path, mode) {
      yield ["access", pathOf(path), mode ?? constants.F_OK];
    },
    *chmod(path, mode) {
      yield ["chmod", pathOf(path), modeOf(mode, 0)];
    },
    *fchmod(fd, mode) {
      yield ["fchmod", fd, modeOf(mode, 0)];
    },
    chown: onPath("chown"),
    lchown: onPath("lchown"),
    fchown: onFd("fchown"),
    close: onFd("close"),
    fsync: onFd("fsync"),
    fdatasync: onFd("fdatasync"),
    stat: stat("stat"),
    lstat: stat("lstat"),
    fstat: stat("fstat"),
    utimes: times("utimes"),
    lutimes: times("lutimes"),
    futimes: times("futimes"),
    link: twoPaths("link", "existingPath", "newPath"),
    rename: twoPaths("rename", "oldPath", "newPath"),
    symlink: twoPaths("symlink", "target", "path"),
    rmdir: onPath("rmdir"),
    unlink: onPath("unlink"),
    *ftruncate(fd, len) {
      yield ["ftruncate", fd, len ?? 0];
    },
    *truncate(path, len) {
      yield [
        typeof path === "number" ? "ftruncate" : "truncate",
        typeof path === "number" ? path : pathOf(path),
        len ?? 0,
      ];
    },
    *mkdir(path, options) {
      const mode = modeOf(typeof options === "object" && options !== null ? options.mode : options, 0o777);
      if (option(options, "recursive")) return yield* mkdirAll(pathOf(path), mode);
      yield ["mkdir", pathOf(path), mode];
      return undefined;
    },
    *open(path, flags, mode) {
      return yield ["open", pathOf(path), flagsOf(flags), modeOf(mode, 0o666)];
    },
    *read(fd, buffer, offset, length, position) {
      let [at, count, from] = [offset, length, position];
      if (typeof offset === "object" && offset !== null) ({ offset: at, length: count, position: from } = offset);
      const bytes = toBytes(buffer);
      return yield ["read", fd, bytes, at ?? 0, count ?? bytes.length - (at ?? 0), from ?? null];
    },
    *write(fd, data, ...rest) {
      if (typeof data === "string") {
        const bytes = toBytes(data, rest[1]);
        return yield ["write", fd, bytes, 0, bytes.length, rest[0] ?? null];
      }
      const given =
        typeof rest[0] === "object" && rest[0] !== null ? [rest[0].offset, rest[0].length, rest[0].position] : rest;
      const bytes = toBytes(data);
      return yield ["write", fd, bytes, given[0] ?? 0, given[1] ?? bytes.length - (given[0] ?? 0), given[2] ?? null];
    },
    *readdir(path, options) {
      return yield* list(pathOf(path), options);
    },
    *readlink(path) {
      return yield ["readlink", pathOf(path)];
    },
    *readFile(path, options) {
      const bytes = yield* withFile(path, option(options, "flag"), undefined, readAll);
      const encoding = encodingOf(options);
      return encoding === undefined || encoding === "buffer" ? bytes : toText(bytes, encoding);
    },
    *writeFile(path, data, options) {
      const bytes = toBytes(data, encodingOf(options));
      yield* withFile(path, option(options, "flag") ?? "w", option(options, "mode"), (fd) => writeAll(fd, bytes));
    },
    *appendFile(path, data, options) {
      const bytes = toBytes(data, encodingOf(options));
      yield* withFile(path, option(options, "flag") ?? "a", option(options, "mode"), (fd) => writeAll(fd, bytes));
    },
    *copyFile(from, to, mode) {
      const bytes = yield* withFile(from, "r", undefined, readAll);
      const { mode: bits } = yield ["stat", pathOf(from)];
      yield* withFile(to, mode & constants.COPYFILE_EXCL ? "wx" : "w", bits & 0o777, (fd) => writeAll(fd, bytes));
    },
    *rm(path, options) {
      const where = pathOf(path);
      try {
        if (option(options, "recursive")) return yield* rmTree(where);
        if ((yield ["lstat", where]).isDirectory()) {
          throw coded(new Error(`Path is a directory: rm returned EISDIR (is a directory) ${where}`), "ERR_FS_EISDIR");
        }
        yield ["unlink", where];
      } catch (error) {
        if (!(option(options, "force") && error.code === "ENOENT")) throw error;
      }
      return undefined;
    },
    *mkdtemp(prefix) {
      for (;;) {
        const letters = Array.from(
          host.random(new Uint8Array(6)),
          (b) => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"[b % 62],
        );
        const path = pathOf(prefix, "prefix") + letters.join("");
        try {
          yield ["mkdir", path, 0o700];
          return path;
        } catch (error) {
          if (error.code !== "EEXIST") throw error;
        }
      }
    },
    *realpath(path) {
      return yield* resolveLinks(host.resolve(pathOf(path)), 0);
    },
    *exists(path) {
      try {
        yield ["access", pathOf(path), constants.F_OK];
        return true;
      } catch {
        return false;
      }
    },
  };

  function* resolveLinks(path, depth) {
    let at = "";
    for (const name of path.split("/").filter((part) => part !== "")) {
      at += `/${name}`;
      if (!(yield ["lstat", at]).isSymbolicLink()) continue;
      if (depth >= 40)
        throw makeError(
          `ELOOP: too many symbolic links encountered, realpath '${path}'`,
          -40,
          "ELOOP",
          "realpath",
          path,
        );
      const target = yield ["readlink", at];
      at = yield* resolveLinks(host.resolve(at.slice(0, at.lastIndexOf("/")) || "/", target), depth + 1);
      if (at === "/") at = "";
    }
    return at || "/";
  }

  const callback = (call, args) =>
    new Promise((resolve, reject) => {
      host.fs[call](...args, (error, result) => (error ? reject(error) : resolve(result)));
    });

  const runSync = (steps) => {
    let step = steps.next();
    while (!step.done) {
      const [call, ...args] = step.value;
      let result;
      try {
        result = host.fsSync[call](...args);
      } catch (error) {
        step = steps.throw(error);
        continue;
      }
      step = steps.next(result);
    }
    return step.value;
  };

  const runAsync = async (steps) => {
    let step = steps.next();
    while (!step.done) {
      const [call, ...args] = step.value;
      let result;
      try {
        result = await callback(call, args);
      } catch (error) {
        step = steps.throw(error);
        continue;
      }
      step = steps.next(result);
    }
    return step.value;
  };

  const operate = (name, ...args) => runAsync(operations[name](...args));

  // What scripts call when they leave out optional arguments, or call what is made of several calls.
  const withCallback = (name, args) => {
    const done = args.pop();
    if (typeof done !== "function") throw wrongType("cb", "of type function", done);
    // A buffer that nobody gave is the callback's third argument.
    if (name === "read" && !ArrayBuffer.isView(args[1]))
      args.splice(1, 1, args[1]?.buffer ?? new Uint8Array(16384), args[1] ?? {});
    const buffer = args[1];
    // A callback's exception is the program's, not the promise's.
    const answer = (...results) => host.post(() => done(...results));
    operate(name, ...args).then((result) => {
      if (name === "exists") answer(result);
      else if (name === "read" || name === "write") answer(null, result, buffer);
      else if (result === undefined) answer(null);
      else answer(null, result);
    }, answer);
  };

  const sync = {};
  const callbacks = {};
  const promises = { constants };
  for (const name of Object.keys(operations)) {
    sync[`${name}Sync`] = { [`${name}Sync`]: (...args) => runSync(operations[name](...args)) }[`${name}Sync`];
    callbacks[name] = { [name]: (...args) => withCallback(name, args) }[name];
    if (!/^f[^u]|^(close|read|write|exists)$|^futimes$/.test(name))
      promises[name] = { [name]: (...args) => operate(name, ...args) }[name];
  }

  return { ...sync, ...callbacks, promises, Stats, Dirent, makeStats, makeError, operate, adapt: withCallback };
};
