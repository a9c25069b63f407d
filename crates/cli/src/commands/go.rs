//! `gopherix build`, `test`, `vet` and `env`: the user's own go command, with the overlay.

use std::ffi::OsString;
use std::io::Write as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::ExitStatus;

use anyhow::{Context, bail};
use clap::{CommandFactory, Parser};
use gopherix_toolchain::flags::{Flags, quoted};
use gopherix_toolchain::{Port, build as toolchain};

use crate::args::{Args, Command, EnvArgs, GoArgs, GoFlags, RunArgs, TestArgs};
use crate::{project, separate};

/// `go build`, and a look at what came out; go's own exit code.
pub(crate) fn build(args: &GoArgs) -> anyhow::Result<u8> {
    let flags = Flags::read(&args.args, false);
    Ok(code(port(&args.go, &flags)?.build(&flags)?))
}

/// `go vet`; its exit code.
pub(crate) fn vet(args: &GoArgs) -> anyhow::Result<u8> {
    let flags = Flags::read(&args.args, false);
    let mut command = port(&args.go, &flags)?.command("vet", &flags, None)?;
    Ok(code(toolchain::start(&mut command)?))
}

/// `go test`, whose programs are run by this one; its exit code.
pub(crate) fn test(args: &TestArgs) -> anyhow::Result<u8> {
    let run = Args::command();
    let at = run.find_subcommand("run").map_or(0, |run| separate::own_flags(run, &args.args));
    let (ours, theirs) = args.args.split_at_checked(at).unwrap_or_default();
    let theirs = match theirs.split_first() {
        Some((first, rest)) if first == "--" => rest,
        _ => theirs,
    };
    let checked = checked(ours)?;
    let flags = Flags::read(theirs, true);
    let port = port(&checked.go, &flags)?;
    let exec = exec(&port, ours)?;
    let mut command = port.command("test", &flags, Some(&exec))?;
    Ok(code(toolchain::start(&mut command)?))
}

/// The variables, as a shell sets them.
pub(crate) fn env(args: &EnvArgs) -> anyhow::Result<u8> {
    let here = std::env::current_dir().context("no current directory")?;
    let port = Port::make(&project::request(&args.go)?, None)?;
    let mut out = std::io::stdout().lock();
    for (name, value) in port.variables(&here)? {
        writeln!(out, "export {name}='{}'", value.replace('\'', r"'\''"))?;
    }
    Ok(0)
}

fn port(go: &GoFlags, flags: &Flags) -> anyhow::Result<Port> {
    Ok(Port::make(&project::request(go)?, flags.folder.as_deref())?)
}

/// Flags of `run`, which have to be right before each test says that they are not.
fn checked(flags: &[OsString]) -> anyhow::Result<Box<RunArgs>> {
    let line = ["gopherix", "run"].into_iter().map(OsString::from).chain(flags.iter().cloned()).chain(["test".into()]);
    match Args::try_parse_from(line).unwrap_or_else(|error| error.exit()).command {
        Command::Run(run) => Ok(run),
        _ => bail!("these are no flags of run"),
    }
}

/// What `go test -exec` starts a test by: this program.
fn exec(port: &Port, flags: &[OsString]) -> anyhow::Result<String> {
    let own: PathBuf = std::env::current_exe().context("this program's own file is not to be found")?;
    let goroot = port.go().env.goroot.clone().into_os_string();
    let words = [own.into_os_string(), "run".into(), "--go-test".into(), goroot];
    let words = words.iter().chain(flags).map(|word| word.to_str().and_then(quoted));
    let words: Option<Vec<String>> = words.collect();
    Ok(words.context("a flag has both kinds of quotes, or is not UTF-8, which go test -exec cannot take")?.join(" "))
}

/// An exit code as a shell shows it.
fn code(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| status.signal().map(|signal| signal.saturating_add(128)));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}
