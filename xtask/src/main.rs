//! Set-up, tests, benches and checks of the workspace: `cargo xtask <command>`.
//!
//! One file a command; [`toolchain`] finds or fetches what they need beyond Rust, [`process`] runs it, [`peer`] starts
//! guests under gopherix or under what it is compared with.

mod bench;
mod check_wasm32;
mod compiler;
mod demo;
mod fuzz;
mod npm;
mod peer;
mod process;
mod stdlib;
mod stress;
mod test;
mod toolchain;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Set-up, tests, benches and checks of the workspace")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build an example Go program and run it under gopherix
    Demo(demo::DemoArgs),
    /// Run all checks and tests, or some of their steps
    Test(test::TestArgs),
    /// Run the Go compiler as a guest and compare what it makes with the native one's
    Compiler(compiler::CompilerArgs),
    /// Make random calls of a hostile guest and check what must hold
    Fuzz(fuzz::FuzzArgs),
    /// Run a program that preemption could break many times, as built by several releases of Go
    Stress(stress::StressArgs),
    /// Measure gopherix beside native Go, Node and the Wasmtime command line
    Bench(bench::BenchArgs),
    /// Find or fetch the tools beyond Rust, into .toolchain
    Toolchain(toolchain::ToolchainArgs),
    /// Run cargo for wasm32-unknown-unknown or wasm32-wasip1
    RustWasm(toolchain::RustWasmArgs),
    /// Run programs from npm under Node and under gopherix and compare what they write
    Npm(npm::NpmArgs),
    /// Check that the portable crates are portable
    CheckWasm32,
    /// Run the Go standard library's own tests as guests
    Stdlib(stdlib::StdlibArgs),
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Toolchain(args) => toolchain::command(&args),
        Command::Demo(args) => demo::command(&args),
        Command::Test(args) => test::command(&args),
        Command::Compiler(args) => compiler::command(&args),
        Command::Fuzz(args) => fuzz::command(&args),
        Command::Stress(args) => stress::command(&args),
        Command::Bench(args) => bench::command(&args),
        Command::Npm(args) => npm::command(&args),
        Command::Stdlib(args) => stdlib::command(&args),
        Command::RustWasm(args) => toolchain::rust_wasm_command(&args),
        Command::CheckWasm32 => check_wasm32::command(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
