//! The portable Unix kernel of gopherix.
//!
//! What Unix means (processes, descriptors, files, pipes, time, limits), written once for every home. No unsafe code, no
//! host calls, no engine types: a home implements [`platform`], an adapter in `gopherix-guest` decodes a guest's calls
//! onto the handlers that [`table`] lists.
//!
//! Start reading at [`table`] (every system call), [`os_wasm`] (the surface a language runtime sees) and [`platform`]
//! (what a home gives).

pub mod error;
pub mod file;
pub mod fs;
pub mod ipc;
mod kernel;
pub mod memory;
pub mod net;
pub mod os_wasm;
pub mod platform;
pub mod sched;
pub mod signal;
pub mod sync;
pub mod syscall;
pub mod table;
pub mod task;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod trace;
pub mod tty;
pub mod vfs;

pub use error::{SysError, SysResult};
pub use kernel::Kernel;
