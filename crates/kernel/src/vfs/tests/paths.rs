//! Where paths lead, and which do not.

use std::sync::Arc;

use gopherix_abi::{Errno, FileType, Mode, Pid};

use super::{beneath, leads, place, said, small};
use crate::fs::tests::WRITE;
use crate::vfs::walk::{Start, Tail, directory, walk};

#[test]
fn dots_are_the_kernels() {
    let sys = small();
    for (path, end) in [
        (".", "/"),
        ("/", "/"),
        ("//", "/"),
        ("..", "/"),
        ("/../..", "/"),
        ("d/.", "/d"),
        ("d/..", "/"),
        ("d/e/../e/./f", "/d/e/f"),
        ("d//e///f", "/d/e/f"),
        ("new", "/new?"),
        ("d/new", "/d/new?"),
    ] {
        assert_eq!(leads(&sys, path), Ok(end.into()), "{path}");
    }
    for (path, errno) in [
        ("", Errno::ENOENT),
        ("no/..", Errno::ENOENT),
        ("no/x", Errno::ENOENT),
        ("g/..", Errno::ENOTDIR),
        ("g/.", Errno::ENOTDIR),
        ("g/x", Errno::ENOTDIR),
        ("a\0b", Errno::EINVAL),
    ] {
        assert_eq!(leads(&sys, path), Err(errno), "{path}");
    }
}

#[test]
fn only_plain_last_components_are_entries() {
    let sys = small();
    for (path, name) in [("d", Some("d")), ("d/", Some("d")), ("d/.", None), ("d/..", None), ("/", None)] {
        let end = sys.walk(path, Tail::NoFollow).unwrap();
        assert_eq!(end.name.as_deref(), name.map(str::as_bytes), "{path}");
    }
}

#[test]
fn a_trailing_slash_wants_a_directory() {
    let sys = small();
    sys.symlink("d", "to_dir").unwrap();
    sys.symlink("g", "to_file").unwrap();
    assert_eq!(leads(&sys, "d/"), Ok("/d".into()));
    assert_eq!(leads(&sys, "g/"), Err(Errno::ENOTDIR));
    assert_eq!(leads(&sys, "to_file//"), Err(Errno::ENOTDIR));
    let end = sys.walk("to_dir/", Tail::NoFollow).unwrap();
    assert_eq!(end.found.unwrap().path(), b"/d");
    let end = sys.walk("to_dir", Tail::NoFollow).unwrap();
    assert_eq!(end.found.unwrap().node().kind(), FileType::Symlink);
    let end = sys.walk("new//", Tail::Follow).unwrap();
    assert!(end.trailing_slash && end.found.is_none());
}

#[test]
fn links_are_walked_from_where_they_stand() {
    let sys = small();
    for (target, link) in [
        ("e/f", "d/rel"),
        ("/d/e", "d/e/abs"),
        ("../../g", "d/e/up"),
        ("d/rel", "chain"),
        ("d/nothing", "dangling"),
        ("chain", "chain2"),
        ("g/", "slash"),
    ] {
        sys.symlink(target, link).unwrap();
    }
    for (path, end) in [
        ("d/rel", Ok("/d/e/f")),
        ("d/e/abs/f", Ok("/d/e/f")),
        ("d/e/abs/abs/abs/..", Ok("/d")),
        ("d/e/up", Ok("/g")),
        ("chain2", Ok("/d/e/f")),
        ("dangling", Ok("/d/nothing?")),
        ("dangling/x", Err(Errno::ENOENT)),
        ("chain2/x", Err(Errno::ENOTDIR)),
        ("slash", Err(Errno::ENOTDIR)),
    ] {
        assert_eq!(leads(&sys, path), end.map(String::from), "{path}");
    }
}

#[test]
fn forty_links_are_followed_and_not_one_more() {
    let sys = small();
    sys.symlink("g", "l1").unwrap();
    for i in 2..=41 {
        sys.symlink(&format!("l{}", i - 1), &format!("l{i}")).unwrap();
    }
    assert_eq!(leads(&sys, "l40"), Ok("/g".into()));
    assert_eq!(leads(&sys, "l41"), Err(Errno::ELOOP));
    sys.symlink("loop", "loop").unwrap();
    assert_eq!(leads(&sys, "loop"), Err(Errno::ELOOP));
    assert!(sys.walk("loop", Tail::NoFollow).is_ok());
    sys.symlink(".", "here").unwrap();
    assert_eq!(leads(&sys, &["here"; 40].join("/")), Ok("/".into()));
    assert_eq!(leads(&sys, &["here"; 41].join("/")), Err(Errno::ELOOP));
}

