//! Which packages of the standard library are run.

use crate::toolchain::Port;

/// Of every test run.
pub(super) fn subset(port: Port) -> &'static [&'static str] {
    match port {
        Port::Wasip1 => &SUBSET,
        Port::Js => &JS_SUBSET,
    }
}

/// The whole list: the same packages on both ports, and what only one of them has.
pub(super) fn all(port: Port) -> Vec<&'static str> {
    let own: &[&str] = match port {
        Port::Wasip1 => &[],
        Port::Js => &["syscall/js"],
    };
    SUBSET.iter().chain(&MORE).chain(own).copied().collect()
}

/// The subset of every test run: quick, and together it uses every part of the kernel a wasip1 program can reach.
const SUBSET: [&str; 25] = [
    "archive/tar",
    "bufio",
    "bytes",
    "compress/gzip",
    "context",
    "crypto/sha256",
    "embed/internal/embedtest",
    "encoding/json",
    "errors",
    "fmt",
    "internal/poll",
    "io",
    "io/fs",
    "log/slog",
    "net/url",
    "os",
    "os/signal",
    "path/filepath",
    "sort",
    "strconv",
    "strings",
    "sync",
    "syscall",
    "testing/fstest",
    "time",
];

/// The same for js: what differs from wasip1 is values, files, time and fetch.
const JS_SUBSET: [&str; 8] = ["io/fs", "net/http", "os", "path/filepath", "runtime", "strings", "syscall/js", "time"];

/// What `--full` adds to the subset: the large ones.
const MORE: [&str; 14] = [
    "archive/zip",
    "crypto/tls",
    "go/parser",
    "html/template",
    "image/png",
    "math/big",
    "net",
    "net/http",
    "os/exec",
    "regexp",
    "runtime",
    "runtime/pprof",
    "sync/atomic",
    "text/template",
];
