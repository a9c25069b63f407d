//! What a process may use, and what it has used.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use gopherix_abi::Errno;

use crate::error::{SysResult, fail};
use crate::sync::Lock;

/// Limits of a process (setrlimit(2), with two more). `None` is "no limit".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of linear memory (RLIMIT_AS). Growing beyond it fails as memory.grow fails: the guest's own allocator sees it.
    pub memory: Option<u64>,
    /// One more than the largest descriptor number (RLIMIT_NOFILE).
    pub open_files: u32,
    /// CPU time in ns (RLIMIT_CPU); beyond it the process gets SIGXCPU.
    pub cpu_time_ns: Option<u64>,
    /// Wall time in ns from the start; beyond it the process ends as timed out.
    pub wall_time_ns: Option<u64>,
    /// Size in bytes of any file it writes (RLIMIT_FSIZE); beyond it EFBIG.
    pub file_size: Option<u64>,
    /// Bytes it may write to files in all; beyond it EDQUOT.
    pub total_written: Option<u64>,
    /// Processes that may be at a time, itself and all that descend from whoever was started by the embedder (RLIMIT_NPROC);
    /// beyond it EAGAIN.
    pub processes: Option<u32>,
}

impl Limits {
    /// Processes that may be at a time unless told otherwise.
    pub const DEFAULT_PROCESSES: u32 = 1024;

    /// Descriptors a process may have unless told otherwise.
    pub const DEFAULT_OPEN_FILES: u32 = 4096;
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            memory: None,
            open_files: Limits::DEFAULT_OPEN_FILES,
            cpu_time_ns: None,
            wall_time_ns: None,
            file_size: None,
            total_written: None,
            processes: Some(Limits::DEFAULT_PROCESSES),
        }
    }
}

/// What a process has used so far; and which limits it ran into, for the message at its end.
#[derive(Debug, Default)]
pub struct Usage {
    /// CPU time in ns of turns that are over.
    pub cpu_ns: AtomicU64,
    /// Bytes of linear memory now.
    pub memory: AtomicU64,
    /// The most it had.
    pub memory_peak: AtomicU64,
    /// Bytes written to files.
    pub written: AtomicU64,
    /// System calls made.
    pub syscalls: AtomicU64,
    /// How often its threads have waited.
    pub voluntary: AtomicU64,
    /// How often one had to give its turn to others.
    pub involuntary: AtomicU64,
    /// What children that were waited for have used.
    children: Lock<Rusage>,
    /// A growth of memory was refused.
    pub hit_memory: AtomicBool,
    /// A descriptor was refused.
    pub hit_open_files: AtomicBool,
}

/// What a process, or several, have used (getrusage(2)).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rusage {
    /// Processor time in ns; that of the kernel on a guest's behalf is part of it.
    pub user_ns: u64,
    /// The most bytes of linear memory that any of them had.
    pub memory_peak: u64,
    /// How often a thread has waited.
    pub voluntary: u64,
    /// How often one had to give its turn to others.
    pub involuntary: u64,
}

impl Rusage {
    /// Both together.
    #[must_use]
    pub fn and(self, other: Rusage) -> Rusage {
        Rusage {
            user_ns: self.user_ns.saturating_add(other.user_ns),
            memory_peak: self.memory_peak.max(other.memory_peak),
            voluntary: self.voluntary.saturating_add(other.voluntary),
            involuntary: self.involuntary.saturating_add(other.involuntary),
        }
    }
}

impl Usage {
    /// What the process itself has used.
    #[must_use]
    pub fn rusage(&self) -> Rusage {
        Rusage {
            user_ns: self.cpu_ns.load(Ordering::Relaxed),
            memory_peak: self.memory_peak.load(Ordering::Relaxed),
            voluntary: self.voluntary.load(Ordering::Relaxed),
            involuntary: self.involuntary.load(Ordering::Relaxed),
        }
    }

    /// What its children have used that it has waited for, and theirs.
    #[must_use]
    pub fn children(&self) -> Rusage {
        *self.children.lock()
    }

    pub(crate) fn add_child(&self, used: Rusage) {
        let mut children = self.children.lock();
        *children = children.and(used);
    }

    /// Decides on a growth of linear memory and notes the new size.
    pub fn grow_memory(&self, limits: &Limits, desired: u64) -> bool {
        if limits.memory.is_some_and(|limit| desired > limit) {
            self.hit_memory.store(true, Ordering::Relaxed);
            return false;
        }
        self.memory.store(desired, Ordering::Relaxed);
        self.memory_peak.fetch_max(desired, Ordering::Relaxed);
        true
    }

    /// How many of `len` bytes may be written to a file at `offset`; counts them. Zero bytes are always fine.
    ///
    /// # Errors
    /// EFBIG, EDQUOT if not even one byte may.
    pub fn allow_write(&self, limits: &Limits, offset: u64, len: usize) -> SysResult<usize> {
        if limits.file_size.is_none() && limits.total_written.is_none() {
            return Ok(len);
        }
        let want = u64::try_from(len).unwrap_or(u64::MAX);
        let mut may = want;
        if let Some(size) = limits.file_size {
            may = may.min(size.saturating_sub(offset));
            if may == 0 && want > 0 {
                return fail(Errno::EFBIG, "the process' file size limit is reached");
            }
        }
        if let Some(total) = limits.total_written {
            may = may.min(total.saturating_sub(self.written.load(Ordering::Relaxed)));
            if may == 0 && want > 0 {
                return fail(Errno::EDQUOT, "the process has written as much as it may");
            }
        }
        Ok(usize::try_from(may).unwrap_or(len))
    }

    /// Counts bytes that were written to a file.
    pub fn wrote(&self, bytes: usize) {
        self.written.fetch_add(u64::try_from(bytes).unwrap_or(0), Ordering::Relaxed);
    }
}
