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

/// Two runs of the same program differ by this much on a shared machine.
pub(super) const NOISE: f64 = 1.03;

/// One row.
pub(super) struct Row {
    /// On the command line and in the table.
    pub name: &'static str,
    /// What one operation is.
    pub what: &'static str,
    /// Folder under benches/go.
    pub program: &'static str,
    /// Arguments besides `-dir`.
    pub args: &'static [&'static str],
    /// Whether the program takes `-dir`, a directory of the host's.
    pub uses_files: bool,
    /// How it is measured.
    pub kind: Kind,
    /// What is aimed at.
    pub target: Target,
}

const LOOP: Row =
    Row { name: "", what: "", program: "", args: &[], uses_files: false, kind: Kind::Loop, target: Target::Wasmtime };
const FILES: Row = Row { uses_files: true, target: Target::None, ..LOOP };

/// All rows, in the table's order.
pub(super) const ROWS: [Row; 13] = [
    Row {
        name: "hello",
        what: "start to end, cached",
        program: "hello",
        kind: Kind::Cold,
        target: Target::Millis(15.0),
        ..LOOP
    },
    Row {
        name: "hello-uncached",
        what: "start to end, uncached",
        program: "hello",
        kind: Kind::ColdUncached,
        target: Target::Millis(400.0),
        ..LOOP
    },
    Row { name: "stat", what: "os.Stat", program: "stat", target: Target::Native(2.5), ..FILES },
    Row { name: "read1", what: "read of 1 byte", program: "read1", target: Target::Native(3.0), ..FILES },
    Row { name: "files", what: "create and remove a file, of 10,000", program: "files", ..FILES },
    Row {
        name: "readdir",
        what: "os.ReadDir of 10,000 entries",
        program: "readdir",
        target: Target::Native(4.0),
        ..FILES
    },
    Row { name: "seq-write", what: "write 64 KiB, of 256 MiB", program: "seq", ..FILES },
    Row { name: "seq-read", what: "read 64 KiB, of 256 MiB", program: "seq", args: &["-read"], ..FILES },
    Row { name: "now", what: "time.Now", program: "now", target: Target::Native(4.0), ..LOOP },
    Row { name: "fib", what: "fib(35)", program: "fib", ..LOOP },
    Row { name: "sha256", what: "SHA-256 of 1 MiB", program: "sha256", ..LOOP },
    Row { name: "sort", what: "sort.Slice of 200,000", program: "sort", ..LOOP },
    Row { name: "json", what: "JSON of 1,000 records, both ways", program: "json", ..LOOP },
];

/// Shown by gopherix alone: examples of the `gopherix` crate that print their own result.
pub(super) const ALONE: [(&str, &str); 2] = [
    ("sleepers", "1,000 guest processes, each sleeping in a loop"),
    ("fair", "busy guests on fewer processors, their shares of the time"),
];
