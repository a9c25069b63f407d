// ReadableStream (https://streams.spec.whatwg.org), as far as bodies and scripts that make or read streams need it:
// sources with start, pull and cancel, readers, async iteration, tee. No byte streams, writable streams or strategies
// but a high-water mark.
(host) => {
  let inside;

  class ReadableStreamDefaultController {
    #stream;
    constructor(stream) {
      this.#stream = stream;
    }
    get desiredSize() {
      return inside.desiredSize(this.#stream);
    }
    enqueue(chunk) {
      inside.enqueue(this.#stream, chunk);
    }
    close() {
      inside.close(this.#stream);
    }
    error(reason) {
      inside.error(this.#stream, reason);
    }
  }

  class ReadableStream {
    #queue = [];
    #waiting = [];
    #state = "readable";
    #closing = false;
    #error;
    #reader = null;
    #source;
    #pulling = false;
    #again = false;
    #started = false;
    #mark;
    #controller = new ReadableStreamDefaultController(this);
    #done = Promise.withResolvers();

    constructor(source = {}, strategy = {}) {
      if (source?.type !== undefined)
        throw new RangeError(`ReadableStream: sources of type '${source.type}' are not supported`);
      this.#source = source ?? {};
      this.#mark = strategy?.highWaterMark ?? 1;
      this.#done.promise.catch(() => {});
      const started = this.#source.start?.(this.#controller);
      Promise.resolve(started).then(
        () => {
          this.#started = true;
          this.#pull();
        },
        (reason) => this.#fail(reason),
      );
    }

    static {
      inside = {
        desiredSize: (s) => (s.#state === "errored" ? null : s.#state === "closed" ? 0 : s.#mark - s.#queue.length),
        enqueue: (s, chunk) => {
          if (s.#closing || s.#state !== "readable") throw new TypeError("Invalid state: Controller is already closed");
          if (s.#waiting.length > 0) s.#waiting.shift().resolve({ value: chunk, done: false });
          else s.#queue.push(chunk);
          s.#pull();
        },
        close: (s) => {
          if (s.#closing || s.#state !== "readable") throw new TypeError("Invalid state: Controller is already closed");
          s.#closing = true;
          if (s.#queue.length === 0) s.#finish();
        },
        error: (s, reason) => s.#fail(reason),
        read: (s) => s.#read(),
        cancel: (s, reason) => s.#cancel(reason),
        closed: (s) => s.#done.promise,
        attach: (s, reader) => {
          if (s.#reader !== null)
            throw Object.assign(new TypeError("Invalid state: ReadableStream is locked"), {
              code: "ERR_INVALID_STATE",
            });
          s.#reader = reader;
        },
        release: (s) => {
          s.#reader = null;
          for (const waiting of s.#waiting.splice(0)) waiting.reject(new TypeError("Releasing reader"));
        },
      };
    }

    #pull() {
      if (!this.#started || this.#state !== "readable" || this.#closing || typeof this.#source.pull !== "function")
        return;
      if (this.#waiting.length === 0 && this.#queue.length >= this.#mark) return;
      if (this.#pulling) {
        this.#again = true;
        return;
      }
      this.#pulling = true;
      new Promise((resolve) => resolve(this.#source.pull(this.#controller))).then(
        () => {
          this.#pulling = false;
          if (this.#again) {
            this.#again = false;
            this.#pull();
          }
        },
        (reason) => this.#fail(reason),
      );
    }

    #finish() {
      this.#state = "closed";
      for (const waiting of this.#waiting.splice(0)) waiting.resolve({ value: undefined, done: true });
      this.#done.resolve();
    }

    #fail(reason) {
      if (this.#state !== "readable") return;
      this.#state = "errored";
      this.#error = reason;
      this.#queue.length = 0;
      for (const waiting of this.#waiting.splice(0)) waiting.reject(reason);
      this.#done.reject(reason);
    }

    #read() {
      if (this.#state === "errored") return Promise.reject(this.#error);
      if (this.#queue.length > 0) {
        const value = this.#queue.shift();
        if (this.#closing && this.#queue.length === 0) this.#finish();
        else this.#pull();
        return Promise.resolve({ value, done: false });
      }
      if (this.#state === "closed") return Promise.resolve({ value: undefined, done: true });
      const waiting = Promise.withResolvers();
      this.#waiting.push(waiting);
      this.#pull();
      return waiting.promise;
    }

    async #cancel(reason) {
      if (this.#state === "closed") return;
      if (this.#state === "errored") throw this.#error;
      this.#queue.length = 0;
      this.#finish();
      await this.#source.cancel?.(reason);
    }

    get locked() {
      return this.#reader !== null;
    }

    getReader(options) {
      if (options?.mode !== undefined)
        throw new TypeError(`ReadableStream: readers of mode '${options.mode}' are not supported`);
      return new ReadableStreamDefaultReader(this);
    }

    cancel(reason) {
      if (this.locked) return Promise.reject(new TypeError("Invalid state: ReadableStream is locked"));
      return this.#cancel(reason);
    }

    tee() {
      const reader = this.getReader();
      const branches = [[], []];
      const controllers = [];
      let canceled = 0;
      const pull = async () => {
        const { value, done } = await reader.read();
        for (const c of controllers) {
          if (c === null) continue;
          if (done) c.close();
          else c.enqueue(value);
        }
      };
      return branches.map(
        (_, at) =>
          new ReadableStream(
            {
              start(controller) {
                controllers[at] = controller;
              },
              pull,
              cancel(reason) {
                controllers[at] = null;
                canceled += 1;
                return canceled === 2 ? reader.cancel(reason) : undefined;
              },
            },
            { highWaterMark: 0 },
          ),
      );
    }

    async *values({ preventCancel = false } = {}) {
      const reader = this.getReader();
      let ended = false;
      try {
        for (;;) {
          const { value, done } = await reader.read();
          if (done) {
            ended = true;
            return;
          }
          yield value;
        }
      } catch (error) {
        ended = true;
        throw error;
      } finally {
        if (!ended && !preventCancel) await reader.cancel();
        reader.releaseLock();
      }
    }

    [Symbol.asyncIterator](options) {
      return this.values(options);
    }
    get [Symbol.toStringTag]() {
      return "ReadableStream";
    }

    static from(iterable) {
      const iterator = iterable[Symbol.asyncIterator]?.() ?? iterable[Symbol.iterator]();
      return new ReadableStream(
        {
          async pull(controller) {
            const { value, done } = await iterator.next();
            if (done) controller.close();
            else controller.enqueue(await value);
          },
          async cancel(reason) {
            await iterator.return?.(reason);
          },
        },
        { highWaterMark: 0 },
      );
    }
  }

  class ReadableStreamDefaultReader {
    #stream;
    #closed;

    constructor(stream) {
      inside.attach(stream, this);
      this.#stream = stream;
      this.#closed = inside.closed(stream);
    }

    get closed() {
      return this.#closed;
    }

    read() {
      if (this.#stream === null)
        return Promise.reject(new TypeError("Invalid state: The reader is not attached to a stream"));
      return inside.read(this.#stream);
    }

    cancel(reason) {
      if (this.#stream === null)
        return Promise.reject(new TypeError("Invalid state: The reader is not attached to a stream"));
      return inside.cancel(this.#stream, reason);
    }

    releaseLock() {
      if (this.#stream === null) return;
      inside.release(this.#stream);
      this.#stream = null;
      this.#closed = Promise.reject(new TypeError("Invalid state: Reader released"));
      this.#closed.catch(() => {});
    }

    get [Symbol.toStringTag]() {
      return "ReadableStreamDefaultReader";
    }
  }

  return { ReadableStream, ReadableStreamDefaultReader, ReadableStreamDefaultController };
};
