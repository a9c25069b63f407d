//! The `gopherix` command: thin over the `gopherix` crate.

mod args;
mod commands;
mod exit;
mod grants;
mod plain;
mod project;
mod trace;

use clap::Parser;

fn main() -> std::process::ExitCode {
    let done = match commands::background_helper() {
        Some(done) => done,
        None => commands::dispatch(args::Args::parse().command),
    };
    match done {
        Ok(code) => std::process::ExitCode::from(code),
        Err(error) => exit::report(&error),
    }
}
