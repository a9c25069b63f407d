// The global object that Go programs and scripts see: Node's, without what only a browser or Node's own machinery has.
// What is rarely used is evaluated when somebody first looks at it; `host` is the engine's side.
(host) => {
  const put = (target, name, value, enumerable = true) =>
    Object.defineProperty(target, name, { configurable: true, enumerable, writable: true, value });

  // Properties that another file of this folder makes, on first use.
  const lazily = (target, file, names, enumerable = true) => {
    for (const name of names) {
      Object.defineProperty(target, name, {
        configurable: true,
        enumerable,
        get() {
          const value = host.load(file)[name];
          put(target, name, value, enumerable);
          return value;
        },
        set(value) {
          put(target, name, value, enumerable);
        },
      });
    }
  };

  const constants = host.load("constants");
  const fs = { ...host.publicFs, constants };
  const sync = ["appendFile", "copyFile", "exists", "mkdtemp", "readFile", "realpath", "rm", "writeFile"];
  lazily(
    fs,
    "fs",
    [...Object.keys(host.publicFs), ...sync].map((name) => `${name}Sync`),
  );
  lazily(fs, "fs", [...sync, "promises", "Stats", "Dirent"]);
  for (const name of ["F_OK", "R_OK", "W_OK", "X_OK"]) put(fs, name, constants[name]);

  const process = Object.create({}, { [Symbol.toStringTag]: { value: "process" } });
  Object.assign(process, {
    title: host.argv0,
    version: host.nodeVersion,
    versions: { ...host.versions },
    arch: "wasm",
    platform: "linux",
    release: { name: "gopherix" },
    argv: host.argv,
    argv0: host.argv0,
    execArgv: [],
    execPath: host.execPath,
    pid: host.pid,
    ppid: host.ppid,
    ...host.process,
  });
  Object.defineProperty(process, "env", {
    configurable: true,
    enumerable: true,
    get() {
      const env = host.env();
      put(process, "env", env);
      return env;
    },
    set(value) {
      put(process, "env", value);
    },
  });
  const methods = [
    "exit",
    "hrtime",
    "nextTick",
    "emit",
    "on",
    "addListener",
    "prependListener",
    "once",
    "off",
    "removeListener",
    "removeAllListeners",
    "listeners",
    "listenerCount",
    "uptime",
    "memoryUsage",
    "abort",
    "emitWarning",
    "stdin",
    "stdout",
    "stderr",
  ];
  for (const name of methods) {
    Object.defineProperty(process, name, {
      configurable: true,
      enumerable: true,
      get() {
        const value = host.load("process").methods[name];
        put(process, name, value);
        return value;
      },
      set(value) {
        put(process, name, value);
      },
    });
  }
  Object.defineProperty(process, "exitCode", {
    configurable: true,
    enumerable: true,
    get() {
      return Object.defineProperty(process, "exitCode", host.load("process").exitCodeProperty).exitCode;
    },
    set(value) {
      Object.defineProperty(process, "exitCode", host.load("process").exitCodeProperty).exitCode = value;
    },
  });

  const path = { resolve: host.resolve };
  lazily(path, "path", [
    "basename",
    "delimiter",
    "dirname",
    "extname",
    "format",
    "isAbsolute",
    "join",
    "normalize",
    "parse",
    "relative",
    "sep",
    "toNamespacedPath",
  ]);
  put(path, "posix", path);

  const performance = {
    timeOrigin: host.timeOrigin,
    now: host.now,
    mark: (name, options) => ({
      name: `${name}`,
      entryType: "mark",
      startTime: options?.startTime ?? host.now(),
      duration: 0,
      detail: options?.detail ?? null,
    }),
    toJSON: () => ({ timeOrigin: host.timeOrigin }),
  };
  Object.defineProperty(performance, Symbol.toStringTag, { value: "Performance" });

  const crypto = {
    getRandomValues(array) {
      if (
        !ArrayBuffer.isView(array) ||
        array instanceof DataView ||
        array instanceof Float32Array ||
        array instanceof Float64Array
      ) {
        throw new DOMException("The data argument must be an integer-type TypedArray", "TypeMismatchError");
      }
      if (array.byteLength > 65536) {
        throw new DOMException("The requested length exceeds 65,536 bytes", "QuotaExceededError");
      }
      host.random(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
      return array;
    },
    randomUUID() {
      const bytes = host.random(new Uint8Array(16));
      bytes[6] = (bytes[6] & 0x0f) | 0x40;
      bytes[8] = (bytes[8] & 0x3f) | 0x80;
      const hex = Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
      return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
    },
  };

  const modules = {
    fs: () => fs,
    "fs/promises": () => fs.promises,
    path: () => path,
    "path/posix": () => path,
    process: () => process,
    util: () => {
      const { inspect } = host.load("inspect");
      const { format } = host.load("format");
      const { TextEncoder, TextDecoder } = globalThis;
      const promisify =
        (f) =>
        (...args) =>
          new Promise((resolve, reject) => f(...args, (error, value) => (error ? reject(error) : resolve(value))));
      return { inspect, format, promisify, TextEncoder, TextDecoder };
    },
    crypto: () => ({
      webcrypto: crypto,
      getRandomValues: crypto.getRandomValues,
      randomUUID: crypto.randomUUID,
      randomFillSync: (buffer) => host.random(buffer),
      randomBytes: (size) => host.random(new Uint8Array(size)),
    }),
    perf_hooks: () => ({ performance }),
    timers: () => host.load("timers"),
    url: () => host.load("url"),
  };

  const require = (name) => {
    const make = modules[`${name}`.replace(/^node:/, "")];
    if (make !== undefined) return make();
    const known = Object.keys(modules).join(", ");
    throw Object.assign(new Error(`Cannot find module '${name}': under gopherix require() knows ${known}`), {
      code: "MODULE_NOT_FOUND",
    });
  };

  put(globalThis, "global", globalThis, false);
  const globals = { fs, process, path, performance, crypto, require };
  for (const [name, value] of Object.entries(globals)) put(globalThis, name, value, false);
  for (const [file, names] of Object.entries({
    timers: ["setTimeout", "setInterval", "setImmediate", "clearTimeout", "clearInterval", "clearImmediate"],
    console: ["console"],
    encoding: ["TextEncoder", "TextDecoder"],
    url: ["URL", "URLSearchParams"],
    events: ["Event", "CustomEvent", "EventTarget", "AbortController", "AbortSignal"],
    streams: ["ReadableStream", "ReadableStreamDefaultReader", "ReadableStreamDefaultController"],
    fetch: ["fetch", "Request", "Response"],
    headers: ["Headers"],
    blob: ["Blob", "File", "FormData"],
    clone: ["structuredClone"],
  }))
    lazily(globalThis, file, names, false);

  // The guest's memory cannot be transferred, as that of a WebAssembly.Memory cannot: the engine must be able to detach the
  // one buffer over it.
  const { apply } = Reflect;
  for (const name of ["transfer", "transferToFixedLength", "transferToImmutable"]) {
    const native = ArrayBuffer.prototype[name];
    if (native === undefined) continue;
    const guarded = {
      [name](...args) {
        if (host.isMemory(this)) throw new TypeError("Cannot transfer the memory of a program");
        return apply(native, this, args);
      },
    };
    put(ArrayBuffer.prototype, name, guarded[name], false);
  }

  // The object that Go's own runner calls `go`: what a library script needs of it.
  const memory = {
    get buffer() {
      return host.memory();
    },
  };
  let view;
  const go = {
    argv: host.argv.slice(1),
    exited: false,
    _inst: { exports: { mem: memory } },
    _pendingEvent: null,
    _makeFuncWrapper: (id) => host.goFunction(id),
    get mem() {
      const { buffer } = memory;
      if (view?.buffer !== buffer) view = new DataView(buffer);
      return view;
    },
  };
  put(globalThis, "go", go, false);
  return { go };
};
