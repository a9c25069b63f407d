//! Signals of the host and the program: whatever this process gets goes to the machine's foreground group; what the program
//! makes of it decides.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Context;
use gopherix::{Child, ExitStatus, Machine, Outcome, Process, Signal};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

use super::crash::DUMP_GRACE;

/// What is passed on.
const PASSED_ON: [i32; 7] = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGCONT, SIGWINCH];
/// What a shell must see this process end by, if the program did.
const TELLING: [Signal; 3] = [Signal::SIGHUP, Signal::SIGINT, Signal::SIGTERM];
/// How long a program has to come to its end. One whose code nothing interrupts is ended with this process.
const GRACE: Duration = Duration::from_millis(200);

/// The signals that this process waits for.
pub(super) struct Listening {
    signals: Signals,
    /// Those that whoever started this process ignores (nohup(1)): the program ignores them too.
    pub(super) ignored: Vec<Signal>,
}

/// From now on signals wait for [`Listening::pass_on`]; to be called before the program starts.
pub(super) fn listen() -> anyhow::Result<Listening> {
    let ignored = ignored();
    let passed: Vec<i32> = PASSED_ON.into_iter().filter(|number| !ignored.iter().any(|s| is(*s, *number))).collect();
    Ok(Listening { signals: Signals::new(passed).context("cannot wait for signals")?, ignored })
}

fn is(signal: Signal, number: i32) -> bool {
    i32::from(signal.number()) == number
}

/// What this process ignores, of what a program would notice.
fn ignored() -> Vec<Signal> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).map(str::trim);
    let mask = mask.and_then(|mask| u64::from_str_radix(mask, 16).ok()).unwrap_or(0);
    // Rust's own start-up ignores SIGPIPE.
    let is_ignored = |signal: &Signal| *signal != Signal::SIGPIPE && mask & bit(*signal) != 0;
    Signal::TABLE.iter().copied().filter(is_ignored).collect()
}

impl Listening {
    /// Passes on to the program what comes, and stands still with it.
    pub(super) fn pass_on(mut self, machine: &Machine, child: &Child) -> Passed {
        let (kernel, process) = (machine.kernel().clone(), child.process().clone());
        let passed = Passed::default();
        let seen = passed.0.clone();
        std::thread::spawn({
            let process = process.clone();
            move || {
                for number in self.signals.forever() {
                    let Some(signal) = u8::try_from(number).ok().and_then(Signal::from_number) else { continue };
                    seen.fetch_or(bit(signal), Ordering::Relaxed);
                    kernel.signal_group(kernel.foreground_group(&process), signal);
                    if signal == Signal::SIGCONT {
                        gopherix::reapply_terminal();
                        let _ = process.kill(signal);
                    }
                    if process.is_ending() {
                        end_with(&process, number);
                    }
                }
            }
        });
        std::thread::spawn(move || {
            loop {
                futures::executor::block_on(process.until_stopped());
                if process.is_ending() {
                    return;
                }
                // A shell hears that its job has stopped, and continues it by SIGCONT, which comes to the thread above.
                gopherix::restore_terminal();
                let _ = signal_hook::low_level::raise(signal_hook::consts::SIGSTOP);
                futures::executor::block_on(process.until_continued());
            }
        });
        passed
    }
}

/// The signals that have come.
#[derive(Default)]
pub(super) struct Passed(Arc<AtomicU64>);

impl Passed {
    /// Ends this process as the program ended, if that was by a signal that has come: shells stop a script then.
    pub(super) fn die_as(&self, outcome: &Outcome) {
        if let ExitStatus::Signaled(signal) = outcome.status
            && TELLING.contains(&signal)
            && self.0.load(Ordering::Relaxed) & bit(signal) != 0
        {
            let _ = emulate_default_handler(signal.number().into());
        }
    }
}

fn bit(signal: Signal) -> u64 {
    1u64.checked_shl(u32::from(signal.number()).saturating_sub(1)).unwrap_or(0)
}

/// The program is to end by a signal. If it does not come to it, it is ended with this process.
fn end_with(process: &Arc<Process>, number: i32) {
    let process = process.clone();
    std::thread::spawn(move || {
        std::thread::sleep(if number == SIGQUIT { DUMP_GRACE } else { GRACE });
        if process.status().is_none() {
            gopherix::restore_terminal();
            let _ = emulate_default_handler(number);
        }
    });
}
