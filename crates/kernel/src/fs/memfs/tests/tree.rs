//! Names, links, and what lives on without a name.

use std::collections::BTreeSet;

use gopherix_abi::{Errno, FileType, Mode, Pid};

use crate::fs::tests::{READ, TRUNC, WRITE, memfs, mounted, read_all};
use crate::vfs::{FileSystem, RenameFlags};

#[test]
fn an_unlinked_file_lives_while_it_is_open() {
    let fs = memfs();
    let sys = mounted(fs.clone());
    sys.put("f", &[3; 100_000]).unwrap();
    let file = sys.open("f", WRITE).unwrap();
    let node = sys.node("f").unwrap();
    sys.unlink("f").unwrap();
    assert_eq!(file.stat().unwrap().nlink, 0);
    file.append(b"!").unwrap();
    assert_eq!(read_all(&file).unwrap().len(), 100_001);
    // No way back into the tree.
    let root = fs.root();
    let dir = root.as_directory().unwrap();
    assert_eq!(dir.link(b"g", &node).map_err(|e| e.errno), Err(Errno::ENOENT));
    assert!(fs.used_bytes() > 100_000);
    drop((file, node));
    assert_eq!(fs.used_bytes(), 0);
}

#[test]
fn a_removed_directory_stays_empty() {
    let sys = mounted(memfs());
    sys.mkdir("d").unwrap();
    sys.put("f", b"").unwrap();
    let open = sys.open("d", READ).unwrap();
    let node = open.node().unwrap();
    sys.rmdir("d").unwrap();
    let (dir, file, other) = (node.as_directory().unwrap(), sys.node("f").unwrap(), sys.node("/").unwrap());
    assert_eq!(open.stat().unwrap().nlink, 0);
    assert_eq!(open.entries().unwrap(), []);
    let none = RenameFlags::empty();
    for (call, answer) in [
        ("create", dir.create(b"x", Mode(0o644), WRITE).map(|_| ())),
        ("mkdir", dir.mkdir(b"x", Mode(0o755))),
        ("symlink", dir.symlink(b"x", b"y")),
        ("link", dir.link(b"x", &file)),
        ("lookup", dir.lookup(b"x").map(|_| ())),
        ("unlink", dir.unlink(b"x")),
        ("rename from", dir.rename(b"x", &other, b"y", none)),
        ("rename to", other.as_directory().unwrap().rename(b"f", &node, b"y", none)),
    ] {
        assert_eq!(answer.map_err(|e| e.errno), Err(Errno::ENOENT), "{call}");
    }
}

#[test]
fn an_open_directory_moves_with_its_name() {
    let sys = mounted(memfs());
    sys.mkdir("a").unwrap();
    let open = sys.open("a", READ).unwrap();
    sys.rename("a", "b", RenameFlags::empty()).unwrap();
    open.node().unwrap().as_directory().unwrap().mkdir(b"in", Mode(0o755)).unwrap();
    assert_eq!(sys.node("b/in").unwrap().kind(), FileType::Directory);
    assert_eq!(open.entries().unwrap().len(), 1);
}

#[test]
fn kinds_answer_as_they_must() {
    let sys = mounted(memfs());
    sys.mkdir("d").unwrap();
    sys.put("f", b"").unwrap();
    sys.symlink("d", "l").unwrap();
    let errno = |r: crate::SysResult<()>| r.map_err(|e| e.errno);
    let dir = sys.open("d", READ).unwrap();
    assert_eq!(errno(dir.read_at(&mut [0], 0).map(|_| ())), Err(Errno::EISDIR));
    assert_eq!(errno(dir.truncate(0)), Err(Errno::EINVAL));
    assert!(dir.seekable());
    for how in [WRITE, TRUNC] {
        assert_eq!(errno(sys.node("d").unwrap().open(how).map(|_| ())), Err(Errno::EISDIR));
    }
    let link = sys.node("l").unwrap();
    assert_eq!(errno(link.open(READ).map(|_| ())), Err(Errno::ELOOP));
    assert_eq!(link.readlink(Pid(1)).unwrap(), b"d");
    assert_eq!(link.stat().unwrap().mode, Mode(0o777));
    let file = sys.open("f", READ).unwrap();
    assert_eq!(errno(file.entries().map(|_| ())), Err(Errno::ENOTDIR));
    assert_eq!(errno(sys.node("f").unwrap().readlink(Pid(1)).map(|_| ())), Err(Errno::EINVAL));
    assert!(file.node().is_none());
    assert_eq!(file.sync(false), Ok(()));
    assert_eq!(errno(sys.unlink("d")), Err(Errno::EISDIR));
    assert_eq!(errno(sys.rmdir("f")), Err(Errno::ENOTDIR));
    assert_eq!(errno(sys.rmdir("l")), Err(Errno::ENOTDIR));
    assert_eq!(errno(sys.link("d", "d2")), Err(Errno::EPERM));
    assert_eq!(errno(sys.symlink("", "n")), Err(Errno::ENOENT));
    assert_eq!(errno(sys.symlink(&"x".repeat(4096), "n")), Err(Errno::ENAMETOOLONG));
    assert_eq!(errno(sys.symlink(&"x".repeat(4095), "n")), Ok(()));
}

#[test]
fn a_link_to_a_link_is_one_to_the_link() {
    let sys = mounted(memfs());
    sys.symlink("nowhere", "l").unwrap();
    sys.link("l", "l2").unwrap();
    let node = sys.node("l2").unwrap();
    assert_eq!((node.kind(), node.stat().unwrap().nlink), (FileType::Symlink, 2));
}

#[test]
fn mode_bits_are_kept() {
    let root = memfs().root();
    let dir = root.as_directory().unwrap();
    dir.create(b"f", Mode(0o4751), WRITE).unwrap();
    dir.mkdir(b"d", Mode(0o177_777)).unwrap();
    assert_eq!(dir.lookup(b"f").unwrap().node.stat().unwrap().mode, Mode(0o4751));
    assert_eq!(dir.lookup(b"d").unwrap().node.stat().unwrap().mode, Mode(0o7777));
}

#[test]
fn file_systems_do_not_mix() {
    let (one, two) = (memfs(), memfs());
    assert_ne!(one.root().stat().unwrap().dev, two.root().stat().unwrap().dev);
    let (root, other) = (one.root(), two.root());
    let dir = root.as_directory().unwrap();
    let (file, _) = dir.create(b"f", Mode(0o644), WRITE).unwrap();
    let linked = other.as_directory().unwrap().link(b"f", &file);
    assert_eq!(linked.map_err(|e| e.errno), Err(Errno::EXDEV));
    let moved = dir.rename(b"f", &other, b"f", RenameFlags::empty());
    assert_eq!(moved.map_err(|e| e.errno), Err(Errno::EXDEV));
}

#[test]
fn ten_thousand_entries_are_listed_by_name() {
    let sys = mounted(memfs());
    for i in 0..10_000 {
        // 7 and 10,000 have no common factor: every number comes once, out of order.
        sys.put(&format!("f{:04}", i * 7 % 10_000), b"").unwrap();
    }
    let entries = sys.open("/", READ).unwrap().entries().unwrap();
    assert!(entries.iter().map(|e| &*e.name).is_sorted());
    assert_eq!(entries.iter().map(|e| e.ino).collect::<BTreeSet<_>>().len(), 10_000);
    for entry in &entries {
        sys.unlink(std::str::from_utf8(&entry.name).unwrap()).unwrap();
    }
    assert_eq!(sys.open("/", READ).unwrap().entries().unwrap(), []);
}
