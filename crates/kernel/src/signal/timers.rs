//! Interval timers (setitimer(2)): of real time on the kernel's timer heap, of processor time by what threads are charged.
//!
//! Timers of processor time are looked at where a thread is charged, so at ticks and waits.

use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::task::{Context, Wake, Waker};

use gopherix_abi::Signal;

use crate::sched::{Sleep, Timers};
use crate::sync::Lock;
use crate::task::Process;

/// The clock of an interval timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Real time: SIGALRM.
    Real,
    /// The process' processor time: SIGVTALRM. All of it counts as its own.
    Virtual,
    /// The same, with SIGPROF.
    Prof,
}

/// An interval timer: what it is set to, or what is left of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Itimer {
    /// Time between expirations after the first, ns; 0 for only one.
    pub interval_ns: u64,
    /// Time to the next, ns; 0 for a timer that does not run.
    pub value_ns: u64,
}

/// The timers of a process.
#[derive(Default)]
pub(crate) struct Itimers {
    real: Lock<Option<Arc<RealTimer>>>,
    cpu: [CpuTimer; 2],
}

impl Itimers {
    /// What is left of a timer. `now_ns`: its clock.
    pub(crate) fn get(&self, which: Which, now_ns: u64) -> Itimer {
        match self.cpu_timer(which) {
            Some(timer) => timer.get(now_ns),
            None => self.real.lock().as_ref().map_or(Itimer::default(), |timer| timer.get(now_ns)),
        }
    }

    /// Sets a timer of processor time.
    pub(crate) fn set_cpu(&self, which: Which, timer: Itimer, now_ns: u64) {
        if let Some(slot) = self.cpu_timer(which) {
            slot.set(timer, now_ns);
        }
    }

    /// Sets the timer of real time.
    pub(crate) fn set_real(&self, process: &Arc<Process>, timers: &Arc<Timers>, timer: Itimer, now_ns: u64) {
        let new = (timer.value_ns > 0).then(|| {
            let deadline = now_ns.saturating_add(timer.value_ns);
            let armed = Armed { sleep: timers.sleep_until(deadline), deadline, interval: timer.interval_ns };
            let timer =
                RealTimer { process: Arc::downgrade(process), timers: timers.clone(), armed: Lock::new(Some(armed)) };
            Arc::new(timer)
        });
        let old = std::mem::replace(&mut *self.real.lock(), new.clone());
        if let Some(old) = old {
            old.stop();
        }
        if let Some(new) = new {
            new.advance(now_ns);
        }
    }

    /// Stops all timers.
    pub(crate) fn stop(&self) {
        let old = self.real.lock().take();
        if let Some(old) = old {
            old.stop();
        }
        for timer in &self.cpu {
            timer.set(Itimer::default(), 0);
        }
    }

    /// The signals of timers that so much processor time has brought to their end.
    pub(crate) fn expired(&self, used_ns: u64) -> impl Iterator<Item = Signal> {
        let signals = [Signal::SIGVTALRM, Signal::SIGPROF];
        self.cpu.iter().zip(signals).filter(move |(timer, _)| timer.expires(used_ns)).map(|(_, signal)| signal)
    }

    fn cpu_timer(&self, which: Which) -> Option<&CpuTimer> {
        let [virt, prof] = &self.cpu;
        match which {
            Which::Real => None,
            Which::Virtual => Some(virt),
            Which::Prof => Some(prof),
        }
    }
}

/// A timer of processor time.
struct CpuTimer {
    /// When it ends, by the process' processor time; [`NEVER`] if it does not run.
    deadline: AtomicU64,
    interval: AtomicU64,
}

const NEVER: u64 = u64::MAX;

impl Default for CpuTimer {
    fn default() -> Self {
        CpuTimer { deadline: AtomicU64::new(NEVER), interval: AtomicU64::new(0) }
    }
}

impl CpuTimer {
    fn get(&self, now_ns: u64) -> Itimer {
        match self.deadline.load(Ordering::Relaxed) {
            NEVER => Itimer::default(),
            deadline => Itimer {
                interval_ns: self.interval.load(Ordering::Relaxed),
                value_ns: deadline.saturating_sub(now_ns).max(1),
            },
        }
    }

    fn set(&self, timer: Itimer, now_ns: u64) {
        let deadline = if timer.value_ns == 0 { NEVER } else { now_ns.saturating_add(timer.value_ns) };
        self.interval.store(timer.interval_ns, Ordering::Relaxed);
        self.deadline.store(deadline, Ordering::Relaxed);
    }

    fn expires(&self, used_ns: u64) -> bool {
        let deadline = self.deadline.load(Ordering::Relaxed);
        if deadline > used_ns || deadline == NEVER {
            return false;
        }
        let interval = self.interval.load(Ordering::Relaxed);
        let next = if interval == 0 { NEVER } else { used_ns.saturating_add(interval) };
        // Of two threads that are charged at once one sends the signal.
        self.deadline.compare_exchange(deadline, next, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}

/// A timer of real time: what the timer heap wakes.
struct RealTimer {
    process: Weak<Process>,
    timers: Arc<Timers>,
    armed: Lock<Option<Armed>>,
}

struct Armed {
    sleep: Sleep,
    deadline: u64,
    interval: u64,
}

impl RealTimer {
    fn get(&self, now_ns: u64) -> Itimer {
        self.armed.lock().as_ref().map_or(Itimer::default(), |armed| Itimer {
            interval_ns: armed.interval,
            value_ns: armed.deadline.saturating_sub(now_ns).max(1),
        })
    }

    fn stop(&self) {
        let old = self.armed.lock().take();
        drop(old);
    }

    /// Waits for the deadline, and sends the signal if that has come.
    fn advance(self: &Arc<Self>, now_ns: u64) {
        let waker = Waker::from(self.clone());
        let mut cx = Context::from_waker(&waker);
        let mut expired = false;
        {
            let mut slot = self.armed.lock();
            while let Some(armed) = slot.as_mut() {
                if Pin::new(&mut armed.sleep).poll(&mut cx).is_pending() {
                    break;
                }
                expired = true;
                if armed.interval == 0 {
                    *slot = None;
                    break;
                }
                // Expirations that nobody could be told of in time are one.
                let late = now_ns.saturating_sub(armed.deadline);
                let skipped = late.checked_div(armed.interval).unwrap_or(0).saturating_add(1);
                armed.deadline = armed.deadline.saturating_add(armed.interval.saturating_mul(skipped));
                armed.sleep = self.timers.sleep_until(armed.deadline);
                if armed.deadline <= now_ns {
                    break;
                }
            }
        }
        if let Some(process) = self.process.upgrade().filter(|_| expired) {
            let _ = process.kill(Signal::SIGALRM);
        }
    }
}

impl Wake for RealTimer {
    fn wake(self: Arc<Self>) {
        let now = self.timers.now_ns();
        self.advance(now);
    }
}
