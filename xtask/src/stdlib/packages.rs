//! Which packages of the standard library are run.

/// The subset of every test run: quick, and together it uses every part of the kernel a wasip1 program can reach.
pub(super) const SUBSET: [&str; 25] = [
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

/// What `--full` adds to the subset: the large ones.
pub(super) const MORE: [&str; 14] = [
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
