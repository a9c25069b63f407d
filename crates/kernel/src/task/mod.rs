//! Processes and their threads.
//!
//! A [`Process`] owns descriptors, limits and its end; a thread of it (an M, in Go's words) is a [`Cx`], which the home
//! keeps with the guest's instance and hands to every system call. There is no "current process" anywhere else.

mod context;
mod credentials;
mod fdtable;
mod limits;
mod process;
#[cfg(test)]
mod tests;

pub use context::{Cx, GState, MOs, ThreadInfo};
pub use credentials::Credentials;
pub use fdtable::{FdEntry, FdTable};
pub use limits::{Limits, Usage};
pub use process::{Cleanup, ExitStatus, Process, ProcessSpec};
