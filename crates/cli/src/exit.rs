//! Exit codes, and how errors of our own are told.

use std::io::Write;
use std::process::ExitCode;

/// Something went wrong in gopherix itself, not in the guest.
pub(crate) const OWN_ERROR: u8 = 125;

/// What `--help` says of exit codes.
pub(crate) const HELP: &str = "\
Exit codes of `run`:
  the program's own  when it exits
  128 + signal       when a signal ends it: 134 abort, 139 bad memory access,
                     141 broken pipe, 152 --cpu-time
  124                when --timeout ends it
  125                when gopherix itself fails: no such file, not a module, …
  2                  when the flags are wrong, or SIGQUIT ended a Go program";

/// What a shell shows of a program that SIGPIPE ended.
const BROKEN_PIPE: u8 = 141;

/// Prints an error with its causes, one line, and gives the exit code for it. That nobody reads our output any more
/// (`gopherix inspect … | head`) is no error worth a line.
pub(crate) fn report(error: &anyhow::Error) -> ExitCode {
    let io = |cause: &(dyn std::error::Error + 'static)| cause.downcast_ref().map(std::io::Error::kind);
    if error.chain().any(|cause| io(cause) == Some(std::io::ErrorKind::BrokenPipe)) {
        return ExitCode::from(BROKEN_PIPE);
    }
    say(&format!("gopherix: {error:#}"));
    ExitCode::from(OWN_ERROR)
}

/// A line on stderr, or several. Parts of it may come from a module (names of imports and functions), so control
/// characters are escaped. That it cannot be written is nobody's business any more.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{}", crate::plain::lines(line));
}
