//! The guest's file tree: a private copy of what the tests read and write, never the host's own `/`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::process::capture;
use crate::toolchain::Go;

/// The parts of GOROOT that tests look at.
const GOROOT_PARTS: [&str; 9] =
    ["src", "lib", "misc", "test", "api", "go.env", "VERSION", "LICENSE", "CONTRIBUTING.md"];

/// Just enough of `/etc` for `net`, `os/user` and `mime`.
const ETC: [(&str, &str); 8] = [
    ("group", "root:x:0:\n"),
    ("hostname", "gopherix\n"),
    ("hosts", "127.0.0.1 localhost\n::1 localhost\n"),
    ("mime.types", "text/html html htm\ntext/plain txt\nimage/png png\n"),
    ("nsswitch.conf", "hosts: files dns\n"),
    ("passwd", "root:x:0:0:root:/root:/bin/sh\n"),
    ("protocols", "icmp 1 ICMP\ntcp 6 TCP\nudp 17 UDP\n"),
    ("services", "domain 53/tcp\ndomain 53/udp\nhttp 80/tcp\nhttps 443/tcp\n"),
];

/// For peers without a procfs: two tests of `runtime/pprof` pass only where this file has an executable mapping.
const MAPS: &str = "00400000-00500000 r-xp 00000000 08:01 1234                               /usr/bin/guest\n";

/// Makes a fresh tree at `root`, with GOROOT at the very path the compiler wrote into the tests.
pub(super) fn make(root: &Path, go: &Go) -> Result<()> {
    if root.exists() {
        fs::remove_dir_all(root).with_context(|| format!("cannot remove {}", root.display()))?;
    }
    for dir in ["etc", "tmp", "root", "usr/bin", "bin", "proc/self"] {
        fs::create_dir_all(root.join(dir))?;
    }
    fs::set_permissions(root.join("tmp"), fs::Permissions::from_mode(0o1777))?;
    for (name, text) in ETC {
        fs::write(root.join("etc").join(name), text)?;
    }
    fs::write(root.join("proc/self/maps"), MAPS)?;
    let goroot = inside(root, go.root());
    fs::create_dir_all(&goroot)?;
    let parts: Vec<PathBuf> = GOROOT_PARTS.iter().map(|part| go.root().join(part)).filter(|p| p.exists()).collect();
    capture(Command::new("cp").args(["--archive", "--reflink=auto"]).args(parts).arg(goroot))?;
    Ok(())
}

/// Where the guest's absolute `path` is on the host.
pub(super) fn inside(root: &Path, path: &Path) -> PathBuf {
    root.join(path.strip_prefix("/").unwrap_or(path))
}
