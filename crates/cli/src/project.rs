//! From what the user names to a module: a wasm file as it is, Go source through the user's own Go toolchain.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context, bail};
use gopherix::table::Family;
use gopherix_toolchain::flags::Flags;
use gopherix_toolchain::{Go, Port, Request};

use crate::args::{GoFlags, RunArgs};
use crate::commands::port_dir;

/// The bytes of the module that the program names: a `.wasm` file, a `.go` file, or the folder of a Go package.
pub(crate) fn module(args: &RunArgs) -> anyhow::Result<Vec<u8>> {
    let path = args.program.as_path();
    let is_go = path.extension().is_some_and(|e| e == "go") || path.is_dir();
    if !is_go {
        return std::fs::read(path).with_context(|| unreadable(path));
    }
    let out = tempfile::Builder::new().prefix("gopherix-").suffix(".wasm").tempfile().context("no temporary file")?;
    let status = if args.stock { build_stock(&args.go, path, out.path())? } else { build(&args.go, path, out.path())? };
    if !status.success() {
        bail!("{} could not be built for GOOS=wasip1", path.display());
    }
    std::fs::read(out.path()).context("the Go toolchain left no module")
}

/// What to say of a program that is not there; `--trace path prog.wasm` is an easy slip.
fn unreadable(path: &Path) -> String {
    let is_family = Family::ALL.iter().any(|family| Path::new(family.name()) == path);
    let hint = if is_family { format!(" (to trace that family: --trace={})", path.display()) } else { String::new() };
    format!("cannot read {}{hint}", path.display())
}

/// `gopherix build`. Go's own build cache makes it quick when nothing has changed.
fn build(flags: &GoFlags, path: &Path, out: &Path) -> anyhow::Result<ExitStatus> {
    let folder = path.is_dir().then(|| path.to_owned());
    let port = Port::make(&request(flags)?, folder.as_deref())?;
    let package = if folder.is_some() { ".".into() } else { path.as_os_str().to_owned() };
    let words = [OsString::from("-o"), out.as_os_str().to_owned(), package];
    Ok(port.build(&Flags { folder, ..Flags::read(&words, false) })?)
}

/// `go build` for wasip1.
fn build_stock(flags: &GoFlags, path: &Path, out: &Path) -> anyhow::Result<ExitStatus> {
    let go = Go::find(named(flags).as_deref(), None)?;
    let mut command = Command::new(&go.bin);
    command.args(["build", "-o"]).arg(out).env("GOOS", "wasip1").env("GOARCH", "wasm").stdin(Stdio::null());
    if path.is_dir() {
        command.arg(".").current_dir(path);
    } else {
        command.arg(path);
    }
    Ok(gopherix_toolchain::build::start(&mut command)?)
}

/// What the flags ask of the toolchain.
pub(crate) fn request(flags: &GoFlags) -> anyhow::Result<Request> {
    Ok(Request { go: named(flags), untested: flags.allow_untested_go, cache: port_dir()? })
}

/// The go command that a flag names, or `$GOPHERIX_GO`.
fn named(flags: &GoFlags) -> Option<PathBuf> {
    let by_env = || std::env::var_os("GOPHERIX_GO").filter(|go| !go.is_empty()).map(PathBuf::from);
    flags.go.clone().or_else(by_env)
}
