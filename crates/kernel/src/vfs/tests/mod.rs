//! Tests of the path walk and of mounts, over trees in memory.

mod chain;
pub(crate) mod fixed;
mod magic;
mod mounts;
mod paths;

use std::sync::Arc;

use gopherix_abi::{Errno, Pid};

use super::walk::{Resolved, Start, Tail, walk};
use super::{Location, MountTable};
use crate::fs::tests::{Sys, memfs, mounted};

/// A tree with `d/e/f` (a file), `g` (a file), and nothing else.
fn small() -> Sys {
    let sys = mounted(memfs());
    sys.mkdir("d").unwrap();
    sys.mkdir("d/e").unwrap();
    sys.put("d/e/f", b"f").unwrap();
    sys.put("g", b"g").unwrap();
    sys
}

/// The place of a directory.
fn place(sys: &Sys, path: &str) -> Arc<Location> {
    sys.walk(path, Tail::Follow).unwrap().existing().unwrap().0
}

/// Walks below `base`, as WASI does.
fn beneath(table: &MountTable, base: &Arc<Location>, path: &str) -> Result<Resolved, Errno> {
    let start = Start { root: table.root(), base, beneath: true, caller: Pid(1) };
    walk(start, path.as_bytes(), Tail::Follow).map_err(|e| e.errno)
}

/// Where a path leads, as an absolute path; what is not there ends in `?`.
fn leads(sys: &Sys, path: &str) -> Result<String, Errno> {
    sys.walk(path, Tail::Follow).map(said).map_err(|e| e.errno)
}

fn said(resolved: Resolved) -> String {
    match (&resolved.found, &resolved.name) {
        (Some(found), _) => String::from_utf8(found.path()).unwrap(),
        (None, Some(name)) => {
            let dir = String::from_utf8(resolved.dir.path()).unwrap();
            format!("{}/{}?", dir.trim_end_matches('/'), String::from_utf8_lossy(name))
        }
        (None, None) => panic!("neither found nor named"),
    }
}
