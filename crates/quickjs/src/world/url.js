// URL and URLSearchParams (https://url.spec.whatwg.org). The host parses and serialises; the classes keep its parts.
(host) => {
  const fail = (input, base) =>
    Object.assign(new TypeError("Invalid URL"), {
      code: "ERR_INVALID_URL",
      input,
      ...(base === undefined ? {} : { base }),
    });

  const percent = (text) => {
    let out = "";
    for (const byte of host.encode(text)) {
      const c = String.fromCharCode(byte);
      out +=
        byte === 0x20 ? "+" : /[A-Za-z0-9*\-._]/.test(c) ? c : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    }
    return out;
  };

  const unpercent = (text) => {
    const spaced = text.replaceAll("+", " ");
    if (!spaced.includes("%")) return spaced;
    const from = host.encode(spaced);
    const to = [];
    for (let at = 0; at < from.length; at++) {
      const hex = from[at] === 0x25 ? String.fromCharCode(from[at + 1], from[at + 2]) : "";
      if (/^[0-9a-fA-F]{2}$/.test(hex)) {
        to.push(parseInt(hex, 16));
        at += 2;
      } else {
        to.push(from[at]);
      }
    }
    return host.decode(Uint8Array.from(to), false).replace(/^\ufeff/, "\ufeff");
  };

  const parse = (query) =>
    query
      .split("&")
      .filter((part) => part !== "")
      .map((part) => {
        const at = part.indexOf("=");
        return at < 0 ? [unpercent(part), ""] : [unpercent(part.slice(0, at)), unpercent(part.slice(at + 1))];
      });

  const pairsOf = (init) => {
    if (init === undefined || init === null) return [];
    if (typeof init !== "object" && typeof init !== "function") {
      const text = `${init}`.toWellFormed();
      return parse(text[0] === "?" ? text.slice(1) : text);
    }
    if (typeof init[Symbol.iterator] !== "function")
      return Object.entries(init).map(([k, v]) => [k.toWellFormed(), `${v}`.toWellFormed()]);
    return Array.from(init, (pair) => {
      const both = Array.from(pair ?? []);
      if (both.length !== 2)
        throw Object.assign(new TypeError("Each query pair must be an iterable [name, value] tuple"), {
          code: "ERR_INVALID_TUPLE",
        });
      return both.map((text) => `${text}`.toWellFormed());
    });
  };

  // Links the parameters to their URL without a public way to do so.
  let bind;

  class URLSearchParams {
    #pairs;
    #changed = () => {};

    constructor(init) {
      this.#pairs = pairsOf(init);
    }

    static {
      bind = (params, query, changed) => {
        params.#pairs = parse(query);
        params.#changed = changed;
      };
    }

    get size() {
      return this.#pairs.length;
    }
    append(name, value) {
      this.#pairs.push([`${name}`.toWellFormed(), `${value}`.toWellFormed()]);
      this.#changed();
    }
    delete(name, value) {
      this.#pairs = this.#pairs.filter(([k, v]) => k !== `${name}` || (value !== undefined && v !== `${value}`));
      this.#changed();
    }
    get(name) {
      return this.#pairs.find(([k]) => k === `${name}`)?.[1] ?? null;
    }
    getAll(name) {
      return this.#pairs.filter(([k]) => k === `${name}`).map(([, v]) => v);
    }
    has(name, value) {
      return this.#pairs.some(([k, v]) => k === `${name}` && (value === undefined || v === `${value}`));
    }
    set(name, value) {
      const at = this.#pairs.findIndex(([k]) => k === `${name}`);
      if (at < 0) return this.append(name, value);
      this.#pairs = this.#pairs.filter(([k], i) => i <= at || k !== `${name}`);
      this.#pairs[at][1] = `${value}`.toWellFormed();
      this.#changed();
    }
    sort() {
      this.#pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
      this.#changed();
    }
    forEach(callback, self) {
      for (const [k, v] of this) callback.call(self, v, k, this);
    }
    // Live iterators: what is appended meanwhile is seen too.
    *entries() {
      for (let at = 0; at < this.#pairs.length; at++) yield [...this.#pairs[at]];
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
    toString() {
      return this.#pairs.map(([k, v]) => `${percent(k)}=${percent(v)}`).join("&");
    }
    get [Symbol.toStringTag]() {
      return "URLSearchParams";
    }
    [Symbol.for("nodejs.util.inspect.custom")](_, options, inspect) {
      return `URLSearchParams ${this.#pairs.length === 0 ? "{}" : `{ ${this.#pairs.map(([k, v]) => `${inspect(k)} => ${inspect(v)}`).join(", ")} }`}`;
    }
  }

  const parts = [
    "href",
    "protocol",
    "username",
    "password",
    "host",
    "hostname",
    "port",
    "pathname",
    "search",
    "hash",
    "origin",
  ];

  class URL {
    #parts;
    #params;

    constructor(input, base) {
      this.#parts = host.parseUrl(`${input}`, base === undefined ? undefined : `${base}`);
      if (this.#parts === undefined) throw fail(`${input}`, base === undefined ? undefined : `${base}`);
    }

    static canParse(input, base) {
      return host.parseUrl(`${input}`, base === undefined ? undefined : `${base}`) !== undefined;
    }

    static {
      parts.forEach((name, index) => {
        const set =
          name === "origin"
            ? undefined
            : function (value) {
                this.#set(name, `${value}`);
              };
        Object.defineProperty(this.prototype, name, {
          configurable: true,
          enumerable: true,
          get() {
            return this.#parts[index];
          },
          set,
        });
      });
    }

    #set(name, value) {
      const changed = name === "href" ? host.parseUrl(value, undefined) : host.setUrl(this.#parts[0], name, value);
      if (changed === undefined) {
        if (name === "href") throw fail(value);
        return;
      }
      this.#parts = changed;
      if (this.#params !== undefined && (name === "href" || name === "search")) this.#link();
    }

    #link() {
      bind(this.#params, this.#parts[8].slice(1), () => {
        this.#parts = host.setUrl(this.#parts[0], "search", this.#params.toString());
      });
    }

    get searchParams() {
      if (this.#params === undefined) {
        this.#params = new URLSearchParams();
        this.#link();
      }
      return this.#params;
    }

    toString() {
      return this.#parts[0];
    }
    toJSON() {
      return this.#parts[0];
    }
    get [Symbol.toStringTag]() {
      return "URL";
    }
    [Symbol.for("nodejs.util.inspect.custom")](depth, options, inspect) {
      const shown = {};
      for (const name of [
        "href",
        "origin",
        "protocol",
        "username",
        "password",
        "host",
        "hostname",
        "port",
        "pathname",
        "search",
        "searchParams",
        "hash",
      ])
        shown[name] = this[name];
      return `URL ${inspect(shown, options)}`;
    }
  }

  const fileURLToPath = (url) => {
    const parsed = url instanceof URL ? url : new URL(url);
    if (parsed.protocol !== "file:")
      throw Object.assign(new TypeError("The URL must be of scheme file"), { code: "ERR_INVALID_URL_SCHEME" });
    if (parsed.hostname !== "")
      throw Object.assign(new TypeError('File URL host must be "localhost" or empty on linux'), {
        code: "ERR_INVALID_FILE_URL_HOST",
      });
    if (/%2f/i.test(parsed.pathname)) {
      throw Object.assign(new TypeError("File URL path must not include encoded / characters"), {
        code: "ERR_INVALID_FILE_URL_PATH",
      });
    }
    return decodeURIComponent(parsed.pathname);
  };

  const pathToFileURL = (path) => {
    const slash = path.endsWith("/") && path !== "/" ? "/" : "";
    const absolute = host.resolve(path) + slash;
    return new URL(
      `file://${absolute.replace(/[%\\\n\r\t?#]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`)}`,
    );
  };

  return { URL, URLSearchParams, fileURLToPath, pathToFileURL };
};
