//! Two trees as one: what is merged, what is hidden, and directories that move.

use std::sync::Arc;

use gopherix_abi::{Errno, FileType, Mode, SetTime, Stat};

use super::{Stack, over};
use crate::SysResult;
use crate::file::File;
use crate::fs::anon::AnonNode;
use crate::fs::overlayfs::{COPY_UP_ENTRIES, OverlayFs};
use crate::fs::tests::{READ, Sys, WRITE, dump, memfs, mounted};
use crate::vfs::tests::fixed::{Fixed, FixedFs};
use crate::vfs::{Node, RenameFlags};

/// `d/{a,b}`, `d/sub/c`.
fn tree() -> Stack {
    over(|sys| {
        sys.mkdir("d").unwrap();
        sys.mkdir("d/sub").unwrap();
        for file in ["d/a", "d/b", "d/sub/c"] {
            sys.put(file, file.as_bytes()).unwrap();
        }
    })
}

fn rename(sys: &Sys, old: &str, new: &str) -> Result<(), Errno> {
    sys.rename(old, new, RenameFlags::empty()).map_err(|e| e.errno)
}

fn clear(sys: &Sys) {
    for file in ["d/a", "d/b", "d/sub/c"] {
        sys.unlink(file).unwrap();
    }
    sys.rmdir("d/sub").unwrap();
    sys.rmdir("d").unwrap();
}

#[test]
fn what_was_removed_stays_removed() {
    let stack = tree();
    clear(&stack.sys);
    assert!(stack.names("/").is_empty());
    stack.sys.mkdir("d").unwrap();
    assert!(stack.names("d").is_empty(), "a new directory does not show an old one's entries");
    assert_eq!(stack.sys.get("d/a").map_err(|e| e.errno), Err(Errno::ENOENT));
    stack.sys.mkdir("d/sub").unwrap();
    assert!(stack.names("d/sub").is_empty());
    clear_again(&stack);
}

fn clear_again(stack: &Stack) {
    stack.sys.rmdir("d/sub").unwrap();
    stack.sys.rmdir("d").unwrap();
    stack.sys.put("d", b"a file now").unwrap();
    stack.sys.unlink("d").unwrap();
    assert!(stack.names("/").is_empty());
}

#[test]
fn a_removed_directory_stays_empty() {
    let stack = tree();
    let sub = stack.sys.open("d/sub", READ).unwrap();
    clear(&stack.sys);
    assert_eq!((sub.entries().unwrap(), sub.stat().unwrap().nlink), (vec![], 0));
    let node = sub.node().unwrap();
    let dir = node.as_directory().unwrap();
    assert_eq!(dir.mkdir(b"x", Mode(0o755)).map_err(|e| e.errno), Err(Errno::ENOENT));
    assert_eq!(dir.lookup(b"c").map(|_| ()).map_err(|e| e.errno), Err(Errno::ENOENT));
}

#[test]
fn lower_directories_can_be_renamed() {
    let stack = tree();
    stack.sys.unlink("d/b").unwrap();
    let (dir, file) = (stack.sys.open("d/sub", READ).unwrap(), stack.sys.open("d/sub/c", READ).unwrap());
    let inos = ["d", "d/a", "d/sub", "d/sub/c"].map(|path| stack.stat(path).ino);
    assert_eq!(rename(&stack.sys, "d", "e"), Ok(()));
    assert_eq!(stack.names("/"), ["e"]);
    assert_eq!(stack.names("e"), ["a", "sub"]);
    assert_eq!(stack.sys.get("e/sub/c").unwrap(), b"d/sub/c");
    assert_eq!(["e", "e/a", "e/sub", "e/sub/c"].map(|path| stack.stat(path).ino), inos);
    // Handles from before moved along.
    dir.node().unwrap().as_directory().unwrap().create(b"new", Mode(0o644), WRITE).unwrap();
    assert_eq!(stack.names("e/sub"), ["c", "new"]);
    assert_eq!(file.stat().unwrap().ino, stack.stat("e/sub/c").ino);
    // The old name is free, and shows nothing of what was there.
    stack.sys.mkdir("d").unwrap();
    assert!(stack.names("d").is_empty());
    assert_eq!(rename(&stack.sys, "e", "d"), Ok(()));
    assert_eq!(stack.names("d"), ["a", "sub"]);
    assert_eq!(rename(&stack.sys, "d", "d/sub/x"), Err(Errno::EINVAL));
    assert_eq!(rename(&stack.sys, "d/sub", "d"), Err(Errno::ENOTEMPTY));
}

