//! What tmpfs does, one behaviour a test. The model tests are in `fs::tests`.

#![expect(clippy::as_conversions, reason = "test code may panic")]

mod content;
mod rename;
mod times;
mod tree;

use std::sync::Arc;

use super::MemFs;
use crate::fs::tests::{Sys, mounted, ticking};

/// A file system with a limit, and calls on it.
fn limited(limit: u64) -> (Arc<MemFs>, Sys) {
    let fs = Arc::new(MemFs::new(ticking(), Some(limit)));
    (fs.clone(), mounted(fs))
}
