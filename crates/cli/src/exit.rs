//! Exit codes, and how errors of our own are told.

use std::io::Write;
use std::process::ExitCode;

/// Something went wrong in gopherix itself, not in the guest.
pub(crate) const OWN_ERROR: u8 = 125;

/// What `--help` says of exit codes.
pub(crate) const HELP: &str = "\
Exit codes of `run`:
  the program's own   when it exits
  128 + signal        when a signal ends it (139 for SIGSEGV, 141 for SIGPIPE, 152 for --cpu-time)
  124                 when --timeout ends it
  125                 when gopherix itself fails (bad flags: 2)";

/// Prints an error with its causes, one line, and gives the exit code for it.
pub(crate) fn report(error: &anyhow::Error) -> ExitCode {
    say(&format!("gopherix: {error:#}"));
    ExitCode::from(OWN_ERROR)
}

/// A line on stderr. That it cannot be written is nobody's business any more.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
