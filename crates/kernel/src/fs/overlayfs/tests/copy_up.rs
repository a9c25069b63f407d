//! When files are copied up, and what their copies keep.

use gopherix_abi::{Errno, Mode, SetTime, Timespec};

use super::{limited, over};
use crate::fs::tests::{READ, TRUNC, WRITE, read_all};
use crate::vfs::{FileSystem, RenameFlags};

const BIG: usize = 1 << 20;

#[test]
fn reading_copies_nothing() {
    let stack = over(|sys| {
        sys.mkdir("d").unwrap();
        sys.put("d/f", b"lower").unwrap();
        sys.symlink("f", "d/l").unwrap();
    });
    assert_eq!(stack.sys.get("d/l").unwrap(), b"lower");
    stack.stat("d/f");
    assert_eq!(stack.names("d"), ["f", "l"]);
    assert_eq!(stack.upper.root().as_directory().unwrap().entries().unwrap(), []);
}

#[test]
fn a_copy_keeps_attributes_and_number() {
    let stack = over(|sys| {
        sys.mkdir("d").unwrap();
        let dir = sys.node("d").unwrap();
        let (_, file) = dir.as_directory().unwrap().create(b"f", Mode(0o751), WRITE).unwrap();
        file.write_at(b"data", BIG as u64).unwrap();
        let old = SetTime::At(Timespec { sec: 5, nsec: 6 });
        file.set_times(old, old).unwrap();
        dir.set_times(old, old).unwrap();
    });
    let (file, dir) = (stack.stat("d/f"), stack.stat("d"));
    stack.sys.open("d/f", WRITE).unwrap();
    let (now, dir_now) = (stack.stat("d/f"), stack.stat("d"));
    assert_eq!((now.ino, now.dev, now.nlink), (file.ino, file.dev, 1));
    assert_eq!((now.mode, now.size), (Mode(0o751), BIG as u64 + 4));
    assert_eq!((now.mtime, now.atime), (file.mtime, file.atime));
    assert_eq!((dir_now.ino, dir_now.mtime, dir_now.atime), (dir.ino, dir.mtime, dir.atime));
    // The hole stays one.
    assert!(stack.upper.used_bytes() < BIG as u64 / 2);
    assert_eq!(stack.sys.get("d/f").unwrap()[BIG..], *b"data");
    // Wherever it goes, it is the same file.
    stack.sys.rename("d/f", "g", RenameFlags::empty()).unwrap();
    stack.sys.link("g", "h").unwrap();
    stack.sys.unlink("g").unwrap();
    assert_eq!(stack.stat("h").ino, file.ino);
    let entries = stack.sys.node("/").unwrap().as_directory().unwrap().entries().unwrap();
    assert!(entries.iter().any(|e| &*e.name == b"h" && e.ino == file.ino));
}

#[test]
fn modes_and_owners_are_set_in_the_copy_and_copied_with_it() {
    let stack = over(|sys| {
        sys.mkdir("d").unwrap();
        sys.put("d/f", b"lower").unwrap();
        sys.symlink("f", "d/l").unwrap();
        let set = |path: &str, uid, mode: Option<u16>| {
            let node = sys.node(path).unwrap();
            node.set_owner(Some(uid), Some(uid + 1)).unwrap();
            mode.map_or(Ok(()), |mode| node.set_mode(Mode(mode))).unwrap();
        };
        set("d", 5, Some(0o2770));
        set("d/f", 7, Some(0o6755));
        set("d/l", 9, None);
    });
    let read_only = stack.sys.open("d/f", READ).unwrap();
    stack.sys.node("d/l").unwrap().set_times(SetTime::Now, SetTime::Now).unwrap();
    let shown = |path: &str| {
        let stat = stack.stat(path);
        (stat.uid, stat.gid, stat.mode.0)
    };
    assert_eq!((shown("d"), shown("d/l")), ((5, 6, 0o2770), (9, 10, 0o777)), "copied as they were");
    read_only.set_mode(Mode(0o4711)).unwrap();
    assert_eq!(shown("d/f"), (7, 8, 0o4711));
    stack.sys.node("d/f").unwrap().set_owner(None, Some(1)).unwrap();
    assert_eq!((shown("d/f"), stack.sys.get("d/f").unwrap()), ((7, 1, 0o711), b"lower".to_vec()));
}

