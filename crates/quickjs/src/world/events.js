// Events: Event, CustomEvent, EventTarget, AbortController, AbortSignal (https://dom.spec.whatwg.org). There is no tree
// here, so an event visits its target only.
(host) => {
  // What only the dispatch may touch.
  const inside = Symbol("event");

  class Event {
    constructor(type, options = {}) {
      if (arguments.length === 0) throw new TypeError('The "type" argument must be specified');
      const { bubbles = false, cancelable = false, composed = false } = options ?? {};
      Object.defineProperty(this, inside, {
        value: {
          type: `${type}`,
          bubbles: !!bubbles,
          cancelable: !!cancelable,
          composed: !!composed,
          target: null,
          prevented: false,
          stopped: false,
          passive: false,
          dispatching: false,
          time: host.now(),
        },
      });
    }

    get type() {
      return this[inside].type;
    }
    get bubbles() {
      return this[inside].bubbles;
    }
    get cancelable() {
      return this[inside].cancelable;
    }
    get composed() {
      return this[inside].composed;
    }
    get target() {
      return this[inside].target;
    }
    get srcElement() {
      return this[inside].target;
    }
    get currentTarget() {
      return this[inside].dispatching ? this[inside].target : null;
    }
    get eventPhase() {
      return this[inside].dispatching ? 2 : 0;
    }
    get defaultPrevented() {
      return this[inside].prevented;
    }
    get returnValue() {
      return !this[inside].prevented;
    }
    get timeStamp() {
      return this[inside].time;
    }
    get isTrusted() {
      return false;
    }
    composedPath() {
      return this[inside].dispatching ? [this[inside].target] : [];
    }
    preventDefault() {
      if (this.cancelable && !this[inside].passive) this[inside].prevented = true;
    }
    stopPropagation() {}
    stopImmediatePropagation() {
      this[inside].stopped = true;
    }
    get [Symbol.toStringTag]() {
      return "Event";
    }
  }

  class CustomEvent extends Event {
    #detail;
    constructor(type, options = {}) {
      super(type, options);
      this.#detail = options?.detail ?? null;
    }
    get detail() {
      return this.#detail;
    }
  }

  class EventTarget {
    #listeners = new Map();

    addEventListener(type, callback, options) {
      if (callback === null || callback === undefined) return;
      if (typeof callback !== "function" && typeof callback !== "object") {
        throw new TypeError(
          `The "listener" argument must be an instance of EventListener. Received ${host.load("inspect").received(callback)}`,
        );
      }
      const given = typeof options === "object" && options !== null ? options : { capture: options };
      const { once = false, passive = false, signal } = given;
      const capture = Boolean(given.capture);
      if (signal?.aborted) return;
      const list = this.#listeners.get(`${type}`) ?? [];
      if (list.some((l) => l.callback === callback && l.capture === capture)) return;
      this.#listeners.set(`${type}`, [...list, { callback, capture, once, passive, removed: false }]);
      signal?.addEventListener("abort", () => this.removeEventListener(type, callback, capture), { once: true });
    }

    removeEventListener(type, callback, options) {
      const capture = Boolean(typeof options === "object" && options !== null ? options.capture : options);
      const list = this.#listeners.get(`${type}`) ?? [];
      for (const l of list) if (l.callback === callback && l.capture === capture) l.removed = true;
      this.#listeners.set(
        `${type}`,
        list.filter((l) => !l.removed),
      );
    }

    dispatchEvent(event) {
      if (!(event instanceof Event)) throw new TypeError('The "event" argument must be an instance of Event.');
      const state = event[inside];
      if (state.dispatching) throw new DOMException("The event is already being dispatched", "InvalidStateError");
      state.target = this;
      state.dispatching = true;
      state.stopped = false;
      for (const listener of this.#listeners.get(event.type) ?? []) {
        if (listener.removed) continue;
        if (listener.once) this.removeEventListener(event.type, listener.callback, listener.capture);
        state.passive = listener.passive;
        // A listener's exception stops neither the others nor the dispatch; it is reported by itself.
        try {
          if (typeof listener.callback === "function") listener.callback.call(this, event);
          else listener.callback.handleEvent(event);
        } catch (error) {
          host.report(error);
        }
        if (state.stopped) break;
      }
      state.dispatching = false;
      state.passive = false;
      return !state.prevented;
    }

    get [Symbol.toStringTag]() {
      return "EventTarget";
    }
  }

  // `target.on<type> = f`, called after the listeners that were there before it.
  const handler = (prototype, type) => {
    const held = new WeakMap();
    Object.defineProperty(prototype, `on${type}`, {
      configurable: true,
      enumerable: true,
      get() {
        return held.get(this)?.callback ?? null;
      },
      set(callback) {
        const before = held.get(this);
        if (before) this.removeEventListener(type, before.listener);
        held.delete(this);
        if (typeof callback !== "function") return;
        const listener = (event) => callback.call(this, event);
        held.set(this, { callback, listener });
        this.addEventListener(type, listener);
      },
    });
  };

  const token = Symbol("made here");

  class AbortSignal extends EventTarget {
    #reason;
    #aborted = false;
    #dependents = [];

    constructor(key) {
      if (key !== token) throw new TypeError("Illegal constructor");
      super();
    }

    get aborted() {
      return this.#aborted;
    }
    get reason() {
      return this.#reason;
    }
    throwIfAborted() {
      if (this.#aborted) throw this.#reason;
    }
    get [Symbol.toStringTag]() {
      return "AbortSignal";
    }

    static abort(reason) {
      const signal = new AbortSignal(token);
      signal.#abort(reason);
      return signal;
    }

    static timeout(ms) {
      const signal = new AbortSignal(token);
      host.setTimer(
        () => signal.#abort(new DOMException("The operation was aborted due to timeout", "TimeoutError")),
        Number(ms),
      );
      return signal;
    }

    static any(signals) {
      const all = [...signals];
      const signal = new AbortSignal(token);
      const done = all.find((s) => s.aborted);
      if (done !== undefined) signal.#abort(done.reason);
      else for (const s of all) s.#dependents.push(signal);
      return signal;
    }

    #abort(reason = new DOMException("This operation was aborted", "AbortError")) {
      if (this.#aborted) return;
      this.#aborted = true;
      this.#reason = reason;
      this.dispatchEvent(new Event("abort"));
      for (const dependent of this.#dependents.splice(0)) dependent.#abort(reason);
    }

    static [token](signal, reason) {
      signal.#abort(reason);
    }
  }
  handler(AbortSignal.prototype, "abort");
  const abort = AbortSignal[token];
  delete AbortSignal[token];

  class AbortController {
    #signal = new AbortSignal(token);
    get signal() {
      return this.#signal;
    }
    abort(reason) {
      abort(this.#signal, reason);
    }
    get [Symbol.toStringTag]() {
      return "AbortController";
    }
  }

  return { Event, CustomEvent, EventTarget, AbortController, AbortSignal };
};
