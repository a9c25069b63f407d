//! Device numbers of file systems that have none of a host's.

use std::sync::atomic::{AtomicU64, Ordering};

/// Above every number Linux can give a device, so that they differ from those of host files too.
static NEXT: AtomicU64 = AtomicU64::new(1 << 40);

/// A number for `st_dev` that nothing else in this process has. Only equality means anything.
pub(super) fn next_dev() -> u64 {
    NEXT.fetch_add(1, Ordering::Relaxed)
}
