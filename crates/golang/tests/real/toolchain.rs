//! Finds the Go toolchain and builds the fixtures with it, each variant once a test run.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// A program of `tests/fixtures/app`, and what the compiler wrote while building it.
pub(crate) struct Build {
    /// Where the binary is.
    pub(crate) path: PathBuf,
    /// Its bytes.
    pub(crate) bytes: Vec<u8>,
    /// The compiler's listing, if asked for with `-gcflags=-S`.
    pub(crate) listing: String,
}

/// GOOS=wasip1.
pub(crate) fn wasip1() -> &'static Build {
    static BUILD: OnceLock<Build> = OnceLock::new();
    BUILD.get_or_init(|| build("app", "wasip1.wasm", "wasip1", &[]))
}

/// GOOS=wasip1, linked with `-s -w`.
pub(crate) fn wasip1_stripped() -> &'static Build {
    static BUILD: OnceLock<Build> = OnceLock::new();
    BUILD.get_or_init(|| build("app", "wasip1-stripped.wasm", "wasip1", &["-ldflags=-s -w"]))
}

/// GOOS=js.
pub(crate) fn js() -> &'static Build {
    static BUILD: OnceLock<Build> = OnceLock::new();
    BUILD.get_or_init(|| build("app", "js.wasm", "js", &[]))
}

/// GOOS=js, linked with `-s -w`.
pub(crate) fn js_stripped() -> &'static Build {
    static BUILD: OnceLock<Build> = OnceLock::new();
    BUILD.get_or_init(|| build("app", "js-stripped.wasm", "js", &["-ldflags=-s -w"]))
}

/// Builds `tests/fixtures/<fixture>`; `goos` empty for this machine.
pub(crate) fn build(fixture: &str, output: &str, goos: &str, flags: &[&str]) -> Build {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(output);
    if flags.contains(&"-gcflags=-S") {
        // Go lists nothing if what it would write is there and up to date.
        let _ = fs::remove_file(&path);
    }
    let mut command = go();
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(fixture));
    if !goos.is_empty() {
        command.env("GOOS", goos).env("GOARCH", "wasm");
    }
    command.args(["build", "-buildvcs=false", "-o"]).arg(&path).args(flags).arg(".");
    let result = command.output().expect("start go build");
    assert_success(&result, "go build");
    let bytes = fs::read(&path).expect("read what go built");
    Build { path, bytes, listing: String::from_utf8(result.stderr).expect("a listing in UTF-8") }
}

/// What `go version -m` prints for a native binary, without the file name's line and the leading tabs.
pub(crate) fn version_m(path: &Path) -> String {
    let result = go().args(["version", "-m"]).arg(path).output().expect("start go version");
    assert_success(&result, "go version -m");
    let text = String::from_utf8(result.stdout).expect("UTF-8");
    text.lines().skip(1).map(|line| format!("{}\n", line.strip_prefix('\t').expect("a tab"))).collect()
}

/// The toolchain's own version, such as `go1.27.3`.
pub(crate) fn version() -> String {
    let result = go().args(["env", "GOVERSION"]).output().expect("start go env");
    assert_success(&result, "go env");
    String::from_utf8(result.stdout).expect("UTF-8").trim().to_owned()
}

/// The toolchain's own root directory.
pub(crate) fn goroot() -> String {
    let result = go().args(["env", "GOROOT"]).output().expect("start go env");
    assert_success(&result, "go env");
    String::from_utf8(result.stdout).expect("UTF-8").trim().to_owned()
}

/// Panics with the command's errors unless it succeeded.
pub(crate) fn assert_success(result: &Output, what: &str) {
    assert!(result.status.success(), "{what}: {}\n{}", result.status, String::from_utf8_lossy(&result.stderr));
}

fn go() -> Command {
    let mut command = Command::new(go_binary());
    for name in ["GOROOT", "GOOS", "GOARCH", "GOWASM", "GOEXPERIMENT", "GODEBUG"] {
        command.env_remove(name);
    }
    let fixed = [
        ("GOTOOLCHAIN", "local"),
        ("GOPROXY", "off"),
        ("GOFLAGS", "-mod=mod"),
        ("GOWORK", "off"),
        ("CGO_ENABLED", "0"),
    ];
    command.envs(fixed);
    command
}

/// `GOPHERIX_GO`, else the workspace's own toolchain, else `go` on PATH.
fn go_binary() -> PathBuf {
    tool("GOPHERIX_GO", "go/bin", "go")
}

/// An engine to run what was built: `GOPHERIX_WASMTIME`, else the workspace's own, else `wasmtime` on PATH.
pub(crate) fn wasmtime() -> PathBuf {
    tool("GOPHERIX_WASMTIME", "wasmtime", "wasmtime")
}

fn tool(variable: &str, directory: &str, name: &str) -> PathBuf {
    if let Some(path) = env::var_os(variable) {
        return path.into();
    }
    let exe = OsString::from(format!("{name}{}", env::consts::EXE_SUFFIX));
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.toolchain").join(directory).join(&exe);
    let on_path = env::var_os("PATH").map(|path| env::split_paths(&path).map(|dir| dir.join(&exe)).collect::<Vec<_>>());
    let mut places = std::iter::once(own).chain(on_path.into_iter().flatten());
    let found = places.find(|path| path.is_file());
    found.unwrap_or_else(|| panic!("no {name}: run `cargo xtask toolchain`, or set {variable}"))
}
