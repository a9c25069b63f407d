//! Compiling Rust to wasm: with rustup's target where it is installed, else with Debian's `rustc-web`, whose standard
//! library is built from its source package (`-Zbuild-std`) and linked by LLVM's wasm-ld.
//!
//! `cargo xtask rust-wasm <target> <subcommand> …` is cargo by that route, for guests written in Rust.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use clap::Args;

use super::apt;
use crate::process::{capture, run_shown};
use crate::workspace;

/// The target of the portable crates.
pub(crate) const UNKNOWN: &str = "wasm32-unknown-unknown";
/// The target of guest programs.
pub(crate) const WASIP1: &str = "wasm32-wasip1";

const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_WASI_LIBC: &str = "/usr/lib/wasm32-wasi";

/// Arguments of `cargo xtask rust-wasm`.
#[derive(Args)]
pub(crate) struct RustWasmArgs {
    /// The target
    #[arg(value_parser = [UNKNOWN, WASIP1])]
    target: String,
    /// A subcommand of cargo and its arguments
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
    cargo: Vec<String>,
}

/// Runs cargo for a wasm target and prints where its products are.
pub(crate) fn command(args: &RustWasmArgs) -> Result<()> {
    let target = if args.target == WASIP1 { WASIP1 } else { UNKNOWN };
    let (subcommand, rest) = args.cargo.split_first().context("no subcommand of cargo")?;
    run_shown(RustWasm::find(target)?.cargo(subcommand).args(rest))?;
    println!("{}", RustWasm::target_dir().join(target).display());
    Ok(())
}

/// A way to compile for one wasm target.
pub(crate) struct RustWasm {
    target: &'static str,
    route: Route,
}

enum Route {
    /// The default toolchain has the target's standard library.
    Installed,
    /// Debian's compiler builds the standard library itself.
    Debian,
}

impl RustWasm {
    /// A way to compile for `target`, installing Debian's packages if the default toolchain cannot.
    pub(crate) fn find(target: &'static str) -> Result<Self> {
        if target_is_installed(target) {
            return Ok(Self { target, route: Route::Installed });
        }
        let _lock = super::lock()?;
        apt::install(&["rustc-web", "rust-web-src", "lld-19"])?;
        if target == WASIP1 {
            apt::install(&["wasi-libc"])?;
        }
        Ok(Self { target, route: Route::Debian })
    }

    /// `cargo <subcommand> --target …`, to which packages and options can be added.
    ///
    /// It has a target folder of its own: two compilers in one would rebuild each other's work.
    pub(crate) fn cargo(&self, subcommand: &str) -> Command {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.arg(subcommand).args(["--target", self.target]).env("CARGO_TARGET_DIR", Self::target_dir());
        if matches!(self.route, Route::Debian) {
            command.arg("-Zbuild-std=std,panic_abort");
            command.env("RUSTC", DEBIAN_RUSTC).env("RUSTC_BOOTSTRAP", "1").env_remove("RUSTC_WRAPPER");
            let variable = self.target.to_uppercase().replace('-', "_");
            command.env(format!("CARGO_TARGET_{variable}_LINKER"), "wasm-ld-19");
            if self.target == WASIP1 {
                command.env(format!("CARGO_TARGET_{variable}_RUSTFLAGS"), wasip1_flags());
            }
        }
        command
    }

    /// Where [`Self::cargo`] puts its products: `<this>/<target>/<profile>/`.
    pub(crate) fn target_dir() -> PathBuf {
        workspace::target_dir().join("rust-wasm")
    }

    /// The route in words.
    pub(crate) fn describe(&self) -> String {
        let route = match self.route {
            Route::Installed => "the installed target",
            Route::Debian => "Debian's rustc-web with -Zbuild-std",
        };
        format!("{} by {route}", self.target)
    }
}

fn target_is_installed(target: &str) -> bool {
    let libdir = capture(Command::new("rustc").args(["--print", "target-libdir", "--target", target]));
    libdir.is_ok_and(|dir| Path::new(dir.trim()).is_dir())
}

/// Debian's compiler carries no C library of its own for WASI: take start-up code and libc from `wasi-libc`.
fn wasip1_flags() -> String {
    format!(
        "-Clink-self-contained=no -Clink-arg=-L{DEBIAN_WASI_LIBC} \
         -Clink-arg={DEBIAN_WASI_LIBC}/crt1-command.o -Clink-arg=-lc"
    )
}
