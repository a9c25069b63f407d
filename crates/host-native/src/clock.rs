//! Time, entropy, processors, the alarm and the preemption ticker.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError, Weak};
use std::time::Duration;

use gopherix_abi::{Errno, Timespec};
use gopherix_kernel::platform::Platform;
use gopherix_kernel::{Kernel, SysError, SysResult};
use rustix::time::{ClockId, Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags};

/// Period of preemption ticks unless told otherwise.
pub const TICK: Duration = Duration::from_millis(10);
/// Shortest period of preemption ticks: a guest gets something done in between.
pub const MIN_TICK: Duration = Duration::from_micros(100);

/// How often to tick, and what is called then.
pub struct Tick {
    /// The period, at least [`MIN_TICK`].
    pub period: Duration,
    /// Called on the ticker's thread.
    pub act: Box<dyn Fn() + Send>,
}

/// The host's clocks and processors.
pub struct NativePlatform {
    cpus: usize,
    alarm: std::os::fd::OwnedFd,
    ticker: Arc<Ticker>,
    kernel: OnceLock<Weak<Kernel>>,
}

impl NativePlatform {
    /// The platform for at most `cpus` guests at a time, which ticks while guests run; `None` for engines that nothing
    /// interrupts.
    ///
    /// # Errors
    /// What the host answers to timerfd_create(2) or to a new thread.
    pub fn new(cpus: usize, tick: Option<Tick>) -> std::io::Result<Arc<Self>> {
        let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
        let alarm = rustix::time::timerfd_create(TimerfdClockId::Monotonic, flags)?;
        let ticker = Arc::new(Ticker::default());
        if let Some(tick) = tick {
            ticker.clone().start(tick)?;
        }
        Ok(Arc::new(NativePlatform { cpus, alarm, ticker, kernel: OnceLock::new() }))
    }

    /// Serves the kernel's alarms from now on. To be called once, within the executor.
    ///
    /// # Errors
    /// What the host answers to epoll_ctl(2).
    pub fn serve(&self, kernel: &Arc<Kernel>) -> std::io::Result<()> {
        let _ = self.kernel.set(Arc::downgrade(kernel));
        let alarm = crate::reactor::watch(self.alarm.try_clone()?, tokio::io::Interest::READABLE)?;
        let kernel = Arc::downgrade(kernel);
        tokio::spawn(async move {
            while let Ok(mut guard) = alarm.readable().await {
                let mut count = [0; 8];
                let fired = rustix::io::read(alarm.get_ref(), &mut count).is_ok();
                guard.clear_ready();
                let Some(kernel) = kernel.upgrade() else { return };
                if fired {
                    kernel.fire_timers();
                }
            }
        });
        Ok(())
    }

    /// Ends the ticker's thread.
    pub fn stop(&self) {
        self.ticker.stop();
    }
}

impl Platform for NativePlatform {
    fn wall_time(&self) -> Timespec {
        timespec(rustix::time::clock_gettime(ClockId::Realtime))
    }

    fn monotonic_ns(&self) -> u64 {
        timespec(rustix::time::clock_gettime(ClockId::Monotonic)).as_nanos()
    }

    fn thread_cpu_ns(&self) -> u64 {
        timespec(rustix::time::clock_gettime(ClockId::ThreadCPUTime)).as_nanos()
    }

    #[cfg(target_arch = "x86_64")]
    #[expect(unsafe_code, reason = "an intrinsic")]
    fn cycles(&self) -> u64 {
        // SAFETY: `rdtsc` touches no memory, and every x86-64 processor has it.
        unsafe { std::arch::x86_64::_rdtsc() }
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn cycles(&self) -> u64 {
        0
    }

    fn clock_resolution_ns(&self) -> u64 {
        timespec(rustix::time::clock_getres(ClockId::Monotonic)).as_nanos().max(1)
    }

    fn fill_random(&self, buf: &mut [u8]) -> SysResult<()> {
        let mut done = 0;
        while done < buf.len() {
            let rest = buf.get_mut(done..).unwrap_or_default();
            match rustix::rand::getrandom(rest, rustix::rand::GetRandomFlags::empty()) {
                Ok(n) => done = done.saturating_add(n),
                Err(rustix::io::Errno::INTR) => {}
                Err(_) => return Err(SysError::new(Errno::EIO, "the host has no entropy")),
            }
        }
        Ok(())
    }

    fn cpu_count(&self) -> usize {
        self.cpus
    }

    fn set_alarm(&self, deadline_ns: Option<u64>) {
        // A time of zero would disarm the timer; the earliest time that arms it is just as due.
        let value = deadline_ns.map_or(Timespec::default(), |ns| Timespec::from_nanos(ns.max(1)));
        let it_value = rustix::time::Timespec { tv_sec: value.sec, tv_nsec: value.nsec.into() };
        let it_interval = rustix::time::Timespec { tv_sec: 0, tv_nsec: 0 };
        let spec = Itimerspec { it_interval, it_value };
        // It can fail for invalid numbers only, and `Timespec` has none.
        let _ = rustix::time::timerfd_settime(&self.alarm, TimerfdTimerFlags::ABSTIME, &spec);
    }

    fn set_ticking(&self, on: bool) {
        self.ticker.set(on);
    }
}

impl Drop for NativePlatform {
    fn drop(&mut self) {
        self.stop();
    }
}

fn timespec(t: rustix::time::Timespec) -> Timespec {
    Timespec { sec: t.tv_sec, nsec: u32::try_from(t.tv_nsec).unwrap_or(0) }
}

/// A thread that ticks while guests run, and sleeps while none does.
#[derive(Default)]
struct Ticker {
    on: AtomicBool,
    started: AtomicBool,
    stopped: AtomicBool,
    parked: Mutex<bool>,
    wake: Condvar,
}

impl Ticker {
    fn start(self: Arc<Self>, tick: Tick) -> std::io::Result<()> {
        self.started.store(true, Ordering::Relaxed);
        let Tick { period, act } = tick;
        let period = period.max(MIN_TICK);
        std::thread::Builder::new().name("gopherix-ticker".into()).spawn(move || {
            while !self.stopped.load(Ordering::Acquire) {
                if self.on.load(Ordering::Acquire) {
                    std::thread::sleep(period);
                    act();
                } else {
                    self.park();
                }
            }
        })?;
        Ok(())
    }

    fn park(&self) {
        let mut parked = self.parked.lock().unwrap_or_else(PoisonError::into_inner);
        *parked = true;
        while !self.on.load(Ordering::Acquire) && !self.stopped.load(Ordering::Acquire) {
            parked = self.wake.wait(parked).unwrap_or_else(PoisonError::into_inner);
        }
        *parked = false;
    }

    fn set(&self, on: bool) {
        if !self.started.load(Ordering::Relaxed) {
            return;
        }
        self.on.store(on, Ordering::Release);
        // Turning off is noticed at the next tick; only a sleeper must be woken.
        if on && *self.parked.lock().unwrap_or_else(PoisonError::into_inner) {
            self.wake.notify_one();
        }
    }

    fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
        drop(self.parked.lock().unwrap_or_else(PoisonError::into_inner));
        self.wake.notify_one();
    }
}
