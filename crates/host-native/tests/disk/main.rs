//! The host's disk through the platform's traits: every operation, and every way out that must be closed. All of it runs
//! with both ways to walk a path.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "all of this is tests; clippy exempts the functions marked so, but not their helpers"
)]

mod escapes;
mod hostfs;
mod operations;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use gopherix_abi::{Errno, Mode};
use gopherix_host_native::disk::{Disk, Walk};
use gopherix_kernel::SysResult;
use gopherix_kernel::platform::{HostDir, HostFile, HostOpen};

const READ: HostOpen = HostOpen { read: true, write: false, truncate: false, create_new: None };
const WRITE: HostOpen = HostOpen { read: true, write: true, truncate: false, create_new: None };
const CREATE: HostOpen = HostOpen { create_new: Some(Mode(0o666)), ..WRITE };
const SECRET: &[u8] = b"outside";

/// Runs `test` on a fresh `grant` (with `a/b/file` and `a/b/c/`) beside a file `secret` and a directory `outside`, once
/// for each way to walk.
fn on_both(test: impl Fn(&Path, Arc<dyn HostDir>)) {
    for walk in [Walk::Openat2, Walk::Stepwise] {
        let temp = tempfile::tempdir().unwrap();
        let grant = temp.path().join("grant");
        fs::create_dir_all(grant.join("a/b/c")).unwrap();
        fs::write(grant.join("a/b/file"), b"inside").unwrap();
        fs::write(temp.path().join("secret"), SECRET).unwrap();
        fs::create_dir(temp.path().join("outside")).unwrap();
        fs::write(temp.path().join("outside/file"), SECRET).unwrap();
        test(&grant, Disk::open_with(&grant, walk).unwrap());
    }
}

fn errno<T>(result: SysResult<T>) -> Errno {
    result.err().expect("an error").errno
}

fn content(file: &dyn HostFile) -> Vec<u8> {
    let mut buf = [0; 64];
    let n = file.read_at(&mut buf, 0).unwrap();
    buf[..n].to_vec()
}

fn fifo(path: &Path) {
    rustix::fs::mkfifoat(rustix::fs::CWD, path, rustix::fs::Mode::from_raw_mode(0o600)).unwrap();
}
