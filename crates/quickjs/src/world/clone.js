// structuredClone (https://html.spec.whatwg.org/#structured-cloning), for what lives in one world.
(host) => {
  const refuse = (value) => {
    const shown =
      typeof value === "symbol" ? value.toString() : typeof value === "function" ? String(value) : "#<Object>";
    return new DOMException(`${shown} could not be cloned.`, "DataCloneError");
  };

  const errors = { EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };

  const clone = (value, seen, transfer) => {
    if (typeof value === "symbol" || typeof value === "function") throw refuse(value);
    if (typeof value !== "object" || value === null) return value;
    if (seen.has(value)) return seen.get(value);
    const keep = (made) => {
      seen.set(value, made);
      return made;
    };
    for (const Boxed of [Boolean, Number, String, BigInt])
      if (value instanceof Boxed) return keep(Object(value.valueOf()));
    if (value instanceof Symbol) throw refuse(value);
    if (value instanceof Date) return keep(new Date(value.getTime()));
    if (value instanceof RegExp) return keep(new RegExp(value.source, value.flags));
    if (value instanceof ArrayBuffer) return keep(transfer.has(value) ? value.transfer() : value.slice(0));
    if (ArrayBuffer.isView(value)) {
      const buffer = clone(value.buffer, seen, transfer);
      const View =
        value instanceof DataView
          ? DataView
          : globalThis[Object.getPrototypeOf(Uint8Array.prototype)[Symbol.toStringTag] ?? value[Symbol.toStringTag]];
      return keep(new View(buffer, value.byteOffset, value instanceof DataView ? value.byteLength : value.length));
    }
    if (value instanceof Map) {
      const made = keep(new Map());
      for (const [k, v] of [...value]) made.set(clone(k, seen, transfer), clone(v, seen, transfer));
      return made;
    }
    if (value instanceof Set) {
      const made = keep(new Set());
      for (const v of [...value]) made.add(clone(v, seen, transfer));
      return made;
    }
    if (value instanceof Error) {
      const made = keep(new (errors[value.name] ?? Error)(value.message));
      Object.defineProperty(made, "stack", { configurable: true, writable: true, value: value.stack });
      if (Object.hasOwn(value, "cause"))
        Object.defineProperty(made, "cause", {
          configurable: true,
          writable: true,
          value: clone(value.cause, seen, transfer),
        });
      return made;
    }
    if (value instanceof Promise || value instanceof WeakMap || value instanceof WeakSet || value instanceof WeakRef) {
      throw new DOMException(`#<${value[Symbol.toStringTag]}> could not be cloned.`, "DataCloneError");
    }
    const made = keep(Array.isArray(value) ? new Array(value.length) : {});
    for (const key of Object.keys(value)) made[key] = clone(value[key], seen, transfer);
    return made;
  };

  const structuredClone = (value, options) => {
    if (options !== undefined && (typeof options !== "object" || options === null))
      throw new TypeError('The "options" argument must be of type object');
    return clone(value, new Map(), new Set(options?.transfer ?? []));
  };

  return { structuredClone };
};
