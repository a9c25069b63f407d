//! The `gopherix` command: thin over the `gopherix` crate.

mod args;
mod commands;
mod exit;
mod grants;
mod project;
mod trace;

use clap::Parser;

fn main() -> std::process::ExitCode {
    let args = args::Args::parse();
    match commands::dispatch(args.command) {
        Ok(code) => std::process::ExitCode::from(code),
        Err(error) => exit::report(&error),
    }
}
