//! A mutex without poisoning.
//!
//! Kernel code does not panic while it holds a lock, and a home may not unwind at all (wasm32), so poisoning would only
//! add an error that nobody can answer. Locks are held over short, non-blocking sections and never over an `.await`.
//!
//! Lock order, outermost first: process table → process state → descriptor table → open file offset → file system
//! internals → wait queues → run queue → timers.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// A `Mutex` whose `lock` cannot fail.
#[derive(Debug, Default)]
pub struct Lock<T>(Mutex<T>);

impl<T> Lock<T> {
    /// A lock around `value`.
    pub const fn new(value: T) -> Self {
        Lock(Mutex::new(value))
    }

    /// Waits for the lock, shortly.
    pub fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
