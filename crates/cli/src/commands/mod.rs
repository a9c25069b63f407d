//! The subcommands.

mod cache;
mod crash;
mod inspect;
mod pages;
mod profile;
mod run;
mod signals;

pub(crate) use cache::background_helper;

use crate::args::Command;

/// Runs a subcommand; its exit code.
pub(crate) fn dispatch(command: Command) -> anyhow::Result<u8> {
    match command {
        Command::Run(args) => run::run(*args),
        Command::Profile(args) => profile::profile(*args),
        Command::Inspect(args) => inspect::inspect(&args),
        Command::Cache(command) => cache::cache(&command),
        Command::Syscalls { markdown } => pages::syscalls(markdown),
        Command::Completions { shell } => pages::completions(shell),
        Command::Man => pages::man(),
    }
}
