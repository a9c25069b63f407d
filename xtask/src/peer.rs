//! Starting one guest program under gopherix, or, with the same mounts, arguments and environment, under what gopherix
//! is compared with.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use clap::ValueEnum;

use crate::process::{capture, progress};
use crate::toolchain::{Go, Port, node, wasmtime_cli};
use crate::workspace;

/// Go's own exec script gives the engine this much stack; its runtime recurses through wasm calls.
const WASM_STACK: &str = "max-wasm-stack=8388608";

/// Whether gopherix runs GOOS=js programs yet. Until it does, what needs that stays out of benches, and of `cargo xtask
/// test` unless a step is named.
pub(crate) const RUNS_JS: bool = true;

/// What runs a guest.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Peer {
    /// this project
    Gopherix,
    /// the Wasmtime command line
    Wasmtime,
    /// Node with Go's own wasm_exec_node.js, for GOOS=js
    Node,
}

impl Peer {
    /// Its name in tables and folder names.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Gopherix => "gopherix",
            Self::Wasmtime => "wasmtime",
            Self::Node => "node",
        }
    }

    /// The port it runs if nothing else is asked for.
    pub(crate) fn usual_port(self) -> Port {
        match self {
            Self::Gopherix | Self::Wasmtime => Port::Wasip1,
            Self::Node => Port::Js,
        }
    }

    /// Whether it can run binaries of a port.
    pub(crate) fn runs(self, port: Port) -> bool {
        self == Self::Gopherix || self.usual_port() == port
    }
}

/// One program to run, described independently of the peer.
#[derive(Clone)]
pub(crate) struct Guest {
    /// The wasm file on the host.
    pub program: PathBuf,
    /// Arguments after the program's name.
    pub args: Vec<String>,
    /// Working directory as the guest sees it.
    pub cwd: String,
    /// Environment besides `PWD`.
    pub env: Vec<(String, String)>,
    /// Host directory and where the guest sees it. Node has no mounts: there the host's own tree shows through.
    pub mounts: Vec<(PathBuf, String)>,
}

/// Which of gopherix's builds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Build {
    /// Quick to make: tests and demo.
    Dev,
    /// Optimised: benches.
    Release,
}

/// A peer that is ready to run guests.
pub(crate) struct Runner {
    peer: Peer,
    bin: PathBuf,
    /// `wasm_exec_node.js`, for Node.
    script: PathBuf,
}

impl Runner {
    /// Builds or fetches what `peer` needs.
    pub(crate) fn new(peer: Peer, build: Build, go: &Go) -> Result<Self> {
        let bin = match peer {
            Peer::Gopherix => gopherix(build)?,
            Peer::Wasmtime => wasmtime_cli()?,
            Peer::Node => node()?,
        };
        Ok(Self { peer, bin, script: go.root().join("lib/wasm/wasm_exec_node.js") })
    }

    /// Which peer.
    pub(crate) fn peer(&self) -> Peer {
        self.peer
    }

    /// Its binary.
    pub(crate) fn bin(&self) -> &Path {
        &self.bin
    }

    /// The command that runs `guest`; `engine_options` go to the engine and are of its own kind.
    pub(crate) fn command(&self, guest: &Guest, engine_options: &[String]) -> Command {
        let mut command = Command::new(&self.bin);
        match self.peer {
            Peer::Gopherix => {
                command.arg("run").args(engine_options);
                add_mounts(&mut command, guest);
                command.args(["--cwd", &guest.cwd]).args(["--env", &format!("PWD={}", guest.cwd)]);
                add_env(&mut command, guest);
            }
            Peer::Wasmtime => {
                command.args(["run", "-W", WASM_STACK]).args(engine_options);
                add_mounts(&mut command, guest);
                command.args(["--env", &format!("PWD={}", guest.cwd)]);
                add_env(&mut command, guest);
            }
            Peer::Node => {
                // By its bare name: net/http takes the host for a browser, and asks `fetch`, if process.argv0 says otherwise.
                command.arg0("node").arg("--stack-size=8192").args(engine_options).arg(&self.script);
                // Go's js port refuses more than 8 KiB of arguments and environment: pass no stranger's variables.
                command.env_clear().envs(guest.env.iter().map(|(k, v)| (k, v))).current_dir(&guest.cwd);
            }
        }
        command.arg(&guest.program).args(&guest.args);
        // Compiled code is kept with the tools, not in the user's home.
        command.env("XDG_CACHE_HOME", workspace::toolchain_dir().join("cache"));
        command
    }
}

fn add_mounts(command: &mut Command, guest: &Guest) {
    for (host, seen) in &guest.mounts {
        command.arg("--dir").arg(format!("{}::{seen}", host.display()));
    }
}

fn add_env(command: &mut Command, guest: &Guest) {
    for (key, value) in &guest.env {
        command.args(["--env", &format!("{key}={value}")]);
    }
}

/// The `gopherix` binary, built if `GOPHERIX_BIN` names none.
pub(crate) fn gopherix(build: Build) -> Result<PathBuf> {
    if let Some(bin) = std::env::var_os("GOPHERIX_BIN") {
        return Path::new(&bin).canonicalize().context("GOPHERIX_BIN names no file");
    }
    progress("building gopherix (the first time takes minutes: it brings its wasm engine)");
    let mut cargo = gopherix_build(build);
    if build == Build::Dev {
        // All of the workspace's targets at once, as the tests are built: features are unified over what is selected, so a
        // narrower selection would compile the engine a second time.
        cargo = cargo_command();
        cargo.args(["build", "--workspace", "--all-targets"]);
    }
    capture(&mut cargo)?;
    Ok(gopherix_path(build))
}

/// The command that builds gopherix.
pub(crate) fn gopherix_build(build: Build) -> Command {
    let mut cargo = cargo_command();
    // Of the whole workspace, for the same reason as above.
    cargo.args(["build", "--workspace", "--bin", "gopherix"]);
    if build == Build::Release {
        cargo.arg("--release");
    }
    cargo
}

fn cargo_command() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(workspace::root());
    cargo
}

/// Where [`gopherix_build`] leaves the binary.
pub(crate) fn gopherix_path(build: Build) -> PathBuf {
    let profile = match build {
        Build::Dev => "debug",
        Build::Release => "release",
    };
    workspace::target_dir().join(profile).join("gopherix")
}
