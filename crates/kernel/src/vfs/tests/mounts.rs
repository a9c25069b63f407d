//! Mounts, and paths across them.

use gopherix_abi::{DirEntry, Errno, FileType};

use super::{beneath, leads, place, said, small};
use crate::fs::tests::{Sys, memfs, mounted};
use crate::vfs::{FileSystem, MountFlags};

/// [`small`], with another tree at `/d/m` that holds the directory `in`, and a third at `/d/m/in/deep`.
fn with_mounts() -> Sys {
    let sys = small();
    sys.mkdir("d/m").unwrap();
    sys.put("d/m/hidden", b"").unwrap();
    let other = memfs();
    mounted(other.clone()).mkdir("in").unwrap();
    sys.table.mount(b"/d/m", other, MountFlags::empty()).unwrap();
    sys.table.mount(b"/d/m/in/deep/", memfs(), MountFlags::READ_ONLY).unwrap();
    sys
}

fn mount(sys: &Sys, path: &str) -> Result<(), Errno> {
    sys.table.mount(path.as_bytes(), memfs(), MountFlags::empty()).map_err(|e| e.errno)
}

fn names(sys: &Sys, path: &str) -> Vec<(String, FileType)> {
    let place = place(sys, path);
    let mut entries = place.node().as_directory().unwrap().entries().unwrap();
    place.add_mount_points(&mut entries);
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    let said = |e: DirEntry| (String::from_utf8(e.name.to_vec()).unwrap(), e.kind);
    entries.into_iter().map(said).collect()
}

#[test]
fn a_mount_hides_what_was_there() {
    let sys = with_mounts();
    assert_eq!(leads(&sys, "d/m/hidden"), Ok("/d/m/hidden?".into()));
    assert_eq!(leads(&sys, "d/m/in"), Ok("/d/m/in".into()));
    let (outer, inner) = (place(&sys, "d"), place(&sys, "d/m"));
    assert_ne!(outer.mount().id(), inner.mount().id());
    assert_ne!(outer.node().stat().unwrap().dev, inner.node().stat().unwrap().dev);
}

#[test]
fn dot_dot_leads_out_of_a_mount() {
    let sys = with_mounts();
    for (path, end) in [
        ("d/m/..", "/d"),
        ("d/m/../e/f", "/d/e/f"),
        ("d/m/in/deep/..", "/d/m/in"),
        ("d/m/in/deep/../../..", "/d"),
        ("d/m/in/deep/../../../../g", "/g"),
    ] {
        assert_eq!(leads(&sys, path), Ok(end.into()), "{path}");
    }
    let d = place(&sys, "d");
    assert_eq!(beneath(&sys.table, &d, "m/in/deep/../../..").map(said), Ok("/d".into()));
    assert_eq!(beneath(&sys.table, &d, "m/../..").err(), Some(Errno::ENOTCAPABLE));
    let m = place(&sys, "d/m");
    assert_eq!(beneath(&sys.table, &m, "..").err(), Some(Errno::ENOTCAPABLE));
}

#[test]
fn links_cross_mounts() {
    let sys = with_mounts();
    sys.symlink("/g", "d/m/abs").unwrap();
    sys.symlink("../e/f", "d/m/up").unwrap();
    sys.symlink("d/m/in/deep", "down").unwrap();
    assert_eq!(leads(&sys, "d/m/abs"), Ok("/g".into()));
    assert_eq!(leads(&sys, "d/m/up"), Ok("/d/e/f".into()));
    assert_eq!(leads(&sys, "down/.."), Ok("/d/m/in".into()));
}

#[test]
fn a_mount_point_is_a_free_plain_directory() {
    let sys = with_mounts();
    sys.symlink("d", "link").unwrap();
    for (path, errno) in [
        ("/", Errno::EINVAL),
        ("//.", Errno::EINVAL),
        ("rel", Errno::EINVAL),
        ("", Errno::EINVAL),
        ("/d/../x", Errno::EINVAL),
        ("/d/m", Errno::EBUSY),
        ("/d/m/in/deep", Errno::EBUSY),
        ("/g", Errno::ENOTDIR),
        ("/link/x", Errno::ELOOP),
    ] {
        assert_eq!(mount(&sys, path), Err(errno), "{path}");
    }
    assert_eq!(mount(&sys, "/made/on/the/way"), Ok(()));
    assert_eq!(leads(&sys, "made/on/the/way/.."), Ok("/made/on/the".into()));
}

#[test]
fn mounts_are_listed_and_keep_their_flags() {
    let sys = with_mounts();
    let points: Vec<_> = sys.table.list().into_iter().map(|m| (m.point, m.flags)).collect();
    let rw = MountFlags::empty();
    let expected = [(&b"/"[..], rw), (b"/d/m", rw), (b"/d/m/in/deep", MountFlags::READ_ONLY)];
    assert_eq!(points, expected.map(|(point, flags)| (point.to_vec(), flags)));
    let refused = place(&sys, "d/m/in/deep").mount().check_writable();
    assert_eq!(refused.map_err(|e| e.errno), Err(Errno::EROFS));
    assert!(place(&sys, "d/m/in").mount().check_writable().is_ok());
}

#[test]
fn directories_above_a_mount_are_known() {
    let sys = with_mounts();
    sys.mkdir("d/mm").unwrap();
    let (root, d, m) = (place(&sys, "/"), place(&sys, "d"), place(&sys, "d/m"));
    assert!(root.holds_mount(b"d") && d.holds_mount(b"m") && m.holds_mount(b"in"));
    assert!(!root.holds_mount(b"g") && !d.holds_mount(b"mm") && !d.holds_mount(b"e") && !m.holds_mount(b"i"));
    assert!(place(&sys, "d/m/in").holds_mount(b"deep"));
}

#[test]
fn listings_show_mount_points_as_directories() {
    let sys = small();
    mount(&sys, "/d/m").unwrap();
    mount(&sys, "/d/e").unwrap();
    let dir = FileType::Directory;
    assert_eq!(names(&sys, "d"), [("e".into(), dir), ("m".into(), dir)]);
    assert_eq!(names(&sys, "/"), [("d".into(), dir), ("g".into(), FileType::Regular)]);
    // Also where the file system below has no such entry.
    let below = memfs();
    let lost = mounted(below.clone());
    mount(&lost, "/x").unwrap();
    assert_eq!(below.root().as_directory().unwrap().entries(), Ok(vec![]));
    assert_eq!(names(&lost, "/"), [("x".into(), dir)]);
    assert_eq!(leads(&lost, "x/.."), Ok("/".into()));
}

#[test]
fn the_tables_end_lets_go_of_every_mount() {
    let sys = small();
    let above = memfs();
    let alive = std::sync::Arc::downgrade(&above);
    sys.table.mount(b"/d/m", above, MountFlags::empty()).unwrap();
    assert_eq!(leads(&sys, "d/m/none"), Ok("/d/m/none?".into()));
    drop(sys);
    assert!(alive.upgrade().is_none());
}
