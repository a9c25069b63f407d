//! Finding Go, and building Go modules for a port, each once a test run.

use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};

use crate::{command, places};

/// More than a first build of the standard library takes on a slow machine.
const LIMIT: Duration = Duration::from_secs(600);

/// What a Go program is built for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Port {
    /// This machine, without cgo (which disables Go's deadlock check).
    Native,
    /// GOOS=wasip1.
    Wasip1,
    /// GOOS=js.
    Js,
}

impl Port {
    /// Its name in `expectations.toml` and file names.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Port::Native => "native",
            Port::Wasip1 => "wasip1",
            Port::Js => "js",
        }
    }
}

/// The `go` command: `GOPHERIX_GO`, else `.toolchain/go`, else the one on PATH.
///
/// # Errors
/// If there is none.
pub fn binary() -> Result<PathBuf> {
    if let Some(go) = env::var_os("GOPHERIX_GO") {
        return Ok(go.into());
    }
    let own = places::root().join(".toolchain/go/bin/go");
    let on_path = env::var_os("PATH");
    let on_path = on_path.iter().flat_map(env::split_paths).map(|dir| dir.join("go"));
    let mut candidates = std::iter::once(own).chain(on_path);
    candidates.find(|go| go.is_file()).context("there is no Go: run `cargo xtask toolchain go`, or set GOPHERIX_GO")
}

/// The `go` command for a port, offline, untouched by the caller's settings.
///
/// # Errors
/// As [`binary`].
pub fn go(port: Port) -> Result<Command> {
    let mut command = Command::new(binary()?);
    command.envs([("GOTOOLCHAIN", "local"), ("GOPROXY", "off"), ("GOFLAGS", "-mod=mod"), ("GOENV", "off")]);
    command.envs([("GOWORK", "off"), ("CGO_ENABLED", "0")]);
    for leftover in ["GOROOT", "GOOS", "GOARCH", "GOEXPERIMENT", "GOWASM", "GO111MODULE", "GODEBUG"] {
        command.env_remove(leftover);
    }
    if port != Port::Native {
        command.env("GOOS", port.name()).env("GOARCH", "wasm");
    }
    for (variable, folder) in [("GOCACHE", "gocache"), ("GOPATH", "gopath")] {
        if env::var_os(variable).is_none() {
            command.env(variable, places::root().join(".toolchain").join(folder));
        }
    }
    Ok(command)
}

/// Builds the package in a folder, given from the workspace root, once a test run; where the binary is.
///
/// # Errors
/// As [`binary`], and what the compiler says.
pub fn build(folder: &str, port: Port) -> Result<PathBuf> {
    type Built = BTreeMap<(String, Port), PathBuf>;
    static BUILT: OnceLock<Mutex<Built>> = OnceLock::new();
    let mut built = BUILT.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    let key = (folder.to_owned(), port);
    if let Some(path) = built.get(&key) {
        return Ok(path.clone());
    }
    let path = compile(&places::root().join(folder), &folder.replace('/', "-"), port)?;
    built.insert(key, path.clone());
    Ok(path)
}

fn compile(folder: &Path, name: &str, port: Port) -> Result<PathBuf> {
    let extension = if port == Port::Native { "" } else { ".wasm" };
    let path = places::kept()?.join(format!("{name}-{}{extension}", port.name()));
    let _lock = places::lock(name)?;
    // Go leaves the file alone if it is up to date, so another test may be running it.
    let mut go = go(port)?;
    go.current_dir(folder).args(["build", "-buildvcs=false", "-o"]).arg(&path).arg(".");
    command::succeed(&mut go, LIMIT)?;
    Ok(path)
}
