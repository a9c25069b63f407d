//! `gopherix run` and programs that do not end by themselves: `--crash-report`, `--core`.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context;
use gopherix::{Command, Exception, ExitStatus, Outcome};

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

/// What a Go program's goroutines did when something from outside ended it.
pub(super) fn dump(outcome: &Outcome) -> Option<&str> {
    let note = outcome.note.as_deref()?;
    match outcome.status {
        ExitStatus::Exited(_) => Some(note),
        ExitStatus::TimedOut => note.split_once("\n\n").map(|(_, dump)| dump),
        ExitStatus::Signaled(_) => None,
    }
}
