//! What the overlay adds, one behaviour a test. The model tests are in `fs::tests`.

#![expect(clippy::as_conversions, reason = "test code may panic")]

mod copy_up;
mod merge;

use std::sync::Arc;

use gopherix_abi::Stat;

use super::OverlayFs;
use crate::fs::memfs::MemFs;
use crate::fs::tests::{Sys, dump, memfs, mounted, ticking};
use crate::vfs::FileSystem;

struct Stack {
    lower: Arc<MemFs>,
    upper: Arc<MemFs>,
    sys: Sys,
    before: Vec<String>,
}

/// An overlay over a lower tree that `fill` makes.
fn over(fill: impl FnOnce(&Sys)) -> Stack {
    limited(None, fill)
}

fn limited(limit: Option<u64>, fill: impl FnOnce(&Sys)) -> Stack {
    let (lower, upper) = (memfs(), Arc::new(MemFs::new(ticking(), limit)));
    fill(&mounted(lower.clone()));
    let mut before = Vec::new();
    dump(&lower.root(), "", &mut before);
    let sys = mounted(Arc::new(OverlayFs::new(lower.clone(), upper.clone())));
    Stack { lower, upper, sys, before }
}

impl Stack {
    fn stat(&self, path: &str) -> Stat {
        self.sys.node(path).unwrap().stat().unwrap()
    }

    fn names(&self, path: &str) -> Vec<String> {
        let entries = self.sys.node(path).unwrap().as_directory().unwrap().entries().unwrap();
        entries.into_iter().map(|e| String::from_utf8(e.name.to_vec()).unwrap()).collect()
    }
}

/// Whatever a test did, the lower tree is as it was.
impl Drop for Stack {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let mut after = Vec::new();
            dump(&self.lower.root(), "", &mut after);
            assert_eq!(self.before, after);
        }
    }
}
