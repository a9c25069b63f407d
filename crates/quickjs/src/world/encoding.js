// TextEncoder and TextDecoder (https://encoding.spec.whatwg.org). UTF-8 is done by the host; the other labels are those
// that cost little.
(host) => {
  const labels = new Map();
  for (const [name, all] of [
    ["utf-8", "unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf-8 utf8 x-unicode20utf8"],
    ["utf-16le", "csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf-16le"],
    [
      "windows-1252",
      "ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 iso88591 iso_8859-1 " +
        "iso_8859-1:1987 l1 latin1 us-ascii windows-1252 x-cp1252",
    ],
  ])
    for (const label of all.split(" ")) labels.set(label, name);

  // What windows-1252 has at 0x80 to 0x9F.
  const upper = "€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ";

  const coded = (error, code) => Object.assign(error, { code });

  const bytesOf = (input) => {
    if (input === undefined) return new Uint8Array(0);
    if (ArrayBuffer.isView(input)) return new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
    if (input instanceof ArrayBuffer || input instanceof SharedArrayBuffer) return new Uint8Array(input);
    throw coded(
      new TypeError(
        'The "list" argument must be an instance of SharedArrayBuffer, ArrayBuffer or ArrayBufferView.' +
          ` Received ${host.load("inspect").received(input)}`,
      ),
      "ERR_INVALID_ARG_TYPE",
    );
  };

  class TextEncoder {
    get encoding() {
      return "utf-8";
    }

    encode(input = "") {
      return host.encode(`${input}`);
    }

    encodeInto(source, destination) {
      const [read, written] = host.encodeInto(`${source}`, destination);
      return { read, written };
    }

    get [Symbol.toStringTag]() {
      return "TextEncoder";
    }
  }

  // How many bytes at the end are the beginning of a character that is not complete: they wait for the next chunk.
  const incomplete = (bytes, encoding) => {
    if (encoding === "windows-1252") return 0;
    if (encoding === "utf-16le") {
      const odd = bytes.length % 2;
      const high = bytes[bytes.length - odd - 1];
      return odd + (high >= 0xd8 && high < 0xdc ? 2 : 0);
    }
    for (let back = 1; back <= 3 && back <= bytes.length; back++) {
      const byte = bytes[bytes.length - back];
      if ((byte & 0xc0) === 0x80) continue;
      const length = byte >= 0xf0 && byte < 0xf5 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 1;
      if (length <= back || byte >= 0xf5) return 0;
      // The second byte decides whether it can still become a character.
      const second = bytes[bytes.length - back + 1];
      const [low, high] = { 0xe0: [0xa0, 0xbf], 0xed: [0x80, 0x9f], 0xf0: [0x90, 0xbf], 0xf4: [0x80, 0x8f] }[byte] ?? [
        0x80, 0xbf,
      ];
      return back === 1 || (second >= low && second <= high) ? back : 0;
    }
    return 0;
  };

  const utf16 = (bytes, fatal) => {
    let text = "";
    const even = bytes.length - (bytes.length % 2);
    for (let at = 0; at < even; at += 8192) {
      const units = [];
      for (let i = at; i < Math.min(at + 8192, even); i += 2) units.push(bytes[i] | (bytes[i + 1] << 8));
      text += String.fromCharCode(...units);
    }
    if (even < bytes.length) text += "\ufffd";
    if (fatal && (even < bytes.length || !text.isWellFormed())) return undefined;
    return text.toWellFormed();
  };

  const single = (bytes) =>
    Array.from(bytes, (b) => (b >= 0x80 && b < 0xa0 ? upper[b - 0x80] : String.fromCharCode(b))).join("");

  class TextDecoder {
    #encoding;
    #fatal;
    #ignoreBOM;
    #rest = new Uint8Array(0);
    #started = false;

    constructor(label = "utf-8", options = {}) {
      const encoding = labels.get(`${label}`.trim().toLowerCase());
      if (encoding === undefined)
        throw coded(new RangeError(`The "${label}" encoding is not supported`), "ERR_ENCODING_NOT_SUPPORTED");
      this.#encoding = encoding;
      this.#fatal = Boolean(options?.fatal);
      this.#ignoreBOM = Boolean(options?.ignoreBOM);
    }

    get encoding() {
      return this.#encoding;
    }
    get fatal() {
      return this.#fatal;
    }
    get ignoreBOM() {
      return this.#ignoreBOM;
    }
    get [Symbol.toStringTag]() {
      return "TextDecoder";
    }

    decode(input, options) {
      const stream = Boolean(options?.stream);
      let bytes = bytesOf(input);
      if (this.#rest.length > 0) {
        const whole = new Uint8Array(this.#rest.length + bytes.length);
        whole.set(this.#rest);
        whole.set(bytes, this.#rest.length);
        bytes = whole;
      }
      const keep = stream ? incomplete(bytes, this.#encoding) : 0;
      this.#rest = keep > 0 ? bytes.slice(bytes.length - keep) : new Uint8Array(0);
      if (keep > 0) bytes = bytes.subarray(0, bytes.length - keep);
      let text = this.#convert(bytes);
      if (text === undefined) {
        this.#rest = new Uint8Array(0);
        this.#started = false;
        throw coded(
          new TypeError(`The encoded data was not valid for encoding ${this.#encoding}`),
          "ERR_ENCODING_INVALID_ENCODED_DATA",
        );
      }
      if (!this.#started && text !== "") {
        if (!this.#ignoreBOM && this.#encoding !== "windows-1252" && text[0] === "\ufeff") text = text.slice(1);
        this.#started = true;
      }
      if (!stream) this.#started = false;
      return text;
    }

    #convert(bytes) {
      if (this.#encoding === "utf-8") return host.decode(bytes, this.#fatal);
      return this.#encoding === "utf-16le" ? utf16(bytes, this.#fatal) : single(bytes);
    }
  }

  return { TextEncoder, TextDecoder };
};
