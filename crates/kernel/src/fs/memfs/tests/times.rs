//! Which call changes which time (POSIX, "Marked for update"), with a clock that moves on at each look.

use gopherix_abi::{Pid, SetTime, Stat, Timespec};

use crate::fs::tests::{READ, Sys, TRUNC, WRITE, memfs, mounted};
use crate::vfs::RenameFlags;

fn tree() -> Sys {
    let sys = mounted(memfs());
    sys.mkdir("d").unwrap();
    sys.put("d/f", b"data").unwrap();
    sys.symlink("f", "d/l").unwrap();
    sys
}

fn stat(sys: &Sys, path: &str) -> Stat {
    sys.node(path).unwrap().stat().unwrap()
}

/// Which of atime, mtime and ctime `call` changed, in that order.
fn changed<T>(sys: &Sys, path: &str, call: impl FnOnce() -> T) -> (bool, bool, bool) {
    let before = stat(sys, path);
    call();
    let after = stat(sys, path);
    (before.atime != after.atime, before.mtime != after.mtime, before.ctime != after.ctime)
}

#[test]
fn data() {
    let sys = tree();
    let file = sys.open("d/f", WRITE).unwrap();
    let mut buf = [0; 2];
    assert_eq!(changed(&sys, "d/f", || file.write_at(b"x", 1)), (false, true, true));
    assert_eq!(changed(&sys, "d/f", || file.write_at(b"", 1)), (false, false, false));
    assert_eq!(changed(&sys, "d/f", || file.append(b"x")), (false, true, true));
    assert_eq!(changed(&sys, "d/f", || file.truncate(5)), (false, true, true));
    assert_eq!(changed(&sys, "d/f", || file.allocate(0, 9)), (false, true, true));
    assert_eq!(changed(&sys, "d/f", || sys.open("d/f", READ)), (false, false, false));
    assert_eq!(changed(&sys, "d/f", || sys.open("d/f", TRUNC)), (false, true, true));
    // relatime: the first read after a change, and no other.
    assert_eq!(changed(&sys, "d/f", || file.read_at(&mut [], 0)), (false, false, false));
    assert_eq!(changed(&sys, "d/f", || file.read_at(&mut buf, 0)), (true, false, false));
    assert_eq!(changed(&sys, "d/f", || file.read_at(&mut buf, 0)), (false, false, false));
}

#[test]
fn names() {
    let sys = tree();
    let none = RenameFlags::empty();
    assert_eq!(changed(&sys, "d", || sys.put("d/n", b"")), (false, true, true));
    assert_eq!(changed(&sys, "d", || sys.put("d/n", b"more")), (false, false, false));
    assert_eq!(changed(&sys, "d", || sys.put("d/n/x", b"")), (false, false, false));
    assert_eq!(changed(&sys, "d", || sys.mkdir("d/s")), (false, true, true));
    assert_eq!(changed(&sys, "d", || sys.mkdir("d/s")), (false, false, false));
    assert_eq!(changed(&sys, "d/f", || sys.link("d/f", "d/f2")), (false, false, true));
    assert_eq!(changed(&sys, "d/f", || sys.unlink("d/f2")), (false, false, true));
    assert_eq!(changed(&sys, "d", || sys.rmdir("d/s")), (false, true, true));
    assert_eq!(changed(&sys, "d", || sys.rename("d/n", "n", none)), (false, true, true));
    let before = stat(&sys, "n");
    assert_eq!(changed(&sys, "/", || sys.rename("n", "m", none)), (false, true, true));
    let after = stat(&sys, "m");
    assert_eq!((before.atime, before.mtime), (after.atime, after.mtime));
    assert_ne!(before.ctime, after.ctime);
}

#[test]
fn reading_directories_and_links() {
    let sys = tree();
    let dir = sys.open("d", READ).unwrap();
    assert_eq!(changed(&sys, "d", || dir.entries()), (true, false, false));
    assert_eq!(changed(&sys, "d", || dir.entries()), (false, false, false));
    let link = sys.node("d/l").unwrap();
    assert_eq!(changed(&sys, "d/l", || link.readlink(Pid(1))), (true, false, false));
}

#[test]
fn set() {
    let sys = tree();
    let node = sys.node("d/f").unwrap();
    let at = Timespec { sec: -5, nsec: 999_999_999 };
    let omitted = || node.set_times(SetTime::Omit, SetTime::Omit).unwrap();
    assert_eq!(changed(&sys, "d/f", omitted), (false, false, false));
    assert_eq!(changed(&sys, "d/f", || node.set_times(SetTime::At(at), SetTime::Omit).unwrap()), (true, false, true));
    assert_eq!(stat(&sys, "d/f").atime, at);
    assert_eq!(changed(&sys, "d/f", || node.set_times(SetTime::Now, SetTime::At(at)).unwrap()), (true, true, true));
    assert_eq!(stat(&sys, "d/f").mtime, at);
    let link = sys.node("d/l").unwrap();
    let set = || link.set_times(SetTime::Omit, SetTime::At(at)).unwrap();
    assert_eq!(changed(&sys, "d/f", set), (false, false, false));
    assert_eq!(stat(&sys, "d/l").mtime, at);
}
