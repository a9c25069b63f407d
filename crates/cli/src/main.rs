//! The `gopherix` command: thin over the `gopherix` crate.

mod args;
mod commands;
mod exit;
mod grants;
mod plain;
mod project;
mod separate;
mod testing;
mod trace;

use clap::{CommandFactory, Parser};

fn main() -> std::process::ExitCode {
    let done = match commands::background_helper() {
        Some(done) => done,
        None => {
            let line = separate::separate(&args::Args::command(), std::env::args_os().collect());
            commands::dispatch(args::Args::parse_from(line).command)
        }
    };
    match done {
        Ok(code) => std::process::ExitCode::from(code),
        Err(error) => exit::report(&error),
    }
}
