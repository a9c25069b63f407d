//! The subcommands.

mod cache;
mod crash;
mod go;
mod inspect;
mod pages;
mod profile;
mod run;
mod signals;

pub(crate) use cache::{background_helper, port_dir};

use crate::args::Command;

/// Runs a subcommand; its exit code.
pub(crate) fn dispatch(command: Command) -> anyhow::Result<u8> {
    match command {
        Command::Run(args) => run::run(*args),
        Command::Profile(args) => profile::profile(*args),
        Command::Build(args) => go::build(&args),
        Command::Test(args) => go::test(&args),
        Command::Vet(args) => go::vet(&args),
        Command::Env(args) => go::env(&args),
        Command::Inspect(args) => inspect::inspect(&args),
        Command::Cache(command) => cache::cache(&command),
        Command::Syscalls { markdown } => pages::syscalls(markdown),
        Command::Completions { shell } => pages::completions(shell),
        Command::Man => pages::man(),
    }
}
