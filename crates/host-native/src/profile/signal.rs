//! The clock: a timer of each thread's processor time, whose signal (SIGPROF) finds the thread wherever it is.
//!
//! As Go's own profiler has it on Linux (`runtime/signal_unix.go`, timer_create(2)): time that a thread does not run is not
//! counted, and what runs between two samples pays nothing. The handler keeps to what POSIX allows there: atomics, system
//! calls and this thread's own variables. A thread that comes out of a guest keeps its timer; if it fires where no guest runs,
//! the handler stops it.
//!
//! Key types: [`Entered`], while which the thread runs a guest; [`Machine`], where it was found.

use std::cell::{Cell, RefCell};
use std::marker::PhantomData;
use std::ptr::null;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use nix::errno::Errno;
use nix::libc::{c_int, c_void, siginfo_t, ucontext_t};
use nix::sys::signal::{SaFlags, SigAction, SigEvent, SigHandler, SigSet, SigevNotify, Signal, sigaction};
use nix::sys::timer::{Expiration, Timer, TimerSetTimeFlags};
use nix::time::ClockId;
use nix::unistd::gettid;

use super::slot::Slot;

thread_local! {
    /// The guest that this thread runs.
    static CURRENT: Cell<*const Slot> = const { Cell::new(null()) };
    /// The thread's timer, and at how many samples a second it runs; 0 if it does not.
    static TIMER: RefCell<Option<(Timer, u32)>> = const { RefCell::new(None) };
}

/// Where a thread was found.
#[derive(Clone, Copy)]
pub(super) struct Machine {
    /// The next instruction.
    pub(super) pc: usize,
    /// The stack pointer.
    pub(super) sp: usize,
    /// The frame pointer, in code that keeps one.
    pub(super) fp: usize,
    /// The return address where the processor keeps it in a register.
    #[cfg(target_arch = "aarch64")]
    pub(super) link: Option<usize>,
}

impl Machine {
    #[cfg(target_arch = "x86_64")]
    fn of(context: &ucontext_t) -> Option<Self> {
        use nix::libc::{REG_RBP, REG_RIP, REG_RSP};
        let register = |number: c_int| {
            let value = context.uc_mcontext.gregs.get(usize::try_from(number).ok()?)?;
            usize::try_from(value.cast_unsigned()).ok()
        };
        Some(Machine { pc: register(REG_RIP)?, sp: register(REG_RSP)?, fp: register(REG_RBP)? })
    }

    #[cfg(target_arch = "aarch64")]
    fn of(context: &ucontext_t) -> Option<Self> {
        let machine = &context.uc_mcontext;
        let register = |number: usize| usize::try_from(*machine.regs.get(number)?).ok();
        let (pc, sp) = (usize::try_from(machine.pc).ok()?, usize::try_from(machine.sp).ok()?);
        Some(Machine { pc, sp, fp: register(29)?, link: register(30) })
    }

    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    fn of(_: &ucontext_t) -> Option<Self> {
        None
    }
}

/// Puts the handler in place, once.
///
/// # Errors
/// What the host's system says.
pub(super) fn install() -> std::io::Result<()> {
    static INSTALLED: OnceLock<Result<(), Errno>> = OnceLock::new();
    let installed = INSTALLED.get_or_init(|| {
        // On the signal stack: a guest may be at the end of its own.
        let flags = SaFlags::SA_SIGINFO | SaFlags::SA_RESTART | SaFlags::SA_ONSTACK;
        let action = SigAction::new(SigHandler::SigAction(on_tick), flags, SigSet::empty());
        #[expect(unsafe_code, reason = "only a signal finds a thread in the middle of its code")]
        // SAFETY: the handler calls nothing that is not async-signal-safe, keeps errno and does not unwind.
        let old = unsafe { sigaction(Signal::SIGPROF, &action) };
        old.map(drop)
    });
    (*installed).map_err(Into::into)
}

extern "C" fn on_tick(_: c_int, _: *mut siginfo_t, context: *mut c_void) {
    let errno = Errno::last_raw();
    let current = CURRENT.try_with(Cell::get).unwrap_or(null());
    let _ = TIMER.try_with(|timer| {
        let Ok(mut timer) = timer.try_borrow_mut() else { return };
        let Some((timer, rate)) = &mut *timer else { return };
        #[expect(unsafe_code, reason = "a handler is given pointers")]
        // SAFETY: who sets the pointer holds the slot until it is null again, on this thread; the context is the kernel's, as
        // SA_SIGINFO has it.
        let (slot, context) = unsafe { (current.as_ref(), context.cast::<ucontext_t>().as_ref()) };
        match slot.zip(context.and_then(Machine::of)) {
            Some((slot, machine)) => {
                let missed = u64::try_from(timer.overruns()).unwrap_or(0);
                slot.tick(&machine, missed.saturating_add(1));
            }
            None => {
                // Set to nothing, it is disarmed; should that fail, the next tick tries again.
                let _ = timer.set(Expiration::OneShot(Duration::ZERO.into()), TimerSetTimeFlags::empty());
                *rate = 0;
            }
        }
    });
    Errno::set_raw(errno);
}

/// While this is there, the thread runs a guest.
pub(super) struct Entered<'a>(PhantomData<&'a Slot>);

/// Samples this thread as the guest's, `rate` times a second of processor time. That there can be no timer shows in the
/// profile, which has no samples then.
pub(super) fn enter(slot: &Arc<Slot>, rate: u32) -> Entered<'_> {
    let _ = TIMER.try_with(|timer| arm(&mut timer.borrow_mut(), rate));
    CURRENT.set(Arc::as_ptr(slot));
    Entered(PhantomData)
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        CURRENT.set(null());
    }
}

fn arm(timer: &mut Option<(Timer, u32)>, rate: u32) -> nix::Result<()> {
    if matches!(timer, Some((_, armed)) if *armed == rate) {
        return Ok(());
    }
    if timer.is_none() {
        let thread_id = gettid().as_raw();
        let notify = SigevNotify::SigevThreadId { signal: Signal::SIGPROF, thread_id, si_value: 0 };
        *timer = Some((Timer::new(ClockId::CLOCK_THREAD_CPUTIME_ID, SigEvent::new(notify))?, 0));
    }
    if let Some((timer, armed)) = timer {
        timer.set(Expiration::Interval(super::period(rate).into()), TimerSetTimeFlags::empty())?;
        *armed = rate;
    }
    Ok(())
}
