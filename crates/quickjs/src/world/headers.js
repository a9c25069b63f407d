// Headers (https://fetch.spec.whatwg.org/#headers-class).
(host) => {
  const isToken = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
  const trim = /^[\t\n\r ]+|[\t\n\r ]+$/g;

  class Headers {
    #list = new Map();

    constructor(init) {
      if (init === undefined) return;
      if (typeof init !== "object" || init === null)
        throw new TypeError("Headers constructor: init is neither a sequence nor a record");
      const pairs = typeof init[Symbol.iterator] === "function" ? Array.from(init) : Object.entries(init);
      for (const pair of pairs) {
        const both = Array.from(pair);
        if (both.length !== 2) throw new TypeError("Headers constructor: expected name/value pair to be length 2");
        this.append(...both);
      }
    }

    static #name(name) {
      if (!isToken.test(`${name}`)) throw new TypeError(`Headers: "${name}" is an invalid header name`);
      return `${name}`.toLowerCase();
    }

    static #value(value) {
      const text = `${value}`.replace(trim, "");
      if (/[\0\r\n]|[^\0-\xff]/.test(text)) throw new TypeError(`Headers: "${text}" is an invalid header value`);
      return text;
    }

    append(name, value) {
      const key = Headers.#name(name);
      this.#list.set(key, [...(this.#list.get(key) ?? []), Headers.#value(value)]);
    }
    set(name, value) {
      this.#list.set(Headers.#name(name), [Headers.#value(value)]);
    }
    get(name) {
      return this.#list.get(Headers.#name(name))?.join(", ") ?? null;
    }
    has(name) {
      return this.#list.has(Headers.#name(name));
    }
    delete(name) {
      this.#list.delete(Headers.#name(name));
    }
    getSetCookie() {
      return [...(this.#list.get("set-cookie") ?? [])];
    }
    forEach(callback, self) {
      for (const [k, v] of this) callback.call(self, v, k, this);
    }
    *entries() {
      for (const key of [...this.#list.keys()].sort()) {
        if (key === "set-cookie") for (const cookie of this.#list.get(key)) yield [key, cookie];
        else yield [key, this.get(key)];
      }
    }
    *keys() {
      for (const [k] of this) yield k;
    }
    *values() {
      for (const [, v] of this) yield v;
    }
    [Symbol.iterator]() {
      return this.entries();
    }
    get [Symbol.toStringTag]() {
      return "Headers";
    }
    [Symbol.for("nodejs.util.inspect.custom")](_, options, inspect) {
      return `Headers ${inspect(Object.fromEntries(this), options)}`;
    }
  }

  return { Headers };
};
