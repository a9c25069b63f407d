// Blob, File (https://w3c.github.io/FileAPI) and FormData (https://xhr.spec.whatwg.org/#interface-formdata), in memory.
(host) => {
  class Blob {
    #bytes;
    #type;

    constructor(parts = [], options = {}) {
      if (typeof parts !== "object" || parts === null || typeof parts[Symbol.iterator] !== "function") {
        throw Object.assign(
          new TypeError(
            `The "sources" argument must be an instance of Sequence. Received ${host.load("inspect").received(parts)}`,
          ),
          { code: "ERR_INVALID_ARG_TYPE" },
        );
      }
      const all = Array.from(parts, (part) => {
        if (part instanceof Blob) return part.#bytes;
        if (part instanceof ArrayBuffer) return new Uint8Array(part);
        if (ArrayBuffer.isView(part)) return new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
        return host.encode(`${part}`);
      });
      this.#bytes = new Uint8Array(all.reduce((sum, part) => sum + part.length, 0));
      all.reduce((at, part) => {
        this.#bytes.set(part, at);
        return at + part.length;
      }, 0);
      const type = `${options?.type ?? ""}`;
      this.#type = /[^\x20-\x7e]/.test(type) ? "" : type.toLowerCase();
    }

    get size() {
      return this.#bytes.length;
    }
    get type() {
      return this.#type;
    }

    slice(start = 0, end = this.size, type = "") {
      return new Blob([this.#bytes.subarray(start, end)], { type });
    }
    async bytes() {
      return this.#bytes.slice();
    }
    async arrayBuffer() {
      return this.#bytes.slice().buffer;
    }
    async text() {
      return host.decode(this.#bytes, false);
    }
    stream() {
      const bytes = this.#bytes.slice();
      return new (host.load("streams").ReadableStream)({
        start(controller) {
          if (bytes.length > 0) controller.enqueue(bytes);
          controller.close();
        },
      });
    }
    get [Symbol.toStringTag]() {
      return "Blob";
    }
    [Symbol.for("nodejs.util.inspect.custom")](_, options, inspect) {
      return `Blob ${inspect({ size: this.size, type: this.type }, options)}`;
    }

    static bytesOf(blob) {
      return blob.#bytes;
    }
  }
  const { bytesOf } = Blob;
  delete Blob.bytesOf;

  class File extends Blob {
    #name;
    #lastModified;

    constructor(parts, name, options = {}) {
      super(parts, options);
      this.#name = `${name}`;
      this.#lastModified = Number(options?.lastModified ?? Date.now());
    }

    get name() {
      return this.#name;
    }
    get lastModified() {
      return this.#lastModified;
    }
    get [Symbol.toStringTag]() {
      return "File";
    }
  }

  class FormData {
    #pairs = [];

    static #value(value, filename) {
      if (!(value instanceof Blob)) return `${value}`.toWellFormed();
      if (value instanceof File && filename === undefined) return value;
      return new File([value], filename ?? "blob", { type: value.type });
    }

    append(name, value, filename) {
      this.#pairs.push([`${name}`.toWellFormed(), FormData.#value(value, filename)]);
    }
    set(name, value, filename) {
      const at = this.#pairs.findIndex(([k]) => k === `${name}`);
      if (at < 0) return this.append(name, value, filename);
      this.#pairs = this.#pairs.filter(([k], i) => i <= at || k !== `${name}`);
      this.#pairs[at][1] = FormData.#value(value, filename);
    }
    delete(name) {
      this.#pairs = this.#pairs.filter(([k]) => k !== `${name}`);
    }
    get(name) {
      return this.#pairs.find(([k]) => k === `${name}`)?.[1] ?? null;
    }
    getAll(name) {
      return this.#pairs.filter(([k]) => k === `${name}`).map(([, v]) => v);
    }
    has(name) {
      return this.#pairs.some(([k]) => k === `${name}`);
    }
    forEach(callback, self) {
      for (const [k, v] of this) callback.call(self, v, k, this);
    }
    *entries() {
      for (const [k, v] of this.#pairs) yield [k, v];
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
      return "FormData";
    }
  }

  // multipart/form-data (https://html.spec.whatwg.org/#multipart-form-data).
  const encodeForm = (form) => {
    const random = Array.from(host.random(new Uint8Array(12)), (b) => b.toString(16).padStart(2, "0")).join("");
    const boundary = `----formdata-gopherix-${random}`;
    const escape = (text) => text.replace(/\r\n|\r|\n/g, "%0D%0A").replaceAll('"', "%22");
    const parts = [];
    for (const [name, value] of form) {
      const head = `--${boundary}\r\nContent-Disposition: form-data; name="${escape(name)}"`;
      if (typeof value === "string") {
        parts.push(`${head}\r\n\r\n${value.replace(/\r\n|\r|\n/g, "\r\n")}\r\n`);
      } else {
        parts.push(
          `${head}; filename="${escape(value.name)}"\r\nContent-Type: ${value.type || "application/octet-stream"}\r\n\r\n`,
          value,
          "\r\n",
        );
      }
    }
    parts.push(`--${boundary}--\r\n`);
    return { source: bytesOf(new Blob(parts)), type: `multipart/form-data; boundary=${boundary}` };
  };

  return { Blob, File, FormData, encodeForm, bytesOf };
};
