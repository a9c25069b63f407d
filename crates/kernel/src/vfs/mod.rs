//! The virtual file system: nodes, mounts, and the path walk.
//!
//! A [`FileSystem`] gives a root [`Node`]; a node that is a directory answers [`Directory`] calls with single names. The
//! walk ([`walk`]) is the kernel's alone: `.`, `..`, symbolic links, trailing slashes, limits and mount points are handled
//! here, so that no file system can let a path escape. A place in the tree is a [`Location`]: a node together with the way
//! it was reached, which is what `..` follows and where mounts hang.
//!
//! Lock order: mount table → file system internals.

mod mount;
mod node;
#[cfg(test)]
pub(crate) mod tests;
pub mod walk;

pub use mount::{Location, Mount, MountFlags, MountInfo, MountTable};
pub use node::{Directory, FileSystem, Found, FsInfo, MagicTarget, Name, Node, NodeRef, OpenHow, RenameFlags};
