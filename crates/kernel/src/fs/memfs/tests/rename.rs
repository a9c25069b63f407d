//! rename(2), errno by errno.

use gopherix_abi::Errno;

use crate::fs::tests::{READ, Sys, memfs, mounted};
use crate::vfs::RenameFlags;

/// `d/sub`, `full/x`, `empty`, files `f` and `g`.
fn tree() -> Sys {
    let sys = mounted(memfs());
    for dir in ["d", "d/sub", "full", "empty"] {
        sys.mkdir(dir).unwrap();
    }
    for file in ["full/x", "f", "g"] {
        sys.put(file, file.as_bytes()).unwrap();
    }
    sys
}

fn rename(sys: &Sys, old: &str, new: &str) -> Result<(), Errno> {
    sys.rename(old, new, RenameFlags::empty()).map_err(|e| e.errno)
}

#[test]
fn what_rename_refuses() {
    let sys = tree();
    for (old, new, errno) in [
        ("nothing", "n", Errno::ENOENT),
        ("f", "nothing/n", Errno::ENOENT),
        ("f", "g/n", Errno::ENOTDIR),
        ("f", "empty", Errno::EISDIR),
        ("f", "full", Errno::EISDIR),
        ("empty", "f", Errno::ENOTDIR),
        ("empty", "full", Errno::ENOTEMPTY),
        ("d", "d/n", Errno::EINVAL),
        ("d", "d/sub", Errno::EINVAL),
        ("d", "d/sub/n", Errno::EINVAL),
        ("d/sub", "d", Errno::ENOTEMPTY),
        ("full/x", "full", Errno::ENOTEMPTY),
    ] {
        assert_eq!(rename(&sys, old, new), Err(errno), "{old} {new}");
    }
}

#[test]
fn what_rename_replaces() {
    let sys = tree();
    let (replaced, removed) = (sys.open("g", READ).unwrap(), sys.open("empty", READ).unwrap());
    assert_eq!(rename(&sys, "f", "g"), Ok(()));
    assert_eq!(sys.get("g").unwrap(), b"f");
    assert_eq!(sys.get("f").map_err(|e| e.errno), Err(Errno::ENOENT));
    assert_eq!(replaced.stat().unwrap().nlink, 0);
    assert_eq!(rename(&sys, "full", "empty"), Ok(()));
    assert_eq!(sys.get("empty/x").unwrap(), b"full/x");
    assert_eq!(removed.stat().unwrap().nlink, 0);
}

#[test]
fn one_file_under_two_names_stays() {
    let sys = tree();
    sys.link("f", "d/f2").unwrap();
    assert_eq!(rename(&sys, "f", "d/f2"), Ok(()));
    assert_eq!(rename(&sys, "f", "f"), Ok(()));
    assert_eq!(rename(&sys, "d", "d"), Ok(()));
    assert_eq!(sys.node("f").unwrap().stat().unwrap().nlink, 2);
}

#[test]
fn noreplace_replaces_nothing() {
    let sys = tree();
    for (old, new) in [("f", "g"), ("f", "f"), ("empty", "full"), ("f", "d"), ("d", "f")] {
        let answer = sys.rename(old, new, RenameFlags::NOREPLACE).map_err(|e| e.errno);
        assert_eq!(answer, Err(Errno::EEXIST), "{old} {new}");
    }
    sys.rename("f", "d/f", RenameFlags::NOREPLACE).unwrap();
    assert_eq!(sys.get("d/f").unwrap(), b"f");
}

#[test]
fn directories_take_their_link_along() {
    let sys = tree();
    let nlink = |path: &str| sys.node(path).unwrap().stat().unwrap().nlink;
    assert_eq!((nlink("/"), nlink("d"), nlink("empty")), (5, 3, 2));
    rename(&sys, "d/sub", "empty/sub").unwrap();
    assert_eq!((nlink("/"), nlink("d"), nlink("empty")), (5, 2, 3));
    rename(&sys, "d", "empty/sub").unwrap();
    assert_eq!((nlink("/"), nlink("empty")), (4, 3));
    rename(&sys, "empty", "full2").unwrap();
    assert_eq!(nlink("/"), 4);
    // The subtree check must know the new parents.
    assert_eq!(rename(&sys, "full2", "full2/sub/n"), Err(Errno::EINVAL));
    rename(&sys, "full2/sub", "sub").unwrap();
    assert_eq!(rename(&sys, "full2", "sub/n"), Ok(()));
}

/// Renames that lock each other's directories in every order must all end.
#[test]
fn concurrent_renames_do_not_lock_each_other_out() {
    let sys = mounted(memfs());
    for dir in ["a", "a/b", "a/b/c", "d", "d/e"] {
        sys.mkdir(dir).unwrap();
    }
    let dirs = ["a", "a/b", "a/b/c", "d", "d/e", "a/e", "d/b", "d/e/c", "a/b/e", "d/b/c"];
    std::thread::scope(|scope| {
        for seed in 1..5usize {
            let (sys, dirs) = (&sys, &dirs);
            scope.spawn(move || {
                let mut x = seed;
                for _ in 0..3000 {
                    x = x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    let (old, new) = (dirs[(x >> 33) % 10], dirs[(x >> 40) % 10]);
                    let _ = match (x >> 50) % 8 {
                        0 => sys.mkdir(new),
                        1 => sys.rmdir(old),
                        2 => sys.put(&format!("{new}/f"), b"x"),
                        3 => sys.unlink(&format!("{old}/f")),
                        _ => sys.rename(old, new, RenameFlags::empty()),
                    };
                }
            });
        }
    });
    // Every directory still counts its subdirectories.
    let mut next = vec![sys.node("/").unwrap()];
    while let Some(node) = next.pop() {
        let dir = node.as_directory().unwrap();
        let below = dir.entries().unwrap().into_iter().map(|e| dir.lookup(&e.name).unwrap().node);
        let below: Vec<_> = below.filter(|n| n.as_directory().is_some()).collect();
        assert_eq!(node.stat().unwrap().nlink, 2 + below.len() as u64);
        next.extend(below);
    }
}
