//! Clocks and points in time.

/// Seconds and nanoseconds since a clock's origin (timespec(3)). `nsec` is below 1,000,000,000.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timespec {
    /// Whole seconds; negative before the origin.
    pub sec: i64,
    /// Nanoseconds within the second.
    pub nsec: u32,
}

const NANOS: u64 = 1_000_000_000;

impl Timespec {
    /// From nanoseconds since the origin.
    #[must_use]
    pub fn from_nanos(nanos: u64) -> Self {
        let nsec = u32::try_from(nanos % NANOS).unwrap_or(0);
        Timespec { sec: i64::try_from(nanos / NANOS).unwrap_or(i64::MAX), nsec }
    }

    /// Nanoseconds since the origin, saturating at both ends of `u64`.
    #[must_use]
    pub fn as_nanos(self) -> u64 {
        let sec = u64::try_from(self.sec).unwrap_or(0);
        sec.saturating_mul(NANOS).saturating_add(u64::from(self.nsec))
    }
}

/// Clocks of clock_gettime(2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClockId {
    /// Wall time since the Unix epoch.
    Realtime,
    /// Time since an arbitrary origin, never set back.
    Monotonic,
    /// CPU time of the calling process.
    ProcessCputime,
    /// CPU time of the calling thread.
    ThreadCputime,
}

/// What utimensat(2) does to one of a file's times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetTime {
    /// Leave it (UTIME_OMIT).
    Omit,
    /// The present wall time (UTIME_NOW).
    Now,
    /// This time.
    At(Timespec),
}
