// How values look: `util.inspect` (https://nodejs.org/docs/latest/api/util.html#utilinspectobject-options), as the
// console shows them. The layout is Node's with its default options: lines of 72 to 80 columns, three levels on one
// line, arrays in columns.
(host) => {
  const WIDTH = 80;
  const custom = Symbol.for("nodejs.util.inspect.custom");
  const identifier = /^[a-zA-Z_][a-zA-Z_0-9]*$/;
  const escapes = { "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", "\\": "\\\\" };

  const escape = (c) =>
    escapes[c] ??
    (c.length === 1 && c < "\u0100"
      ? "\\x" + c.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")
      : "\\u" + c.charCodeAt(0).toString(16).toUpperCase());

  const quote = (text) => {
    const mark = !text.includes("'") ? "'" : !text.includes('"') ? '"' : !/`|\$\{/.test(text) ? "`" : "'";
    const body = text.replace(
      /[\x00-\x1f\\\x7f-\x9f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
      escape,
    );
    return mark + (mark === "'" ? body.replaceAll("'", "\\'") : body) + mark;
  };

  const number = (value) => (Object.is(value, -0) ? "-0" : String(value));

  const primitive = (value, ctx) => {
    switch (typeof value) {
      case "string":
        return longString(value, ctx);
      case "number":
        return number(value);
      case "bigint":
        return `${value}n`;
      case "symbol":
        return value.toString();
      default:
        return String(value);
    }
  };

  // A string of several lines inside a structure is shown as a sum of its lines, once it does not fit in one.
  const longString = (value, ctx) => {
    if (ctx.depthNow > 0 && value.length > 16 && value.length > WIDTH - ctx.indent - 4) {
      const lines = value.match(/[^\n]*\n|[^\n]+/g) ?? [""];
      if (lines.length > 1) return lines.map(quote).join(` +\n${" ".repeat(ctx.indent + 2)}`);
    }
    return quote(value);
  };

  const constructorName = (value) => {
    for (let at = value; at !== null; at = Object.getPrototypeOf(at)) {
      const own = Object.getOwnPropertyDescriptor(at, "constructor");
      if (own !== undefined && typeof own.value === "function" && own.value.name !== "") return own.value.name;
    }
    return null;
  };

  const prefix = (name, fallback, size) => {
    const sized = size === undefined ? "" : `(${size})`;
    return name === null ? `[${fallback}${sized}: null prototype] ` : `${name}${sized} `;
  };

  const functionBase = (value, name, tag) => {
    const source = Function.prototype.toString.call(value);
    if (source.startsWith("class") && source.endsWith("}")) {
      const parent = Object.getPrototypeOf(value);
      const heir = parent && parent.name ? ` extends ${parent.name}` : "";
      return `[class ${value.name === "" ? "(anonymous)" : value.name}${heir}]`;
    }
    const kind = name ?? "Function";
    return `[${kind}${value.name === "" ? " (anonymous)" : `: ${value.name}`}]${tag ? ` [${tag}]` : ""}`;
  };

  const errorBase = (error, ctx, keys) => {
    const name = error.name === undefined ? "Error" : String(error.name);
    const head = error.message === "" || error.message === undefined ? name : `${name}: ${error.message}`;
    let stack = typeof error.stack === "string" ? error.stack.trimEnd() : "";
    for (const hidden of ["name", "message", "stack"]) {
      const at = keys.indexOf(hidden);
      if (at >= 0 && (hidden === "stack" || head.includes(String(error[hidden])))) keys.splice(at, 1);
    }
    if ("cause" in error && !keys.includes("cause")) keys.push("cause");
    if (Array.isArray(error.errors) && !keys.includes("errors")) keys.push("errors");
    if (stack === "") return ctx.depthNow > 0 || keys.length > 0 ? `[${head}]` : `[${head}]`;
    // QuickJS' stack has no first line of its own.
    if (!stack.startsWith(head)) stack = `${head}\n${stack}`;
    return stack.replaceAll("\n", `\n${" ".repeat(ctx.indent)}`);
  };

  const key = (name) =>
    typeof name === "symbol" ? `[${name.toString()}]` : identifier.test(name) ? name : quote(name);

  const property = (target, name, ctx, level, isElement) => {
    const own = Object.getOwnPropertyDescriptor(target, name) ?? { value: target[name], enumerable: true };
    let shown;
    if (own.value !== undefined || !(own.get || own.set)) {
      ctx.indent += 2;
      shown = format(own.value, ctx, level);
      ctx.indent -= 2;
    } else {
      shown = own.get === undefined ? "[Setter]" : own.set === undefined ? "[Getter]" : "[Getter/Setter]";
    }
    if (isElement) return shown;
    return `${own.enumerable ? key(name) : `[${typeof name === "symbol" ? name.toString() : name}]`}: ${shown}`;
  };

  const more = (count) => `... ${count} more item${count > 1 ? "s" : ""}`;

  const arrayEntries = (value, ctx, level) => {
    const output = [];
    let at = 0;
    while (at < value.length && output.length < ctx.maxArrayLength) {
      if (Object.hasOwn(value, at)) {
        output.push(property(value, at++, ctx, level, true));
      } else {
        const start = at;
        while (at < value.length && !Object.hasOwn(value, at)) at++;
        output.push(`<${at - start} empty item${at - start > 1 ? "s" : ""}>`);
      }
    }
    if (at < value.length) output.push(more(value.length - at));
    return output;
  };

  const typedEntries = (value, ctx) => {
    const output = Array.from(value.subarray(0, ctx.maxArrayLength), (n) =>
      typeof n === "bigint" ? `${n}n` : number(n),
    );
    if (value.length > output.length) output.push(more(value.length - output.length));
    return output;
  };

  const indented = (ctx, make) => {
    ctx.indent += 2;
    const made = make();
    ctx.indent -= 2;
    return made;
  };

  const bufferEntries = (value, ctx) => {
    if (value.detached) return ["(detached)", "byteLength: 0"];
    const bytes = Array.from(new Uint8Array(value).subarray(0, 50), (b) => b.toString(16).padStart(2, "0"));
    const rest = value.byteLength - bytes.length;
    if (rest > 0) bytes.push(`... ${rest} more byte${rest > 1 ? "s" : ""}`);
    return [`[Uint8Contents]: <${bytes.join(" ")}>`, `byteLength: ${value.byteLength}`];
  };

  const promiseEntries = (value, ctx, level) => {
    const [state, result] = host.promiseState(value);
    if (state === "pending") return ["<pending>"];
    const shown = indented(ctx, () => format(result, ctx, level));
    return [state === "rejected" ? `<rejected> ${shown}` : shown];
  };

  const none = () => [];

  const isEmpty = (value, shape) => shape.entries === none || value.length === 0 || value.size === 0;

  // What is said before the braces, the braces, and the entries that are no properties.
  const shapeOf = (value, ctx, keys, name, tag) => {
    const mark = tag && tag !== name ? `[${tag}] ` : "";
    if (Array.isArray(value)) {
      const head = name === "Array" && mark === "" ? "" : prefix(name, "Array", value.length) + mark;
      return { open: `${head}[`, close: "]", array: true, entries: (level) => arrayEntries(value, ctx, level) };
    }
    if (value instanceof Set) {
      return {
        open: `${prefix(name, "Set", value.size)}{`,
        close: "}",
        entries: (level) => indented(ctx, () => Array.from(value, (v) => format(v, ctx, level))),
      };
    }
    if (value instanceof Map) {
      return {
        open: `${prefix(name, "Map", value.size)}{`,
        close: "}",
        entries: (level) =>
          indented(ctx, () => Array.from(value, ([k, v]) => `${format(k, ctx, level)} => ${format(v, ctx, level)}`)),
      };
    }
    if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
      return {
        open: `${prefix(name, tag, value.length)}[`,
        close: "]",
        array: true,
        numbers: true,
        entries: () => typedEntries(value, ctx),
      };
    }
    const braces = { open: "{", close: "}", entries: none };
    if (typeof value === "function") return { ...braces, base: functionBase(value, name, mark && tag) };
    if (value instanceof RegExp) return { ...braces, base: RegExp.prototype.toString.call(value) };
    if (value instanceof Date)
      return { ...braces, base: Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString() };
    if (value instanceof Error) return { ...braces, base: errorBase(value, ctx, keys) };
    if (value instanceof ArrayBuffer) {
      return { ...braces, open: `${prefix(name, "ArrayBuffer")}{`, entries: () => bufferEntries(value, ctx) };
    }
    if (value instanceof DataView) {
      keys.unshift("byteLength", "byteOffset", "buffer");
      return { ...braces, open: `${prefix(name, "DataView")}{` };
    }
    if (value instanceof Promise)
      return { ...braces, open: `${prefix(name, "Promise")}{`, entries: (level) => promiseEntries(value, ctx, level) };
    if (value instanceof WeakSet || value instanceof WeakMap)
      return { ...braces, open: `${prefix(name, tag)}{`, entries: () => ["<items unknown>"] };
    for (const [Boxed, kind] of [
      [Number, "Number"],
      [String, "String"],
      [Boolean, "Boolean"],
      [Symbol, "Symbol"],
      [BigInt, "BigInt"],
    ]) {
      if (!(value instanceof Boxed)) continue;
      if (kind === "String") keys.splice(0, value.length);
      return { ...braces, base: `[${kind}: ${primitive(value.valueOf(), { depthNow: 0 })}]` };
    }
    if (tag === "Arguments") return { ...braces, open: "[Arguments] {" };
    if (/^(Map|Set|Array) Iterator$|^Generator$/.test(tag)) return { ...braces, open: `Object [${tag}] {` };
    if (name === "Object" && mark === "") return braces;
    return { ...braces, open: `${prefix(name, "Object")}${mark}{` };
  };

  const keysOf = (value, ctx) => {
    const isList = Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
    const all = ctx.showHidden ? Object.getOwnPropertyNames(value) : Object.keys(value);
    const names = all.filter((name) => !isList || !/^(0|[1-9]\d*)$/.test(name));
    const symbols = Object.getOwnPropertySymbols(value).filter(
      (s) => ctx.showHidden || Object.prototype.propertyIsEnumerable.call(value, s),
    );
    return [...names, ...symbols];
  };

  const format = (value, ctx, level) => {
    if (value === null || (typeof value !== "object" && typeof value !== "function")) return primitive(value, ctx);
    const own = value[custom];
    if (typeof own === "function" && own !== inspect) {
      const shown = own.call(value, ctx.depth - level, { ...ctx.options, depth: ctx.depth - level }, inspect);
      if (typeof shown === "string") return shown.replaceAll("\n", `\n${" ".repeat(ctx.indent)}`);
      if (shown !== value) return format(shown, ctx, level);
    }
    if (ctx.seen.includes(value)) {
      if (!ctx.circular.has(value)) ctx.circular.set(value, ctx.circular.size + 1);
      return `[Circular *${ctx.circular.get(value)}]`;
    }
    return structure(value, ctx, level);
  };

  const structure = (value, ctx, level) => {
    const name = constructorName(value);
    let tag = value[Symbol.toStringTag];
    if (typeof tag !== "string" || tag === "")
      tag = ArrayBuffer.isView(value) ? name : Object.prototype.toString.call(value).slice(8, -1);
    if (["Object", "Function", "Error", "Boolean", "Number", "String", "Array", "Date", "RegExp"].includes(tag))
      tag = "";
    const keys = keysOf(value, ctx);
    const shape = shapeOf(value, ctx, keys, name, tag);
    if (shape.base !== undefined && keys.length === 0) return shape.base;
    if (keys.length === 0 && shape.base === undefined && isEmpty(value, shape)) return shape.open + shape.close;
    if (level > ctx.depth)
      return Array.isArray(value)
        ? "[Array]"
        : `[${(name ?? "Object: null prototype") + (tag && tag !== name ? ` [${tag}]` : "")}]`;
    ctx.seen.push(value);
    ctx.depthNow = level;
    const entries = shape.entries(level + 1);
    for (const k of keys) entries.push(property(value, k, ctx, level + 1, false));
    ctx.seen.pop();
    if (ctx.circular.has(value)) {
      const mark = `<ref *${ctx.circular.get(value)}>`;
      if (shape.base === undefined) shape.open = `${mark} ${shape.open}`;
      else shape.base = `${mark} ${shape.base}`;
    }
    if (entries.length === 0 && shape.base === undefined) return shape.open + shape.close;
    return layOut(entries, shape, ctx, level, value);
  };

  const layOut = (entries, shape, ctx, level, value) => {
    const head = shape.base === undefined ? shape.open : `${shape.base} ${shape.open}`;
    let lines = entries;
    if (shape.array && entries.length > 6) lines = inColumns(entries, ctx, value);
    if (ctx.depthNow - level < 3 && lines.length === entries.length) {
      const room = lines.length + ctx.indent + shape.open.length + (shape.base ?? "").length + 10;
      const total = lines.reduce((sum, line) => sum + line.length, lines.length + room);
      if (total <= WIDTH && !(shape.base ?? "").includes("\n")) {
        const joined = lines.join(", ");
        if (!joined.includes("\n")) return `${head} ${joined} ${shape.close}`;
      }
    }
    const indent = `\n${" ".repeat(ctx.indent)}`;
    return `${head}${indent}  ${lines.join(`,${indent}  `)}${indent}${shape.close}`;
  };

  // Short elements of a long array stand in columns, about 2.5 times as wide as high.
  const inColumns = (entries, ctx, value) => {
    const extra = value.length > ctx.maxArrayLength ? 1 : 0;
    const count = entries.length - extra;
    const widths = entries.slice(0, count).map((entry) => entry.length);
    const total = widths.reduce((sum, width) => sum + width + 2, 0);
    const widest = Math.max(...widths) + 2;
    if (widest * 3 + ctx.indent >= WIDTH || !(total / widest > 5 || widest <= 8)) return entries;
    const usual = Math.max(widest - 3 - Math.sqrt(widest - total / entries.length), 1);
    const columns = Math.min(
      Math.round(Math.sqrt(2.5 * usual * count) / usual),
      Math.floor((WIDTH - ctx.indent) / widest),
      12,
      15,
    );
    if (columns <= 1) return entries;
    const columnWidths = Array.from(
      { length: columns },
      (_, c) => Math.max(...widths.filter((_, i) => i % columns === c), 0) + 2,
    );
    const toRight = Array.prototype.every.call(value, (v) => typeof v === "number" || typeof v === "bigint");
    const rows = [];
    for (let row = 0; row < count; row += columns) {
      const cells = entries.slice(row, Math.min(row + columns, count));
      rows.push(
        cells
          .map((cell, c) => {
            const isLast = c === cells.length - 1;
            if (toRight) return isLast ? cell.padStart(columnWidths[c] - 2) : `${cell}, `.padStart(columnWidths[c]);
            return isLast ? cell : `${cell}, `.padEnd(columnWidths[c]);
          })
          .join(""),
      );
    }
    return extra ? [...rows, entries[count]] : rows;
  };

  const inspect = (value, options) => {
    const given = typeof options === "object" && options !== null ? options : {};
    const depth = given.depth === undefined ? 2 : (given.depth ?? Infinity);
    return format(
      value,
      {
        options: given,
        depth,
        showHidden: given.showHidden === true,
        maxArrayLength: given.maxArrayLength === undefined ? 100 : (given.maxArrayLength ?? Infinity),
        indent: 0,
        depthNow: 0,
        seen: [],
        circular: new Map(),
      },
      0,
    );
  };
  inspect.custom = custom;

  // How Node's errors call an argument of the wrong type.
  const received = (value) => {
    if (value === null || value === undefined) return String(value);
    if (typeof value === "function") return `function ${value.name}`;
    if (typeof value === "object")
      return value.constructor?.name ? `an instance of ${value.constructor.name}` : inspect(value, { depth: -1 });
    const shown = inspect(value);
    return `type ${typeof value} (${shown.length > 28 ? `${shown.slice(0, 25)}...` : shown})`;
  };

  return { inspect, number, received };
};
