//! What tests run a kernel on: a platform that does nothing by itself, and futures that are polled by hand.
//!
//! Under a [`TestPlatform`] everything is deterministic: its clocks stand until [`TestPlatform::advance`] moves them, its
//! entropy comes from a seed, and it notes what the scheduler asked for. A [`Driven`] future is polled when the test says so
//! and tells whether it was woken. Neither is meant for anything but tests; the feature `testing` gives them to other crates'.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use gopherix_abi::Timespec;

use crate::error::SysResult;
use crate::platform::Platform;
use crate::sync::Lock;

/// Wall time of a [`TestPlatform`] before it was moved.
pub const WALL_START: Timespec = Timespec { sec: 1_700_000_000, nsec: 0 };
/// Monotonic time of a [`TestPlatform`] before it was moved, in ns. Not 0, so that the boot's time shows where it matters.
pub const MONOTONIC_START: u64 = 5_000_000_000;

/// A platform whose time stands still.
pub struct TestPlatform {
    cpus: usize,
    passed_ns: AtomicU64,
    cpu_ns: AtomicU64,
    entropy: Lock<u64>,
    alarm: Lock<Option<u64>>,
    ticking: AtomicBool,
}

impl TestPlatform {
    /// A platform with that many processors and that seed for its entropy.
    #[must_use]
    pub fn new(cpus: usize, seed: u64) -> Arc<Self> {
        Arc::new(TestPlatform {
            cpus,
            passed_ns: AtomicU64::new(0),
            cpu_ns: AtomicU64::new(0),
            entropy: Lock::new(seed),
            alarm: Lock::new(None),
            ticking: AtomicBool::new(false),
        })
    }

    /// Moves the wall clock and the monotonic clock by `ns` nanoseconds. Alarms are the test's to fire.
    pub fn advance(&self, ns: u64) {
        self.passed_ns.fetch_add(ns, Ordering::Relaxed);
    }

    /// Moves the clock of CPU time by `ns` nanoseconds.
    pub fn spend_cpu(&self, ns: u64) {
        self.cpu_ns.fetch_add(ns, Ordering::Relaxed);
    }

    /// The alarm that was asked for last (monotonic ns).
    #[must_use]
    pub fn alarm(&self) -> Option<u64> {
        *self.alarm.lock()
    }

    /// Whether preemption ticks are wanted.
    #[must_use]
    pub fn is_ticking(&self) -> bool {
        self.ticking.load(Ordering::Relaxed)
    }

    fn passed(&self) -> u64 {
        self.passed_ns.load(Ordering::Relaxed)
    }
}

impl Platform for TestPlatform {
    fn wall_time(&self) -> Timespec {
        Timespec::from_nanos(WALL_START.as_nanos().saturating_add(self.passed()))
    }

    fn monotonic_ns(&self) -> u64 {
        MONOTONIC_START.saturating_add(self.passed())
    }

    fn thread_cpu_ns(&self) -> u64 {
        self.cpu_ns.load(Ordering::Relaxed)
    }

    fn cycles(&self) -> u64 {
        self.passed()
    }

    fn clock_resolution_ns(&self) -> u64 {
        1
    }

    /// SplitMix64 (Steele, Lea, Flood 2014): enough to look random, and nothing but tests relies on it.
    fn fill_random(&self, buf: &mut [u8]) -> SysResult<()> {
        let mut state = self.entropy.lock();
        for chunk in buf.chunks_mut(8) {
            *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = *state;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            for (to, from) in chunk.iter_mut().zip((z ^ (z >> 31)).to_le_bytes()) {
                *to = from;
            }
        }
        Ok(())
    }

    fn cpu_count(&self) -> usize {
        self.cpus
    }

    fn set_alarm(&self, deadline_ns: Option<u64>) {
        *self.alarm.lock() = deadline_ns;
    }

    fn set_ticking(&self, on: bool) {
        self.ticking.store(on, Ordering::Relaxed);
    }
}

#[derive(Default)]
struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A future that is polled by hand.
pub struct Driven<F> {
    future: Pin<Box<F>>,
    woken: Arc<Flag>,
}

impl<F: Future> Driven<F> {
    /// A future that was not polled yet.
    #[must_use]
    pub fn new(future: F) -> Self {
        Driven { future: Box::pin(future), woken: Arc::default() }
    }

    /// Polls it once. Not to be called again after it was ready.
    pub fn poll(&mut self) -> Poll<F::Output> {
        self.woken.0.store(false, Ordering::Relaxed);
        let waker = Waker::from(self.woken.clone());
        self.future.as_mut().poll(&mut Context::from_waker(&waker))
    }

    /// Whether it was woken since it was polled last.
    #[must_use]
    pub fn is_woken(&self) -> bool {
        self.woken.0.load(Ordering::Relaxed)
    }
}
