//! The file systems.
//!
//! Each implements [`FileSystem`](crate::vfs::FileSystem) in a module of its own; none knows of another, but for overlayfs,
//! which stacks any two.

pub mod anon;
#[cfg(test)]
mod booted;
mod dev;
pub mod devfs;
pub mod hostfs;
pub mod memfs;
pub mod overlayfs;
pub mod procfs;
mod synthetic;
#[cfg(test)]
pub(crate) mod tests;
