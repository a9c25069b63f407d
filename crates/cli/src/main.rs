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
    restore_terminal_on_panic();
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

/// A panic must not leave a terminal behind as a program wanted it, nor its message in there.
fn restore_terminal_on_panic() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        gopherix::restore_terminal();
        usual(panic);
    }));
}