#[test]
fn a_held_directory_knows_where_it_was_moved() {
    let stack = tree();
    let _held = stack.sys.node("d/sub").unwrap();
    stack.sys.unlink("d/a").unwrap();
    stack.sys.unlink("d/b").unwrap();
    stack.sys.mkdir("e").unwrap();
    assert_eq!(rename(&stack.sys, "d/sub", "e/sub"), Ok(()));
    assert_eq!(rename(&stack.sys, "e/sub/c", "e"), Err(Errno::ENOTEMPTY), "above it now");
    assert_eq!(rename(&stack.sys, "e/sub/c", "d"), Err(Errno::EISDIR), "above it before");
}

#[test]
fn a_directory_too_large_to_move_says_so() {
    let stack = over(|sys| {
        sys.mkdir("d").unwrap();
        for i in 0..COPY_UP_ENTRIES {
            sys.put(&format!("d/{i}"), b"").unwrap();
        }
    });
    assert_eq!(rename(&stack.sys, "d", "e"), Err(Errno::EXDEV));
    assert_eq!((stack.names("/"), stack.names("d").len()), (vec!["d".to_string()], COPY_UP_ENTRIES));
    stack.sys.unlink("d/0").unwrap();
    assert_eq!(rename(&stack.sys, "d", "e"), Ok(()));
    assert_eq!(stack.names("e").len(), COPY_UP_ENTRIES - 1);
}

