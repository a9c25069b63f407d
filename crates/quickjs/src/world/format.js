// `util.format` (https://nodejs.org/docs/latest/api/util.html#utilformatformat-args), as the console uses it.
(host) => {
  const { inspect, number } = host.load("inspect");

  const hasOwnToString = (value) => {
    if (typeof value.toString !== "function" || value instanceof Error) return value instanceof Error;
    if (Object.hasOwn(value, "toString")) return true;
    const made = Object.getPrototypeOf(value)?.constructor;
    return (
      typeof made === "function" &&
      Object.hasOwn(made.prototype, "toString") &&
      ![Object, Array, Date, RegExp, Function].includes(made) &&
      host.isScriptFunction(made)
    );
  };

  const conversions = {
    s: (v) => {
      if (typeof v === "number") return number(v);
      if (typeof v === "bigint") return `${v}n`;
      if (typeof v !== "object" || v === null) return String(v);
      return hasOwnToString(v) ? String(v) : inspect(v, { depth: 0 });
    },
    d: (v) =>
      typeof v === "bigint"
        ? `${v}n`
        : typeof v === "symbol"
          ? "NaN"
          : typeof v === "object"
            ? number(Number(v))
            : number(Number(v)),
    i: (v) => (typeof v === "bigint" ? `${v}n` : typeof v === "symbol" ? "NaN" : number(parseInt(v))),
    f: (v) => (typeof v === "symbol" ? "NaN" : number(parseFloat(v))),
    j: (v) => {
      try {
        return JSON.stringify(v);
      } catch (e) {
        if (/circular/i.test(e.message)) return "[Circular]";
        throw e;
      }
    },
    o: (v) => inspect(v, { showHidden: true, depth: 4 }),
    O: (v) => inspect(v),
    c: () => "",
  };

  const format = (...args) => {
    let at = 0;
    let text = "";
    if (typeof args[0] === "string") {
      if (args.length === 1) return args[0];
      at = 1;
      text = args[0].replace(/%([sdifjoOc%])/g, (all, letter) => {
        if (letter === "%") return "%";
        return at < args.length ? conversions[letter](args[at++]) : all;
      });
    }
    const rest = args.slice(at).map((value) => (typeof value === "string" ? value : inspect(value)));
    return at === 0 ? rest.join(" ") : [text, ...rest].join(" ");
  };

  return { format };
};
