//! The rows of the table: what is measured, by which program, and what is aimed at.

/// How a row is measured.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// From start to end of the process, compiled code at hand where the contestant keeps any.
    Cold,
    /// From start to end of the process, nothing cached.
    ColdUncached,
    /// The program times its own loop after a warm-up.
    Loop,
}

/// What gopherix aims at.
#[derive(Clone, Copy)]
pub(super) enum Target {
    /// At most so many milliseconds.
    Millis(f64),
    /// At most so many times native Go's time.
    Native(f64),
    /// No slower than the Wasmtime command line, within [`NOISE`].
    Wasmtime,
    /// Only shown.
    None,
}

/// How gopherix with GOOS=js compares with Node, beside which it runs the same binary.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Js {
    /// Not measured: nothing that js does differently.
    No,
    /// Only shown.
    Shown,
    /// At least so many times as fast as Node.
    Faster(f64),
}

/// What a row runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Runs {
    /// This folder under benches/go.
    Go(&'static str),
    /// The esbuild of npm, in a folder with the project that it bundles.
    Esbuild,
}

/// Two runs of the same program differ by this much on a shared machine.
pub(super) const NOISE: f64 = 1.03;

/// One row.
pub(super) struct Row {
    /// On the command line and in the table.
    pub name: &'static str,
    /// What one operation is.
    pub what: &'static str,
    /// The program.
    pub program: Runs,
    /// Arguments besides `-dir`.
    pub args: &'static [&'static str],
    /// Whether the program takes `-dir`, a directory of the host's.
    pub uses_files: bool,
    /// How it is measured.
    pub kind: Kind,
    /// What is aimed at.
    pub target: Target,
    /// What is aimed at for GOOS=js.
    pub js: Js,
    /// Whether only GOOS=js has it: Node and gopherix are all who run it.
    pub only_js: bool,
    /// Whether it is about the processor alone: what preemption costs is measured by these.
    pub cpu: bool,
}

const LOOP: Row = Row {
    name: "",
    what: "",
    program: Runs::Go(""),
    args: &[],
    uses_files: false,
    kind: Kind::Loop,
    target: Target::Wasmtime,
    js: Js::No,
    only_js: false,
    cpu: false,
};
const CPU: Row = Row { cpu: true, ..LOOP };
const FILES: Row = Row { uses_files: true, target: Target::None, ..LOOP };
const JS_VALUE: Row = Row { program: Runs::Go("jsvalue"), target: Target::None, js: Js::Shown, only_js: true, ..LOOP };

/// All rows, in the table's order.
pub(super) const ROWS: [Row; 19] = [
    Row {
        name: "hello",
        what: "start to end, cached",
        program: Runs::Go("hello"),
        kind: Kind::Cold,
        target: Target::Millis(15.0),
        js: Js::Faster(5.0),
        ..LOOP
    },
    Row {
        name: "hello-uncached",
        what: "start to end, uncached",
        program: Runs::Go("hello"),
        kind: Kind::ColdUncached,
        target: Target::Millis(400.0),
        ..LOOP
    },
    Row {
        name: "stat",
        what: "os.Stat",
        program: Runs::Go("stat"),
        // Node takes 100 µs and more for each of these.
        args: &["-n=30000"],
        target: Target::Native(2.5),
        js: Js::Faster(10.0),
        ..FILES
    },
    Row {
        name: "read1",
        what: "read of 1 byte",
        program: Runs::Go("read1"),
        args: &["-n=30000"],
        target: Target::Native(3.0),
        js: Js::Faster(10.0),
        ..FILES
    },
    Row {
        name: "files",
        what: "create and remove a file, of 10,000",
        program: Runs::Go("files"),
        js: Js::Faster(10.0),
        ..FILES
    },
    Row {
        name: "readdir",
        what: "os.ReadDir of 10,000 entries",
        program: Runs::Go("readdir"),
        target: Target::Native(4.0),
        js: Js::Faster(10.0),
        ..FILES
    },
    Row { name: "seq-write", what: "write 64 KiB, of 256 MiB", program: Runs::Go("seq"), ..FILES },
    Row { name: "seq-read", what: "read 64 KiB, of 256 MiB", program: Runs::Go("seq"), args: &["-read"], ..FILES },
    Row { name: "now", what: "time.Now", program: Runs::Go("now"), target: Target::Native(4.0), ..LOOP },
    Row { name: "fib", what: "fib(35)", program: Runs::Go("fib"), ..CPU },
    Row { name: "sha256", what: "SHA-256 of 1 MiB", program: Runs::Go("sha256"), ..CPU },
    Row { name: "sort", what: "sort.Slice of 200,000", program: Runs::Go("sort"), ..CPU },
    Row { name: "json", what: "JSON of 1,000 records, both ways", program: Runs::Go("json"), ..CPU },
    Row { name: "mandelbrot", what: "Mandelbrot set, 256 by 256", program: Runs::Go("mandelbrot"), ..CPU },
    Row { name: "floats", what: "10,000,000 rounds of a loop without calls", program: Runs::Go("floats"), ..CPU },
    Row { name: "js-get", what: "js.Value.Get of a number", args: &["-op=get"], ..JS_VALUE },
    Row { name: "js-call", what: "js.Value.Call of Math.abs", args: &["-op=call"], ..JS_VALUE },
    Row { name: "js-invoke", what: "js.Value.Invoke of Math.abs", args: &["-op=invoke"], ..JS_VALUE },
    Row {
        name: "esbuild",
        what: "esbuild bundles, splits and minifies, cached",
        program: Runs::Esbuild,
        kind: Kind::Cold,
        uses_files: true,
        target: Target::None,
        js: Js::Faster(1.0),
        only_js: true,
        ..LOOP
    },
];

/// Shown by gopherix alone: examples of the `gopherix` crate that print their own result.
pub(super) const ALONE: [(&str, &str); 2] = [
    ("sleepers", "1,000 guest processes, each sleeping in a loop"),
    ("fair", "busy guests on fewer processors, their shares of the time"),
];