#[test]
fn open_files_and_directories_see_the_copy() {
    let stack = over(|sys| {
        sys.mkdir("d").unwrap();
        sys.put("d/f", b"lower").unwrap();
    });
    let (file, dir) = (stack.sys.open("d/f", READ).unwrap(), stack.sys.open("d", READ).unwrap());
    assert_eq!(read_all(&file).unwrap(), b"lower");
    stack.sys.put("d/f", b"written").unwrap();
    assert_eq!(read_all(&file).unwrap(), b"written");
    assert_eq!(file.stat().unwrap().size, 7);
    stack.sys.put("d/new", b"").unwrap();
    assert_eq!(dir.entries().unwrap().len(), 2);
    let (_, made) = dir.node().unwrap().as_directory().unwrap().create(b"x", Mode(0o644), WRITE).unwrap();
    assert_eq!(made.stat().unwrap().ino, stack.stat("d/x").ino);
    assert_eq!(file.write_at(b"x", 0).map_err(|e| e.errno), Ok(1), "the access mode is the description's to check");
}

#[test]
fn times_and_links_copy_up() {
    let stack = over(|sys| {
        sys.put("f", b"lower").unwrap();
        sys.symlink("f", "l").unwrap();
    });
    let at = Timespec { sec: 1, nsec: 2 };
    stack.sys.open("f", READ).unwrap().set_times(SetTime::Omit, SetTime::At(at)).unwrap();
    assert_eq!(stack.stat("f").mtime, at);
    stack.sys.node("l").unwrap().set_times(SetTime::Omit, SetTime::At(at)).unwrap();
    assert_eq!(stack.stat("l").mtime, at);
    stack.sys.link("f", "g").unwrap();
    assert_eq!((stack.stat("f").ino, stack.stat("f").nlink), (stack.stat("g").ino, 2));
    stack.sys.put("g", b"both").unwrap();
    assert_eq!(stack.sys.get("f").unwrap(), b"both");
    assert_eq!(stack.sys.get("l").unwrap(), b"both");
}

#[test]
fn truncating_copies_no_data() {
    let stack = limited(Some(10_000), |sys| sys.put("f", &[1; BIG]).unwrap());
    assert_eq!(stack.sys.open("f", TRUNC).unwrap().stat().unwrap().size, 0);
    assert_eq!(stack.sys.get("f").unwrap(), b"");
}

#[test]
fn a_copy_that_fails_leaves_no_trace() {
    let stack = limited(Some(200_000), |sys| {
        sys.mkdir("d").unwrap();
        sys.put("d/f", &[1; BIG]).unwrap();
        sys.put("d/g", b"small").unwrap();
    });
    let errno = |r: crate::SysResult<()>| r.map_err(|e| e.errno);
    let (none, before) = (RenameFlags::empty(), stack.stat("d"));
    assert_eq!(errno(stack.sys.open("d/f", WRITE).map(|_| ())), Err(Errno::ENOSPC));
    assert_eq!(errno(stack.sys.rename("d/f", "f", none)), Err(Errno::ENOSPC));
    assert_eq!(errno(stack.sys.rename("d", "e", none)), Err(Errno::ENOSPC));
    assert_eq!(stack.stat("d").mtime, before.mtime);
    assert_eq!(stack.sys.get("d/f").unwrap(), [1; BIG]);
    assert_eq!(stack.names("/"), ["d"]);
    assert_eq!(stack.names("d"), ["f", "g"]);
    // There is room again.
    stack.sys.open("d/f", TRUNC).unwrap();
    assert_eq!(errno(stack.sys.rename("d", "e", none)), Ok(()));
    assert_eq!(stack.names("e"), ["f", "g"]);
}

#[test]
fn a_removed_lower_file_can_be_read_on() {
    let stack = over(|sys| sys.put("f", b"lower").unwrap());
    let file = stack.sys.open("f", READ).unwrap();
    let node = stack.sys.node("f").unwrap();
    stack.sys.unlink("f").unwrap();
    assert_eq!(read_all(&file).unwrap(), b"lower");
    assert_eq!(file.stat().unwrap().nlink, 0);
    assert_eq!(node.open(WRITE).map(|_| ()).map_err(|e| e.errno), Err(Errno::ENOENT));
    stack.sys.put("f", b"new").unwrap();
    assert_eq!(read_all(&file).unwrap(), b"lower");
    assert_ne!(stack.stat("f").ino, file.stat().unwrap().ino);
}