#[test]
fn an_upper_tree_with_content_is_merged_and_wins() {
    let (lower, upper) = (memfs(), memfs());
    let (low, up) = (mounted(lower.clone()), mounted(upper.clone()));
    for (sys, content) in [(&low, &b"low"[..]), (&up, b"up")] {
        sys.mkdir("both").unwrap();
        sys.put("both/same", content).unwrap();
        sys.put(&format!("both/{}", String::from_utf8_lossy(content)), content).unwrap();
    }
    low.mkdir("x").unwrap();
    low.put("x/hidden", b"").unwrap();
    up.put("x", b"a file").unwrap();
    low.put("y", b"a file").unwrap();
    up.mkdir("y").unwrap();
    let sys = mounted(Arc::new(OverlayFs::new(lower, upper)));
    let names = |path: &str| {
        let entries = sys.open(path, READ).unwrap().entries().unwrap();
        entries.into_iter().map(|e| String::from_utf8(e.name.to_vec()).unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(names("both"), ["low", "same", "up"]);
    assert_eq!(sys.get("both/same").unwrap(), b"up");
    assert_eq!(sys.get("x").unwrap(), b"a file");
    assert_eq!(sys.node("y").unwrap().kind(), FileType::Directory);
    assert!(names("y").is_empty());
    sys.unlink("x").unwrap();
    sys.rmdir("y").unwrap();
    sys.unlink("both/same").unwrap();
    assert_eq!((names("/"), names("both")), (vec!["both".into()], vec!["low".into(), "up".into()]));
}

#[test]
fn overlays_stack() {
    let stack = tree();
    stack.sys.put("d/a", b"one up").unwrap();
    stack.sys.unlink("d/b").unwrap();
    let one: Arc<OverlayFs> = Arc::new(OverlayFs::new(stack.lower.clone(), memfs()));
    let two = mounted(Arc::new(OverlayFs::new(one.clone(), memfs())));
    two.put("d/a", b"two up").unwrap();
    assert_eq!(rename(&two, "d", "e"), Ok(()));
    assert_eq!(two.get("e/a").unwrap(), b"two up");
    assert_eq!(mounted(one).get("d/a").unwrap(), b"d/a");
}

#[test]
fn overlays_do_not_mix() {
    let (one, two) = (tree(), tree());
    let (root, other) = (one.sys.node("d").unwrap(), two.sys.node("d").unwrap());
    let file = one.sys.node("d/a").unwrap();
    let linked = other.as_directory().unwrap().link(b"x", &file);
    assert_eq!(linked.map_err(|e| e.errno), Err(Errno::EXDEV));
    let moved = root.as_directory().unwrap().rename(b"a", &other, b"x", RenameFlags::empty());
    assert_eq!(moved.map_err(|e| e.errno), Err(Errno::EXDEV));
    assert_ne!(one.stat("/").dev, two.stat("/").dev);
}

#[test]
fn depth_does_not_use_up_the_stack() {
    let deep = || {
        let sys = mounted(Arc::new(OverlayFs::new(memfs(), memfs())));
        let mut node = sys.node("/").unwrap();
        for _ in 0..20_000 {
            let next = {
                let dir = node.as_directory().unwrap();
                dir.mkdir(b"x", Mode(0o755)).unwrap();
                dir.lookup(b"x").unwrap().node
            };
            node = next;
        }
    };
    std::thread::Builder::new().stack_size(256 << 10).spawn(deep).unwrap().join().unwrap();
}

/// Changes from several threads all end, and leave a tree that one thread could have made.
#[test]
fn concurrent_changes_do_not_lock_each_other_out() {
    let stack = tree();
    let paths = ["d", "d/a", "d/sub", "d/sub/c", "e", "e/sub", "e/a", "d/b"];
    std::thread::scope(|scope| {
        for seed in 1..5usize {
            let (sys, paths) = (&stack.sys, &paths);
            scope.spawn(move || {
                let mut x = seed;
                for _ in 0..1500 {
                    x = x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    let (old, new) = (paths[(x >> 33) % 8], paths[(x >> 40) % 8]);
                    let _ = match (x >> 50) % 8 {
                        0 => sys.mkdir(new),
                        1 => sys.rmdir(old),
                        2 => sys.put(new, b"x"),
                        3 => sys.unlink(old),
                        4 => sys.get(old).map(drop),
                        5 => sys.open(old, READ).and_then(|f| f.entries()).map(drop),
                        _ => sys.rename(old, new, RenameFlags::empty()),
                    };
                }
            });
        }
    });
    // Every name that is listed can be looked up and read.
    dump(&stack.sys.node("/").unwrap(), "", &mut Vec::new());
}

struct Device;

impl File for Device {
    fn stat(&self) -> SysResult<Stat> {
        Ok(Stat { ino: 99, kind: FileType::CharDevice, ..Fixed::of([]).stat()? })
    }

    fn read(&self, buf: &mut [u8]) -> SysResult<usize> {
        buf.fill(7);
        Ok(buf.len())
    }
}

#[test]
fn special_files_of_the_lower_tree_are_only_read() {
    let lower = Fixed::of([("dev", AnonNode::new(Arc::new(Device)) as _)]);
    let sys = mounted(Arc::new(OverlayFs::new(Arc::new(FixedFs(lower)), memfs())));
    let file = sys.open("dev", READ).unwrap();
    let mut buf = [0; 2];
    assert_eq!((file.read(&mut buf), buf, file.seekable()), (Ok(2), [7; 2], false));
    assert_eq!(sys.open("dev", WRITE).map(|_| ()).map_err(|e| e.errno), Err(Errno::EROFS));
    assert_eq!(rename(&sys, "dev", "n"), Err(Errno::EPERM));
    assert_eq!(file.set_times(SetTime::Now, SetTime::Now).map_err(|e| e.errno), Err(Errno::EPERM));
    sys.unlink("dev").unwrap();
    assert_eq!(sys.open("/", READ).unwrap().entries().unwrap(), []);
}
