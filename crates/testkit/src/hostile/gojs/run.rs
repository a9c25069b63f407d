//! Running programs from seeds, and where a run is.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};

use gopherix_kernel::task::ExitStatus;

use super::guest::Guest;
use crate::hostile::setup::Setup;
use crate::hostile::world::message;

/// Imports that a program makes, if it does not end before.
const BUDGET: u64 = 300;
/// Programs that one seed stands for, one after the other in the same kernel.
const PROGRAMS: u64 = 8;

static SEED: AtomicU64 = AtomicU64::new(0);
static CALL: AtomicU64 = AtomicU64::new(0);

/// The seed that is running (or ran last) in this process, and the number of its present call: for a panic in C's frames,
/// which cannot be caught, and for what never ends.
#[must_use]
pub fn position() -> (u64, u64) {
    (SEED.load(Ordering::Relaxed), CALL.load(Ordering::Relaxed))
}

thread_local! {
    /// Names of imports that have answered on this thread.
    static ANSWERED: RefCell<BTreeSet<&'static str>> = const { RefCell::new(BTreeSet::new()) };
}

/// An import has answered.
pub(super) fn note_answer(name: &'static str) {
    ANSWERED.with_borrow_mut(|all| all.insert(name));
}

/// Another call begins.
pub(super) fn note_call() {
    CALL.fetch_add(1, Ordering::Relaxed);
}

/// What programs have done so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Imports made.
    pub calls: u64,
    /// Programs run.
    pub programs: u64,
    /// Programs that ended with an exit code, by themselves or by an exception.
    pub exited: u64,
    /// Programs that a pointer out of memory ended.
    pub faulted: u64,
    /// Names of imports that have answered at least once.
    pub answered: BTreeSet<&'static str>,
}

/// Runs the programs of a seed. The present thread needs a few MiB of stack.
///
/// # Errors
/// What did not hold, and in which call.
pub fn run_seed(seed: u64, report: &mut Report) -> Result<(), String> {
    SEED.store(seed, Ordering::Relaxed);
    CALL.store(0, Ordering::Relaxed);
    let setup = Rc::new(Setup::new(1).map_err(|e| format!("no kernel: {e}"))?);
    for program in 0..PROGRAMS {
        let calls = Rc::new(Cell::new(0));
        let counted = calls.clone();
        let seed = seed.wrapping_mul(PROGRAMS).wrapping_add(program);
        let caught = catch_unwind(AssertUnwindSafe(|| run_program(&setup, seed, &counted)));
        let status = match caught {
            Ok(ended) => ended,
            Err(panic) => Err(format!("panicked: {}", message(&*panic))),
        };
        match status.map_err(|what| format!("call {}: {what}", position().1))? {
            ExitStatus::Exited(_) => report.exited = report.exited.saturating_add(1),
            ExitStatus::Signaled(gopherix_abi::Signal::SIGSEGV) => report.faulted = report.faulted.saturating_add(1),
            _ => {}
        }
        report.answered.append(&mut ANSWERED.take());
        report.calls = report.calls.saturating_add(calls.get());
        report.programs = report.programs.saturating_add(1);
    }
    Ok(())
}

fn run_program(setup: &Rc<Setup>, seed: u64, calls: &Cell<u64>) -> Result<ExitStatus, String> {
    let mut guest = Guest::new(setup, seed, BUDGET)?;
    let mut lives = guest.prepare().is_ok();
    while lives && !guest.is_done() {
        lives = guest.act().is_ok();
    }
    if lives && guest.random.chance(20) {
        lives = guest.release().is_ok();
    }
    if lives {
        guest.run_to_the_end();
    }
    calls.set(guest.calls());
    guest.finish()
}
