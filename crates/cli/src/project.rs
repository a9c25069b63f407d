//! From what the user names to a module: a wasm file as it is, Go source through the user's own Go toolchain.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};

/// The bytes of the module that `path` names: a `.wasm` file, a `.go` file, or the folder of a Go package.
pub(crate) fn module(path: &Path) -> anyhow::Result<Vec<u8>> {
    let is_go = path.extension().is_some_and(|e| e == "go") || path.is_dir();
    if !is_go {
        return std::fs::read(path).with_context(|| format!("cannot read {}", path.display()));
    }
    let out = tempfile::Builder::new().prefix("gopherix-").suffix(".wasm").tempfile().context("no temporary file")?;
    build(path, out.path())?;
    std::fs::read(out.path()).context("the Go toolchain left no module")
}

/// `go build` for wasip1. Go's own build cache makes it quick when nothing has changed.
fn build(path: &Path, out: &Path) -> anyhow::Result<()> {
    let go = go()?;
    let mut command = Command::new(&go);
    command.args(["build", "-o"]).arg(out).env("GOOS", "wasip1").env("GOARCH", "wasm");
    if path.is_dir() {
        command.arg(".").current_dir(path);
    } else {
        command.arg(path);
    }
    let status = command.status().with_context(|| format!("cannot start {}", go.display()))?;
    if !status.success() {
        bail!("go build of {} failed", path.display());
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
