//! Processes and their threads.
//!
//! A [`Process`] owns descriptors, limits and its end; a thread of it (an M, in Go's words) is a [`Cx`], which the home
//! keeps with the guest's instance and hands to every system call. There is no "current process" anywhere else.

mod context;
mod credentials;
mod executable;
mod fdtable;
mod limits;
mod pidfd;
mod process;
mod session;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_tree;
mod tree;

pub use context::{Cx, GState, MOs, ThreadInfo};
pub use credentials::Credentials;
pub use executable::Executable;
pub use fdtable::{FdEntry, FdTable};
pub use limits::{Limits, Rusage, Usage};
pub use pidfd::PidFd;
pub(crate) use process::Places;
pub use process::{Cleanup, ExitStatus, Foreign, Process, ProcessSpec};
pub use session::{Session, Terminal};
pub use tree::{Also, ChildState, Which};
pub(crate) use tree::{ChildEvent, ProcessTree};
