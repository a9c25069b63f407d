//! `gopherix run` and programs that do not end by themselves: SIGQUIT, `--crash-report`, `--core`.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context;
use gopherix::{Child, Command, Exception, ExitStatus, Outcome, Signal};
use signal_hook::consts::SIGQUIT;
use signal_hook::iterator::Signals;

use crate::args::RunArgs;
use crate::exit::say;

/// How long a program has to tell of its goroutines.
pub(super) const DUMP_GRACE: Duration = Duration::from_secs(2);

/// Keeps the exception of a program, if somebody wants it in a file.
#[derive(Default)]
pub(super) struct Recorder(Arc<Mutex<Option<Exception>>>);

impl Recorder {
    /// Has the program's exception told to this.
    pub(super) fn watch(&self, command: Command, args: &RunArgs) -> Command {
        let wanted = args.crash_report.is_some() || args.core.is_some();
        let command = command.dump_on_timeout(args.dump_on_timeout || wanted);
        if !wanted {
            return command;
        }
        let slot = self.0.clone();
        let command = command.all_goroutines(args.crash_report.is_some()).core_dump(args.core.is_some());
        command.on_exception(move |exception| {
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(exception.clone());
        })
    }

    /// Writes the files that were asked for, and says why one is missing. A program that exited has none.
    pub(super) fn write(&self, args: &RunArgs, outcome: &Outcome) -> anyhow::Result<()> {
        let exception = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let missing = |what: &str, why: &str| {
            if exception.is_some() || !matches!(outcome.status, ExitStatus::Exited(_)) {
                say(&format!("gopherix: {}: no {what}: {why}", args.program.display()));
            }
        };
        if let Some(path) = &args.crash_report {
            match &exception {
                Some(exception) => save(path, &serde_json::to_vec_pretty(exception)?)?,
                None => missing("crash report", "the program was ended before anything could be told of it"),
            }
        }
        if let Some(path) = &args.core {
            match exception.as_ref().and_then(|exception| exception.core.as_ref()) {
                Some(core) => save(path, core)?,
                None => missing("core dump", "none of its code was running, or could be stopped in time"),
            }
        }
        Ok(())
    }
}

fn save(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    std::fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

/// From now on SIGQUIT (`^\\` on a terminal) waits for [`quit_by_signal`]; to be called before the program starts. `None` if
/// whoever started this process has it ignored, as shells do for background jobs: so it stays.
pub(super) fn listen() -> anyhow::Result<Option<Signals>> {
    if is_ignored(SIGQUIT) {
        return Ok(None);
    }
    Signals::new([SIGQUIT]).map(Some).context("cannot wait for signals")
}

/// Whether a signal does nothing to this process (proc_pid_status(5)); only the kernel can be asked without changing it.
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    let bit = u32::try_from(signal).ok().and_then(|signal| 1u64.checked_shl(signal.checked_sub(1)?));
    bit.is_some_and(|bit| mask & bit != 0)
}

/// Ends the program on SIGQUIT: a Go program tells of its goroutines then. One that does not come to it is ended with this
/// process.
pub(super) fn quit_by_signal(mut signals: Signals, child: &Child) {
    let process = child.process().clone();
    std::thread::spawn(move || {
        if signals.forever().next().is_some() {
            let _ = process.kill(Signal::SIGQUIT);
            std::thread::sleep(DUMP_GRACE);
            let _ = signal_hook::low_level::emulate_default_handler(SIGQUIT);
        }
    });
}

/// What a Go program's goroutines did when something from outside ended it.
pub(super) fn dump(outcome: &Outcome) -> Option<&str> {
    let note = outcome.note.as_deref()?;
    match outcome.status {
        ExitStatus::Exited(_) => Some(note),
        ExitStatus::TimedOut => note.split_once("\n\n").map(|(_, dump)| dump),
        ExitStatus::Signaled(_) => None,
    }
}
