//! The user's go command, and what it says of itself.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use crate::error::Error;
use crate::release::Release;

/// A go command and its settings in some folder.
#[derive(Clone, Debug)]
pub struct Go {
    /// The command.
    pub bin: PathBuf,
    /// What `go env` says there: a go.mod file may choose another toolchain, a user's file other settings.
    pub env: Env,
}

/// The part of `go env` that matters here.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub struct Env {
    /// Where Go is.
    pub goroot: PathBuf,
    /// Such as `go1.27.3`.
    pub goversion: String,
    /// Flags for every go command.
    #[serde(default)]
    pub goflags: String,
    /// Experiments.
    #[serde(default)]
    pub goexperiment: String,
    /// The go.mod file, or the null device.
    #[serde(default)]
    pub gomod: PathBuf,
    /// The go.work file, if any.
    #[serde(default)]
    pub gowork: PathBuf,
}

impl Go {
    /// The go command `named`, or that of the folder `named` (a GOROOT), or else the one on the PATH, and its settings in `dir`.
    ///
    /// # Errors
    ///
    /// There is none, or it does not start, or its settings cannot be had.
    pub fn find(named: Option<&Path>, dir: Option<&Path>) -> Result<Self, Error> {
        let bin = match named {
            Some(root) if root.is_dir() => root.join("bin").join("go"),
            Some(bin) => bin.to_owned(),
            None => on_path(std::env::var_os("PATH")).ok_or(Error::NoGo)?,
        };
        let env = env(&bin, dir)?;
        Ok(Self { bin, env })
    }

    /// Its minor release.
    ///
    /// # Errors
    ///
    /// It is not tested, and `untested` does not allow that.
    pub fn release(&self, untested: bool) -> Result<Release, Error> {
        let release = Release::parse(&self.env.goversion);
        let newest = crate::release::TESTED.last().copied().unwrap_or_default();
        match release {
            Some(release) if untested || release.is_tested() => Ok(release),
            None if untested => Ok(Release(newest)),
            _ => Err(Error::Untested { version: self.env.goversion.clone() }),
        }
    }
}

fn on_path(path: Option<OsString>) -> Option<PathBuf> {
    std::env::split_paths(&path?).map(|dir| dir.join("go")).find(|go| go.is_file())
}

/// `go env` for this port.
fn env(bin: &Path, dir: Option<&Path>) -> Result<Env, Error> {
    let mut command = Command::new(bin);
    command.args(["env", "-json", "GOROOT", "GOVERSION", "GOFLAGS", "GOEXPERIMENT", "GOMOD", "GOWORK"]);
    command.env("GOOS", "wasip1").env("GOARCH", "wasm").stdin(Stdio::null());
    if let Some(dir) = dir {
        command.current_dir(dir);
    }
    let output = command.output().map_err(|source| Error::Start { path: bin.to_owned(), source })?;
    let failed = |said: String| Error::Env { path: bin.to_owned(), said: said.trim().to_owned() };
    if !output.status.success() {
        return Err(failed(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| failed(error.to_string()))
}
