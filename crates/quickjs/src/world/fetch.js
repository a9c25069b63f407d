// fetch, Request, Response (https://fetch.spec.whatwg.org). The host carries requests out, if it was granted the
// network; there are no cookies, caches or origins here, so no modes or credentials.
(host) => {
  const { ReadableStream } = host.load("streams");
  const { URL, URLSearchParams } = host.load("url");
  const { AbortController } = host.load("events");
  const { Headers } = host.load("headers");
  const isToken = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

  const copy = (bytes) => new Uint8Array(bytes);

  // A body's bytes or stream, and the content type it asks for.
  const extract = (body) => {
    if (body === undefined || body === null) return { source: null };
    if (typeof body === "string") return { source: host.encode(body), type: "text/plain;charset=UTF-8" };
    if (body instanceof URLSearchParams)
      return { source: host.encode(body.toString()), type: "application/x-www-form-urlencoded;charset=UTF-8" };
    if (body instanceof ArrayBuffer) return { source: copy(new Uint8Array(body)) };
    if (ArrayBuffer.isView(body))
      return { source: copy(new Uint8Array(body.buffer, body.byteOffset, body.byteLength)) };
    if (body instanceof ReadableStream) {
      if (body.locked) throw new TypeError("Response body object should not be disturbed or locked");
      return { source: null, stream: body };
    }
    const { Blob, FormData, bytesOf, encodeForm } = host.load("blob");
    if (body instanceof Blob) return { source: bytesOf(body), type: body.type || undefined };
    if (body instanceof FormData) return encodeForm(body);
    return { source: host.encode(`${body}`), type: "text/plain;charset=UTF-8" };
  };

  const streamOf = (bytes) =>
    new ReadableStream({
      start(controller) {
        if (bytes.length > 0) controller.enqueue(bytes);
        controller.close();
      },
    });

  class Body {
    #source;
    #stream;
    #used = false;

    constructor(extracted) {
      this.#source = extracted.source;
      this.#stream = extracted.stream ?? null;
    }

    get body() {
      if (this.#stream === null && this.#source !== null) {
        this.#stream = streamOf(this.#source);
        this.#source = null;
      }
      return this.#stream;
    }

    get bodyUsed() {
      return this.#used;
    }

    async #bytes() {
      if (this.#used || this.#stream?.locked) throw new TypeError("Body is unusable: Body has already been read");
      if (this.#source === null && this.#stream === null) return new Uint8Array(0);
      this.#used = true;
      if (this.#stream === null) return this.#source;
      const chunks = [];
      for await (const chunk of this.#stream) {
        if (!(chunk instanceof Uint8Array)) throw new TypeError("Received non-Uint8Array chunk");
        chunks.push(chunk);
      }
      const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
      chunks.reduce((at, chunk) => {
        whole.set(chunk, at);
        return at + chunk.length;
      }, 0);
      return whole;
    }

    bytes() {
      return this.#bytes();
    }
    async arrayBuffer() {
      return copy(await this.#bytes()).buffer;
    }
    async text() {
      return new (host.load("encoding").TextDecoder)().decode(await this.#bytes());
    }
    async json() {
      return JSON.parse(await this.text());
    }
    async blob() {
      return new (host.load("blob").Blob)([await this.#bytes()], { type: this.headers.get("content-type") ?? "" });
    }
    async formData() {
      const type = this.headers.get("content-type") ?? "";
      if (!type.startsWith("application/x-www-form-urlencoded"))
        throw new TypeError(`Content-Type "${type}" cannot be parsed as form data`);
      const form = new (host.load("blob").FormData)();
      for (const [name, value] of new URLSearchParams(await this.text())) form.append(name, value);
      return form;
    }

    // Two bodies that read the same.
    split() {
      if (this.#used || this.#stream?.locked) throw new TypeError("Body has already been consumed.");
      if (this.#stream === null) return { source: this.#source };
      const [mine, other] = this.#stream.tee();
      this.#stream = mine;
      return { source: null, stream: other };
    }
  }

  class Request extends Body {
    #url;
    #method;
    #headers;
    #signal;
    #redirect;

    constructor(input, init = {}) {
      const from = input instanceof Request ? input : undefined;
      const given = init.body !== undefined && init.body !== null;
      const extracted = given ? extract(init.body) : from ? from.split() : { source: null };
      super(extracted);
      const url = from ? from.url : new URL(`${input}`);
      if (!from && (url.username !== "" || url.password !== ""))
        throw new TypeError(`Request cannot be constructed from a URL that includes credentials: ${input}`);
      this.#url = from ? url : url.href;
      const method = `${init.method ?? from?.method ?? "GET"}`;
      if (!isToken.test(method) || /^(CONNECT|TRACE|TRACK)$/i.test(method))
        throw new TypeError(`'${method}' is not a valid HTTP method.`);
      this.#method = /^(delete|get|head|options|post|put)$/i.test(method) ? method.toUpperCase() : method;
      if (given && /^(GET|HEAD)$/.test(this.#method))
        throw new TypeError("Request with GET/HEAD method cannot have body.");
      this.#headers = new Headers(init.headers ?? from?.headers);
      if (extracted.type !== undefined && !this.#headers.has("content-type"))
        this.#headers.append("content-type", extracted.type);
      this.#signal = init.signal ?? from?.signal ?? new AbortController().signal;
      this.#redirect = `${init.redirect ?? from?.redirect ?? "follow"}`;
    }

    get url() {
      return this.#url;
    }
    get method() {
      return this.#method;
    }
    get headers() {
      return this.#headers;
    }
    get signal() {
      return this.#signal;
    }
    get redirect() {
      return this.#redirect;
    }
    clone() {
      return new Request(this);
    }
    get [Symbol.toStringTag]() {
      return "Request";
    }
  }

  class Response extends Body {
    #status;
    #statusText;
    #headers;
    #url = "";
    #redirected = false;
    #type = "default";

    constructor(body = null, init = {}) {
      const extracted = extract(body);
      super(extracted);
      this.#status = init.status ?? 200;
      if (!Number.isInteger(this.#status) || this.#status < 200 || this.#status > 599) {
        throw new RangeError('init["status"] must be in the range of 200 to 599, inclusive.');
      }
      if (body !== null && body !== undefined && [204, 205, 304].includes(this.#status)) {
        throw new TypeError(`Response constructor: Invalid response status code ${this.#status}`);
      }
      this.#statusText = `${init.statusText ?? ""}`;
      this.#headers = new Headers(init.headers);
      if (extracted.type !== undefined && !this.#headers.has("content-type"))
        this.#headers.append("content-type", extracted.type);
    }

    static received(head, stream) {
      const isEmpty = [204, 205, 304].includes(head.status);
      const response = new Response(isEmpty ? null : stream, { statusText: head.statusText, headers: head.headers });
      response.#status = head.status;
      response.#url = head.url;
      response.#redirected = head.redirected;
      response.#type = "basic";
      return response;
    }

    static json(data, init = {}) {
      const headers = new Headers(init.headers);
      if (!headers.has("content-type")) headers.set("content-type", "application/json");
      return new Response(JSON.stringify(data), { ...init, headers });
    }

    static redirect(url, status = 302) {
      if (![301, 302, 303, 307, 308].includes(status)) throw new RangeError(`Invalid status code ${status}`);
      return new Response(null, { status, headers: { location: new URL(`${url}`).href } });
    }

    static error() {
      const response = new Response();
      response.#status = 0;
      response.#type = "error";
      return response;
    }

    get status() {
      return this.#status;
    }
    get statusText() {
      return this.#statusText;
    }
    get ok() {
      return this.#status >= 200 && this.#status <= 299;
    }
    get headers() {
      return this.#headers;
    }
    get url() {
      return this.#url;
    }
    get redirected() {
      return this.#redirected;
    }
    get type() {
      return this.#type;
    }
    clone() {
      const { source, stream } = this.split();
      const copied = new Response(stream ?? source, { statusText: this.#statusText, headers: this.#headers });
      copied.#status = this.#status;
      copied.#url = this.#url;
      copied.#redirected = this.#redirected;
      copied.#type = this.#type;
      return copied;
    }
    get [Symbol.toStringTag]() {
      return "Response";
    }
  }
  const { received } = Response;
  delete Response.received;

  const failed = (message) => Object.assign(new TypeError("fetch failed"), { cause: new Error(message) });

  const dataUrl = (url) => {
    const comma = url.indexOf(",");
    if (comma < 0) throw failed("invalid data: URL");
    const [, type, base64] = /^data:(.*?)(;\s*base64)?$/i.exec(url.slice(0, comma));
    const text = decodeURIComponent(url.slice(comma + 1).replace(/#.*$/, ""));
    const bytes = base64 ? Uint8Array.from(atob(text), (c) => c.charCodeAt(0)) : host.encode(text);
    return received(
      {
        status: 200,
        statusText: "OK",
        url,
        redirected: false,
        headers: [["content-type", type || "text/plain;charset=US-ASCII"]],
      },
      streamOf(bytes),
    );
  };

  const fetch = async (input, init) => {
    const request = new Request(input, init);
    request.signal.throwIfAborted();
    const scheme = request.url.slice(0, request.url.indexOf(":") + 1);
    if (scheme === "data:") return dataUrl(request.url);
    if (scheme !== "http:" && scheme !== "https:") throw failed("unknown scheme");
    const body = request.body === null ? undefined : await request.bytes();
    request.signal.throwIfAborted();
    return send(request, body);
  };

  const send = (request, body) =>
    new Promise((resolve, reject) => {
      let controller;
      let answered = false;
      let over = false;
      const stream = new ReadableStream(
        {
          start(c) {
            controller = c;
          },
          cancel() {
            if (!over) host.abortFetch(id);
            over = true;
          },
        },
        { highWaterMark: 0 },
      );
      const fail = (error) => {
        over = true;
        if (answered) controller.error(error);
        else reject(error);
      };
      const id = host.fetch(request.url, request.method, [...request.headers], body, request.redirect, {
        head(status, statusText, url, redirected, headers) {
          answered = true;
          resolve(received({ status, statusText, url, redirected, headers }, stream));
        },
        chunk(bytes) {
          if (!over && bytes.length > 0) controller.enqueue(bytes);
        },
        end() {
          if (!over) {
            over = true;
            controller.close();
          }
        },
        error(message) {
          if (!over) fail(failed(message));
        },
      });
      request.signal.addEventListener(
        "abort",
        () => {
          if (over) return;
          host.abortFetch(id);
          fail(request.signal.reason ?? new DOMException("This operation was aborted", "AbortError"));
        },
        { once: true },
      );
    });

  return { fetch, Headers, Request, Response };
};
