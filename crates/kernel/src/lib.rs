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
pub mod memory;
pub mod platform;
pub mod sync;
pub mod vfs;

pub use error::{SysError, SysResult};
