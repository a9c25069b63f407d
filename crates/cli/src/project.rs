//! From what the user names to a module: a wasm file as it is, Go source through the user's own Go toolchain.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};
use gopherix::table::Family;

/// The bytes of the module that `path` names: a `.wasm` file, a `.go` file, or the folder of a Go package.
pub(crate) fn module(path: &Path) -> anyhow::Result<Vec<u8>> {
    let is_go = path.extension().is_some_and(|e| e == "go") || path.is_dir();
    if !is_go {
        return std::fs::read(path).with_context(|| unreadable(path));
    }
    let out = tempfile::Builder::new().prefix("gopherix-").suffix(".wasm").tempfile().context("no temporary file")?;
    build(path, out.path())?;
    std::fs::read(out.path()).context("the Go toolchain left no module")
}

/// What to say of a program that is not there; `--trace path prog.wasm` is an easy slip.
fn unreadable(path: &Path) -> String {
    let is_family = Family::ALL.iter().any(|family| Path::new(family.name()) == path);
    let hint = if is_family { format!(" (to trace that family: --trace={})", path.display()) } else { String::new() };
    format!("cannot read {}{hint}", path.display())
}

/// `go build` for wasip1. Go's own build cache makes it quick when nothing has changed.
fn build(path: &Path, out: &Path) -> anyhow::Result<()> {
    let go = go()?;
    let mut command = Command::new(&go);
    command.args(["build", "-o"]).arg(out).env("GOOS", "wasip1").env("GOARCH", "wasm").stdin(Stdio::null());
    if path.is_dir() {
        command.arg(".").current_dir(path);
    } else {
        command.arg(path);
    }
    let status = command.status().with_context(|| format!("cannot start {}", go.display()))?;
    if !status.success() {
        bail!("{} could not be built for GOOS=wasip1", path.display());
    }
    Ok(())
}

/// `$GOPHERIX_GO`, or `go` on the PATH.
fn go() -> anyhow::Result<PathBuf> {
    if let Some(go) = std::env::var_os("GOPHERIX_GO").filter(|g| !g.is_empty()) {
        return Ok(go.into());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|dir| dir.join("go")).find(|go| go.is_file());
    found.context("no Go toolchain on the PATH to build that with; install Go, or set GOPHERIX_GO to its go command")
}
