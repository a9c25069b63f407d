//! The kernel's path walk over hostfs over the real disk.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::Arc;

use gopherix_abi::{Errno, FileType, Mode, Pid};
use gopherix_host_native::disk::Disk;
use gopherix_kernel::SysResult;
use gopherix_kernel::fs::hostfs::HostFs;
use gopherix_kernel::platform::HostDir;
use gopherix_kernel::vfs::walk::{Resolved, Start, Tail, directory, walk};
use gopherix_kernel::vfs::{MountFlags, MountTable, OpenHow};

use super::{SECRET, errno, on_both};

const HOW: OpenHow = OpenHow { caller: Pid(1), read: true, write: false, truncate: false };

fn mounted(disk: Arc<dyn HostDir>, read_only: bool) -> MountTable {
    MountTable::new(Arc::new(HostFs::new(disk, read_only, "grant".into())), MountFlags::empty())
}

fn find(mounts: &MountTable, path: &[u8]) -> SysResult<Resolved> {
    let root = mounts.root();
    walk(Start { root, base: root, beneath: false, caller: Pid(1) }, path, Tail::Follow)
}

fn read(mounts: &MountTable, path: &[u8]) -> SysResult<Vec<u8>> {
    let (place, _) = find(mounts, path)?.existing()?;
    let mut buf = [0; 64];
    let n = place.node().open(HOW)?.read_at(&mut buf, 0)?;
    Ok(buf[..n].to_vec())
}

#[test]
fn links_lead_through_the_guests_tree_only() {
    on_both(|grant, disk| {
        let mounts = mounted(disk, false);
        let outside = grant.parent().unwrap().join("outside");
        symlink("b/file", grant.join("a/near")).unwrap();
        symlink("/a/b", grant.join("absolute")).unwrap();
        symlink("../../../../../../a/b", grant.join("a/b/up")).unwrap();
        symlink(&outside, grant.join("escape")).unwrap();
        symlink("../outside", grant.join("dotdot")).unwrap();
        symlink("loop", grant.join("loop")).unwrap();
        for path in ["/a/b/file", "a/near", "/absolute/file", "/a/b/up/file", "/../../a/b/./c/../file"] {
            assert_eq!(read(&mounts, path.as_bytes()).unwrap(), b"inside", "{path}");
        }
        for (path, expected) in [
            ("/escape/file", Errno::ENOENT),
            ("/dotdot/file", Errno::ENOENT),
            ("/../secret", Errno::ENOENT),
            ("/loop/x", Errno::ELOOP),
            ("/a/b/file/x", Errno::ENOTDIR),
            ("/a/no/x", Errno::ENOENT),
        ] {
            assert_eq!(errno(read(&mounts, path.as_bytes())), expected, "{path}");
        }
        // The guest's own directory of that name is what the link reaches, once there is one.
        let mut inner = grant.to_path_buf();
        inner.push(outside.strip_prefix("/").unwrap());
        fs::create_dir_all(&inner).unwrap();
        fs::write(inner.join("file"), b"inside").unwrap();
        assert_eq!(read(&mounts, b"/escape/file").unwrap(), b"inside");
        assert_eq!(fs::read(outside.join("file")).unwrap(), SECRET);
    });
}

#[test]
fn a_deep_tree_is_made_walked_and_emptied() {
    on_both(|grant, disk| {
        let mounts = mounted(disk, false);
        let mut place = mounts.root().clone();
        for _ in 0..20 {
            directory(&place).unwrap().mkdir(b"deep", Mode(0o755)).unwrap();
            let node = directory(&place).unwrap().lookup(b"deep").unwrap().node;
            place = place.child(b"deep", node);
        }
        let how = OpenHow { write: true, ..HOW };
        let (_, file) = directory(&place).unwrap().create(b"file", Mode(0o644), how).unwrap();
        file.write_at(b"x", 0).unwrap();
        assert_eq!(find(&mounts, &place.path()).unwrap().into_stat().unwrap().kind, FileType::Directory);
        assert_eq!(read(&mounts, &[&*place.path(), b"/file"].concat()).unwrap(), b"x");
        directory(&place).unwrap().unlink(b"file").unwrap();
        while let Some(parent) = place.parent().cloned() {
            directory(&parent).unwrap().rmdir(place.name()).unwrap();
            place = parent;
        }
        assert!(!grant.join("deep").exists());
    });
}

#[test]
fn a_read_only_grant_changes_nothing() {
    on_both(|grant, disk| {
        let mounts = mounted(disk, true);
        let root = directory(mounts.root()).unwrap();
        assert_eq!(errno(root.mkdir(b"n", Mode(0o755))), Errno::EROFS);
        assert_eq!(errno(root.create(b"n", Mode(0o644), HOW)), Errno::EROFS);
        let (file, _) = find(&mounts, b"/a/b/file").unwrap().existing().unwrap();
        assert_eq!(errno(file.node().open(OpenHow { write: true, ..HOW })), Errno::EROFS);
        assert_eq!(read(&mounts, b"/a/b/file").unwrap(), b"inside");
        assert!(!grant.join("n").exists());
    });
}

#[test]
fn null_of_a_granted_dev_works() {
    let mounts = mounted(Disk::open(Path::new("/dev")).unwrap(), false);
    let (null, _) = find(&mounts, b"/null").unwrap().existing().unwrap();
    let file = null.node().open(OpenHow { write: true, ..HOW }).unwrap();
    assert_eq!(file.write_at(b"gone", 0).unwrap(), 4);
    assert_eq!(read(&mounts, b"/null").unwrap(), b"");
}
