// Timers (https://nodejs.org/docs/latest/api/timers.html), over the adapter's, which run by time, then by the order
// they were set in. As in Node the functions answer objects; unlike there, `unref` keeps the program waiting all the
// same.
(host) => {
  const byId = new Map();
  const LONGEST = 2 ** 31 - 1;

  const check = (callback) => {
    if (typeof callback === "function") return;
    throw Object.assign(
      new TypeError(
        `The "callback" argument must be of type function. Received ${host.load("inspect").received(callback)}`,
      ),
      { code: "ERR_INVALID_ARG_TYPE" },
    );
  };

  class Timeout {
    #id;
    #callback;
    #args;
    #delay;
    #repeat;
    #referenced = true;

    constructor(callback, args, delay, repeat) {
      check(callback);
      this.#callback = callback;
      this.#args = args;
      // No sooner than after 1 ms; what is too long for 32 bits, too.
      this.#delay = delay >= 1 && delay <= LONGEST ? Math.trunc(delay) : 1;
      this.#repeat = repeat;
      this.#start();
    }

    #start() {
      this.#id = host.setTimer(() => {
        byId.delete(this.#id);
        if (this.#repeat) this.#start();
        this.#callback.apply(this, this.#args);
      }, this.#delay);
      byId.set(this.#id, this);
    }

    close() {
      this.#repeat = false;
      host.clearTimer(this.#id);
      byId.delete(this.#id);
      return this;
    }

    refresh() {
      host.clearTimer(this.#id);
      byId.delete(this.#id);
      this.#start();
      return this;
    }

    ref() {
      this.#referenced = true;
      return this;
    }
    unref() {
      this.#referenced = false;
      return this;
    }
    hasRef() {
      return this.#referenced;
    }
    [Symbol.toPrimitive]() {
      return this.#id;
    }
  }

  class Immediate {
    #cleared = false;
    constructor(callback, args) {
      check(callback);
      host.post(() => {
        if (!this.#cleared) callback.apply(this, args);
      });
    }
    clear() {
      this.#cleared = true;
    }
    ref() {
      return this;
    }
    unref() {
      return this;
    }
    hasRef() {
      return true;
    }
  }

  const clear = (timer) => {
    if (timer instanceof Timeout) timer.close();
    else if (typeof timer === "number" || typeof timer === "string") byId.get(Number(timer))?.close();
  };

  return {
    setTimeout: (callback, delay = 1, ...args) => new Timeout(callback, args, Number(delay), false),
    setInterval: (callback, delay = 1, ...args) => new Timeout(callback, args, Number(delay), true),
    setImmediate: (callback, ...args) => new Immediate(callback, args),
    clearTimeout: clear,
    clearInterval: clear,
    clearImmediate: (immediate) => {
      if (immediate instanceof Immediate) immediate.clear();
    },
  };
};