#[test]
fn names_and_paths_have_limits() {
    let sys = small();
    let (long, too_long) = ("n".repeat(255), "n".repeat(256));
    assert!(sys.put(&long, b"").is_ok());
    assert_eq!(leads(&sys, &long), Ok(format!("/{long}")));
    assert_eq!(leads(&sys, &too_long), Err(Errno::ENAMETOOLONG));
    assert_eq!(leads(&sys, &format!("no/{too_long}")), Err(Errno::ENOENT));
    assert_eq!(leads(&sys, &format!("d/{too_long}/x")), Err(Errno::ENAMETOOLONG));
    assert_eq!(leads(&sys, &"/".repeat(4095)), Ok("/".into()));
    assert_eq!(leads(&sys, &"/".repeat(4096)), Err(Errno::ENAMETOOLONG));
    sys.symlink(&too_long, "to_long").unwrap();
    assert_eq!(leads(&sys, "to_long"), Err(Errno::ENAMETOOLONG));
    sys.symlink("a\0b", "to_nul").unwrap();
    assert_eq!(leads(&sys, "to_nul"), Err(Errno::EINVAL));
}

#[test]
fn a_directory_handle_is_not_left() {
    let sys = small();
    for (target, link) in [
        ("/d", "d/abs"),
        ("..", "d/out"),
        ("..", "d/e/up"),
        ("../..", "d/e/out"),
        ("e/../../d/e", "d/out_and_in"),
        ("e/../e", "d/in"),
    ] {
        sys.symlink(target, link).unwrap();
    }
    let d = place(&sys, "d");
    for (path, end) in [
        ("e/f", Ok("/d/e/f")),
        ("e/..", Ok("/d")),
        ("e/up", Ok("/d")),
        ("e/up/e/up/e", Ok("/d/e")),
        ("in/f", Ok("/d/e/f")),
        (".", Ok("/d")),
        ("..", Err(Errno::ENOTCAPABLE)),
        ("../d", Err(Errno::ENOTCAPABLE)),
        ("e/../..", Err(Errno::ENOTCAPABLE)),
        ("/", Err(Errno::ENOTCAPABLE)),
        ("/d", Err(Errno::ENOTCAPABLE)),
        ("abs", Err(Errno::ENOTCAPABLE)),
        ("out", Err(Errno::ENOTCAPABLE)),
        ("e/out", Err(Errno::ENOTCAPABLE)),
        ("e/up/..", Err(Errno::ENOTCAPABLE)),
        ("out_and_in", Err(Errno::ENOTCAPABLE)),
    ] {
        assert_eq!(beneath(&sys.table, &d, path).map(said), end.map(String::from), "{path}");
    }
    let root = sys.table.root();
    assert_eq!(beneath(&sys.table, root, "d/abs/e").map(said), Ok("/d/e".into()));
    assert_eq!(beneath(&sys.table, root, "d/abs/../..").err(), Some(Errno::ENOTCAPABLE));
    // An open descriptor pins its node: that the place is another object must not matter.
    let pinned = root.with_node(root.node().clone());
    assert_eq!(beneath(&sys.table, &pinned, "d/abs/e").map(said), Ok("/d/e".into()));
}

#[test]
fn a_walk_starts_in_a_directory() {
    let sys = small();
    let (file, root) = (place(&sys, "g"), sys.table.root());
    for path in [".", "..", "x"] {
        let start = Start { root, base: &file, beneath: false, caller: Pid(1) };
        assert_eq!(walk(start, path.as_bytes(), Tail::Follow).err().map(|e| e.errno), Some(Errno::ENOTDIR));
    }
}

#[test]
fn nothing_is_above_the_process_root() {
    let sys = small();
    sys.symlink("/e", "d/abs").unwrap();
    let root = place(&sys, "d");
    let from = |base, path: &str| {
        let start = Start { root: &root, base, beneath: false, caller: Pid(1) };
        walk(start, path.as_bytes(), Tail::Follow).map(said).map_err(|e| e.errno)
    };
    for path in ["..", "/..", "/", "e/../../..", "abs/.."] {
        assert_eq!(from(&root, path), Ok("/d".into()), "{path}");
    }
    let below = sys.walk("d/e", Tail::Follow).unwrap().existing().unwrap().0;
    assert_eq!(from(&root, "abs/f"), Ok("/d/e/f".into()));
    assert_eq!(from(&below, "f"), Ok("/d/e/f".into()));
}

/// Places and directories nest as deep as a guest likes; neither may go away by recursion.
#[test]
fn depth_does_not_use_up_the_stack() {
    let deep = || {
        let sys = small();
        let mut at: Arc<_> = sys.table.root().clone();
        for _ in 0..50_000 {
            directory(&at).unwrap().mkdir(b"x", Mode(0o755)).unwrap();
            let start = Start { root: sys.table.root(), base: &at, beneath: true, caller: Pid(1) };
            let next = walk(start, b"x", Tail::Follow).unwrap().existing().unwrap().0;
            at = next;
        }
        directory(&at).unwrap().create(b"f", Mode(0o644), WRITE).unwrap();
        assert_eq!(at.path().len(), 100_000);
    };
    std::thread::Builder::new().stack_size(256 << 10).spawn(deep).unwrap().join().unwrap();
}
