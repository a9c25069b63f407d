// The parts of `process` (https://nodejs.org/docs/latest/api/process.html) that are not system calls.
(host) => {
  const listeners = new Map();
  const warnOnce = new Set();
  const ticks = [];
  let exitCode;
  let exiting = false;

  const add = (name, listener, entry = { listener, once: false }, front = false) => {
    if (typeof listener !== "function") {
      throw Object.assign(
        new TypeError(
          `The "listener" argument must be of type function. Received ${host.load("inspect").received(listener)}`,
        ),
        { code: "ERR_INVALID_ARG_TYPE" },
      );
    }
    const list = listeners.get(name) ?? [];
    listeners.set(name, front ? [entry, ...list] : [...list, entry]);
    return process;
  };

  const remove = (name, listener) => {
    const list = listeners.get(name) ?? [];
    const at = list.findLastIndex((entry) => entry.listener === listener);
    if (at >= 0) listeners.set(name, list.toSpliced(at, 1));
    return process;
  };

  const emit = (name, ...args) => {
    const list = listeners.get(name) ?? [];
    for (const entry of list) {
      if (entry.once) remove(name, entry.listener);
      entry.listener.apply(process, args);
    }
    if (list.length === 0 && name === "error") throw args[0];
    return list.length > 0;
  };

  const code = (value) => {
    if (value === undefined || value === null) return 0;
    const number = typeof value === "string" && value !== "" ? Number(value) : value;
    if (!Number.isInteger(number)) {
      throw Object.assign(
        new TypeError(`The "code" argument must be of type number. Received ${host.load("inspect").received(value)}`),
        { code: "ERR_INVALID_ARG_TYPE" },
      );
    }
    return number;
  };

  // Runs the listeners of 'exit'; what they make of the exit code.
  const emitExit = (given) => {
    if (given !== undefined) exitCode = given;
    if (!exiting) {
      exiting = true;
      emit("exit", code(exitCode));
    }
    return code(exitCode);
  };

  const exit = (given) => {
    const wanted = given === undefined ? undefined : code(given);
    host.process.reallyExit(emitExit(wanted) & 0xff);
  };

  const hrtime = (before) => {
    const now = host.nanos();
    const [sec, nsec] = [Number(now / 1000000000n), Number(now % 1000000000n)];
    if (before === undefined) return [sec, nsec];
    const past = nsec < before[1] ? 1 : 0;
    return [sec - before[0] - past, nsec - before[1] + past * 1e9];
  };
  hrtime.bigint = () => host.nanos();

  const writer = (fd) => ({
    fd,
    writable: true,
    isTTY: false,
    write(chunk, encoding, callback) {
      const done = typeof encoding === "function" ? encoding : callback;
      if (typeof chunk !== "string" && !ArrayBuffer.isView(chunk)) {
        throw Object.assign(
          new TypeError(
            'The "chunk" argument must be of type string or an instance of Buffer or Uint8Array.' +
              ` Received ${host.load("inspect").received(chunk)}`,
          ),
          { code: "ERR_INVALID_ARG_TYPE" },
        );
      }
      host.print(fd, chunk);
      if (typeof done === "function") nextTick(done);
      return true;
    },
    end(chunk) {
      if (chunk !== undefined && typeof chunk !== "function") this.write(chunk);
      return this;
    },
    on() {
      return this;
    },
    once() {
      return this;
    },
  });

  const stdin = {
    fd: 0,
    isTTY: false,
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const buffer = new Uint8Array(65536);
        const n = await host.load("fs").operate("read", 0, buffer, 0, buffer.length, null);
        if (n === 0) return;
        yield buffer.subarray(0, n);
      }
    },
  };

  const nextTick = (callback, ...args) => {
    if (typeof callback !== "function") {
      throw Object.assign(
        new TypeError(
          `The "callback" argument must be of type function. Received ${host.load("inspect").received(callback)}`,
        ),
        { code: "ERR_INVALID_ARG_TYPE" },
      );
    }
    ticks.push(() => callback(...args));
    host.wantTick();
  };

  // Called by the engine before it runs promise jobs.
  const runTicks = () => {
    try {
      while (ticks.length > 0) ticks.shift()();
    } finally {
      if (ticks.length > 0) host.wantTick();
    }
  };

  const methods = {
    exit,
    hrtime,
    nextTick,
    emit,
    on: (name, listener) => add(name, listener),
    addListener: (name, listener) => add(name, listener),
    prependListener: (name, listener) => add(name, listener, undefined, true),
    once: (name, listener) => add(name, listener, { listener, once: true }),
    off: remove,
    removeListener: remove,
    removeAllListeners: (name) => {
      if (name === undefined) listeners.clear();
      else listeners.delete(name);
      return process;
    },
    listeners: (name) => (listeners.get(name) ?? []).map((entry) => entry.listener),
    listenerCount: (name) => (listeners.get(name) ?? []).length,
    uptime: () => host.now() / 1000,
    memoryUsage: () => ({ ...host.memoryUsage() }),
    abort: () => host.process.reallyExit(134),
    emitWarning: (warning) => {
      const text = warning instanceof Error ? `${warning.name}: ${warning.message}` : `Warning: ${warning}`;
      if (!warnOnce.has(text)) host.print(2, `(gopherix:${process.pid}) ${text}\n`);
      warnOnce.add(text);
    },
    stdin,
    stdout: writer(1),
    stderr: writer(2),
  };
  // What ends the program when a promise was rejected and nobody handles it.
  const rejection = (reason) => {
    if (reason instanceof Error) return reason;
    const error = new Error(
      "This error originated either by throwing inside of an async function without a catch block, or by rejecting a promise" +
        ` which was not handled with .catch(). The promise rejected with the reason "${host.load("inspect").inspect(reason)}".`,
    );
    return Object.assign(error, { name: "UnhandledPromiseRejection", code: "ERR_UNHANDLED_REJECTION" });
  };

  const exitCodeProperty = {
    configurable: true,
    enumerable: true,
    get: () => exitCode,
    set: (value) => {
      if (value !== undefined) code(value);
      exitCode = value;
    },
  };
  return { methods, exitCodeProperty, emitExit, runTicks, emit, rejection };
};
