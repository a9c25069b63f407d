//! A home without a host: a clock that moves when it is told to, entropy from a seed.

use std::sync::atomic::{AtomicU64, Ordering};

use gopherix_abi::Timespec;
use gopherix_kernel::SysResult;
use gopherix_kernel::platform::Platform;
use gopherix_kernel::sync::Lock;

/// A generator of numbers that are random enough for tests (SplitMix64, Steele et al. 2014).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The generator of that seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Random(seed)
    }

    /// The next number.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Fills a buffer.
    pub fn fill(&mut self, buf: &mut [u8]) {
        for chunk in buf.chunks_mut(8) {
            let bytes = self.next_u64().to_le_bytes();
            chunk.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
        }
    }
}

/// The platform of a [`World`](super::World). CPU time passes by 1 µs at each look.
#[derive(Debug)]
pub struct ManualHome {
    now_ns: AtomicU64,
    cpu_ns: AtomicU64,
    alarm: Lock<Option<u64>>,
    random: Lock<Random>,
}

/// Wall time at monotonic time 0, in ns: a day in 2026.
const EPOCH_NS: u64 = 1_790_000_000_000_000_000;

impl ManualHome {
    /// A home at monotonic time 1000 s.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        ManualHome {
            now_ns: AtomicU64::new(1_000_000_000_000),
            cpu_ns: AtomicU64::new(0),
            alarm: Lock::new(None),
            random: Lock::new(Random::new(seed)),
        }
    }

    /// Moves the clock to the alarm and takes it, if it is at most `most_ns` away.
    pub fn jump_to_alarm(&self, most_ns: u64) -> bool {
        let now = self.monotonic_ns();
        let mut alarm = self.alarm.lock();
        match *alarm {
            Some(at) if at.saturating_sub(now) <= most_ns => {
                *alarm = None;
                self.now_ns.fetch_max(at, Ordering::Relaxed);
                true
            }
            _ => false,
        }
    }
}

impl Platform for ManualHome {
    fn wall_time(&self) -> Timespec {
        Timespec::from_nanos(EPOCH_NS.saturating_add(self.monotonic_ns()))
    }

    fn monotonic_ns(&self) -> u64 {
        self.now_ns.load(Ordering::Relaxed)
    }

    fn thread_cpu_ns(&self) -> u64 {
        self.cpu_ns.fetch_add(1000, Ordering::Relaxed)
    }

    fn cycles(&self) -> u64 {
        self.thread_cpu_ns()
    }

    fn clock_resolution_ns(&self) -> u64 {
        1
    }

    fn fill_random(&self, buf: &mut [u8]) -> SysResult<()> {
        self.random.lock().fill(buf);
        Ok(())
    }

    fn cpu_count(&self) -> usize {
        1
    }

    fn set_alarm(&self, deadline_ns: Option<u64>) {
        *self.alarm.lock() = deadline_ns;
    }

    fn set_ticking(&self, _on: bool) {}
}
