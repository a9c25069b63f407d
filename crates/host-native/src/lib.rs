//! The native home: Wasmtime, tokio and the host operating system.

pub mod disk;
pub mod errno;

pub use disk::Disk;
