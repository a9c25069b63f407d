// `console` (https://console.spec.whatwg.org, https://nodejs.org/docs/latest/api/console.html): log, info and debug go
// to standard output, warn, error and trace to standard error.
(host) => {
  const { inspect } = host.load("inspect");
  const { format } = host.load("format");
  const counts = new Map();
  const timers = new Map();
  let indent = "";

  const print = (fd, text) =>
    host.print(fd, `${indent === "" ? text : indent + text.replaceAll("\n", `\n${indent}`)}\n`);
  const out = (...args) => print(1, format(...args));
  const err = (...args) => print(2, format(...args));

  const elapsed = (label) => {
    const started = timers.get(label);
    if (started === undefined) {
      err(`Warning: No such label '${label}' for console.timeEnd()`);
      return undefined;
    }
    const ms = host.now() - started;
    return ms >= 1000 ? `${(ms / 1000).toFixed(3)}s` : `${Number(ms.toFixed(3))}ms`;
  };

  const table = (data) => {
    if (typeof data !== "object" || data === null) return out(data);
    const rows =
      data instanceof Map ? [...data] : data instanceof Set ? [...data].map((v, i) => [i, v]) : Object.entries(data);
    const columns = [];
    let plain = false;
    for (const [, row] of rows) {
      if (typeof row === "object" && row !== null)
        for (const name of Object.keys(row)) {
          if (!columns.includes(name)) columns.push(name);
        }
      else plain = true;
    }
    const show = (value) => inspect(value, { depth: 0 });
    const lines = rows.map(([index, row]) => {
      const isObject = typeof row === "object" && row !== null;
      const cells = columns.map((name) => (isObject && Object.hasOwn(row, name) ? show(row[name]) : ""));
      return [`${index}`, ...cells, ...(plain ? [isObject ? "" : show(row)] : [])];
    });
    const head = ["(index)", ...columns, ...(plain ? ["Values"] : [])];
    const widths = head.map((name, c) => Math.max(name.length, ...lines.map((line) => line[c].length)) + 2);
    const rule = (left, cross, right) => left + widths.map((width) => "─".repeat(width)).join(cross) + right;
    const line = (cells) => `│${cells.map((cell, c) => ` ${cell}`.padEnd(widths[c])).join("│")}│`;
    out([rule("┌", "┬", "┐"), line(head), rule("├", "┼", "┤"), ...lines.map(line), rule("└", "┴", "┘")].join("\n"));
  };

  const console = {
    log: out,
    info: out,
    debug: out,
    dirxml: out,
    warn: err,
    error: err,
    table,
    trace(...args) {
      const trace = new Error();
      const lines = trace.stack.split("\n").slice(1).join("\n").trimEnd();
      err(`Trace${args.length > 0 ? `: ${format(...args)}` : ""}${lines === "" ? "" : `\n${lines}`}`);
    },
    assert(condition, ...args) {
      if (condition) return;
      if (typeof args[0] === "string") args[0] = `Assertion failed: ${args[0]}`;
      else args.unshift(args.length > 0 ? "Assertion failed:" : "Assertion failed");
      err(...args);
    },
    dir: (value, options) => print(1, inspect(value, options)),
    group(...args) {
      if (args.length > 0) out(...args);
      indent += "  ";
    },
    groupCollapsed(...args) {
      this.group(...args);
    },
    groupEnd() {
      indent = indent.slice(2);
    },
    count(label = "default") {
      counts.set(`${label}`, (counts.get(`${label}`) ?? 0) + 1);
      out(`${label}: ${counts.get(`${label}`)}`);
    },
    countReset(label = "default") {
      if (!counts.delete(`${label}`)) err(`Warning: Count for '${label}' does not exist`);
    },
    time(label = "default") {
      if (timers.has(`${label}`)) err(`Warning: Label '${label}' already exists for console.time()`);
      else timers.set(`${label}`, host.now());
    },
    timeLog(label = "default", ...args) {
      const time = elapsed(`${label}`);
      if (time !== undefined) out(`${label}: ${time}`, ...args);
    },
    timeEnd(label = "default") {
      const time = elapsed(`${label}`);
      if (time !== undefined) out(`${label}: ${time}`);
      timers.delete(`${label}`);
    },
  };
  return { console };
};
