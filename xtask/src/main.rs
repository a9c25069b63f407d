//! Set-up, tests, benches and checks of the workspace: `cargo xtask <command>`.
//!
//! One file a command; [`toolchain`] finds or fetches what they need beyond Rust, [`process`] runs it, [`peer`] starts
//! guests under gopherix or under what it is compared with.

mod check_wasm32;
mod peer;
mod process;
mod stdlib;
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
    /// Find or fetch the tools beyond Rust, into .toolchain
    Toolchain(toolchain::ToolchainArgs),
    /// Check that the portable crates are portable
    CheckWasm32,
    /// Run the Go standard library's own tests as guests
    Stdlib(stdlib::StdlibArgs),
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Toolchain(args) => toolchain::command(&args),
        Command::Stdlib(args) => stdlib::command(&args),
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
