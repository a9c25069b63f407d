//! Which packages of the standard library are run.

use crate::toolchain::Port;

/// Of every test run.
pub(super) fn subset(port: Port) -> &'static [&'static str] {
    match port {
        Port::Wasip1 => &SUBSET,
        Port::Js => &JS_SUBSET,
        Port::Gopherix => &PORT_SUBSET,
    }
}

/// The whole list: the same packages on both of Go's ports, and what only one of them has; of gopherix' own port what its
/// standard library is changed for.
pub(super) fn all(port: Port) -> Vec<&'static str> {
    let own: &[&str] = match port {
        Port::Wasip1 => &[],
        Port::Js => &["syscall/js"],
        Port::Gopherix => return PORT_SUBSET.iter().chain(&PORT_MORE).copied().collect(),
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

/// The same for gopherix' own port: processes, pipes, signals, sockets.
const PORT_SUBSET: [&str; 7] = ["context", "internal/poll", "net/rpc", "os/exec", "os/signal", "sync", "syscall"];

/// What `--full` adds to that.
const PORT_MORE: [&str; 8] =
    ["crypto/tls", "log/syslog", "net", "net/http", "net/http/httptest", "os", "runtime/pprof", "time"];

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
