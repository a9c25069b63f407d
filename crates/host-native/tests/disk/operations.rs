//! Every operation, and what it answers.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

use gopherix_abi::{Errno, FileType, Mode, SetTime, Timespec};
use gopherix_host_native::disk::Disk;
use gopherix_kernel::platform::{HostDir, HostOpen};

use super::{CREATE, READ, WRITE, content, errno, fifo, on_both};

#[test]
fn the_default_way_works_on_this_host() {
    let temp = tempfile::tempdir().unwrap();
    fs::create_dir(temp.path().join("d")).unwrap();
    let disk = Disk::open(temp.path()).unwrap();
    assert_eq!(disk.stat(b"d").unwrap().kind, FileType::Directory);
    assert_eq!(Disk::open(&temp.path().join("gone")).err().unwrap().kind(), std::io::ErrorKind::NotFound);
    fs::write(temp.path().join("f"), b"").unwrap();
    assert!(Disk::open(&temp.path().join("f")).is_err(), "a file is no directory to grant");
}

#[test]
fn stat_tells_the_hosts_attributes() {
    on_both(|grant, disk| {
        let path = grant.join("a/b/file");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o4640)).unwrap();
        let (ours, host) = (disk.stat(b"a/b/file").unwrap(), fs::metadata(&path).unwrap());
        assert_eq!((ours.dev, ours.ino, ours.nlink), (host.dev(), host.ino(), host.nlink()));
        assert_eq!((ours.kind, ours.mode, ours.size), (FileType::Regular, Mode(0o4640), 6));
        assert_eq!((ours.uid, ours.gid, ours.blocks), (host.uid(), host.gid(), host.blocks()));
        assert_eq!((ours.mtime.sec, i64::from(ours.mtime.nsec)), (host.mtime(), host.mtime_nsec()));
        assert_eq!((ours.ctime.sec, i64::from(ours.ctime.nsec)), (host.ctime(), host.ctime_nsec()));
        assert_eq!(disk.open_file(b"a/b/file", READ).unwrap().stat().unwrap(), ours);
        assert_eq!(disk.stat(b"").unwrap().ino, fs::metadata(grant).unwrap().ino());
        assert_eq!(disk.stat(b"a").unwrap().kind, FileType::Directory);
        symlink("a/b", grant.join("link")).unwrap();
        let link = disk.stat(b"link").unwrap();
        assert_eq!((link.kind, link.size), (FileType::Symlink, 3));
        for (path, expected) in
            [(&b"no"[..], Errno::ENOENT), (b"a/no/x", Errno::ENOENT), (b"a/b/file/x", Errno::ENOTDIR)]
        {
            assert_eq!(errno(disk.stat(path)), expected);
        }
        assert_eq!(errno(disk.stat(&[b'n'; 300])), Errno::ENAMETOOLONG);
    });
}

#[test]
fn files_are_made_read_and_written() {
    on_both(|grant, disk| {
        for path in [&b"new"[..], b"a/b/new"] {
            let file = disk.open_file(path, CREATE).unwrap();
            assert_eq!(errno(disk.open_file(path, CREATE)), Errno::EEXIST);
            assert_eq!(file.write_at(b"hello", 2).unwrap(), 5);
            assert_eq!(content(&*file), b"\0\0hello");
            assert_eq!(file.append(b"!?").unwrap(), (2, 9));
            assert_eq!(file.append(b"").unwrap(), (0, 9));
            file.set_len(3).unwrap();
            assert_eq!(file.append(b"x").unwrap(), (1, 4));
            assert_eq!(file.read_at(&mut [0; 4], 100).unwrap(), 0);
            file.sync(false).unwrap();
            file.sync(true).unwrap();
            assert_eq!(content(&*disk.open_file(path, READ).unwrap()), b"\0\0hx");
            disk.open_file(path, HostOpen { truncate: true, ..WRITE }).unwrap();
            assert_eq!(file.stat().unwrap().size, 0);
        }
        let reader = disk.open_file(b"a/b/file", READ).unwrap();
        assert_eq!(errno(reader.write_at(b"x", 0)), Errno::EBADF);
        assert_eq!(fs::read(grant.join("a/b/file")).unwrap(), b"inside");
        assert_eq!(errno(disk.open_file(b"a/b", READ)), Errno::EISDIR);
        assert_eq!(errno(disk.open_file(b"a/b", WRITE)), Errno::EISDIR);
        assert_eq!(errno(disk.open_file(b"", READ)), Errno::EISDIR);
        assert_eq!(errno(disk.open_file(b"no", WRITE)), Errno::ENOENT);
    });
}

#[test]
fn appends_of_two_handles_never_overwrite_each_other() {
    on_both(|grant, disk| {
        let files = [disk.open_file(b"log", CREATE).unwrap(), disk.open_file(b"log", WRITE).unwrap()];
        std::thread::scope(|scope| {
            for file in &files {
                scope.spawn(|| {
                    for _ in 0..500 {
                        let (n, end) = file.append(b"0123456789").unwrap();
                        assert_eq!((n, end % 10), (10, 0));
                    }
                });
            }
        });
        assert_eq!(fs::read(grant.join("log")).unwrap(), b"0123456789".repeat(1000));
    });
}

#[test]
fn allocate_grows_and_refuses_nonsense() {
    on_both(|_, disk| {
        let file = disk.open_file(b"a/b/file", WRITE).unwrap();
        file.allocate(4, 8192).unwrap();
        assert_eq!(file.stat().unwrap().size, 8196);
        file.allocate(0, 10).unwrap();
        assert_eq!(file.stat().unwrap().size, 8196);
        assert_eq!(errno(file.allocate(0, 0)), Errno::EINVAL);
    });
}

#[test]
fn modes_are_taken_but_for_the_bits_that_lend_rights() {
    on_both(|grant, disk| {
        disk.open_file(b"a/f", HostOpen { create_new: Some(Mode(0o6700)), ..WRITE }).unwrap();
        disk.mkdir(b"a/d", Mode(0o6700)).unwrap();
        let mode = |name: &str| fs::metadata(grant.join(name)).unwrap().mode() & 0o7777;
        assert_eq!((mode("a/f"), mode("a/d")), (0o700, 0o700));
    });
}

#[test]
fn the_hosts_umask_takes_nothing_from_new_modes() {
    on_both(|grant, disk| {
        for path in ["f", "a/b/f"] {
            disk.open_file(path.as_bytes(), HostOpen { create_new: Some(Mode(0o1666)), ..WRITE }).unwrap();
            assert_eq!(fs::metadata(grant.join(path)).unwrap().mode() & 0o7777, 0o1666);
        }
        for path in ["d", "a/b/d"] {
            disk.mkdir(path.as_bytes(), Mode(0o1777)).unwrap();
            assert_eq!(fs::metadata(grant.join(path)).unwrap().mode() & 0o7777, 0o1777);
        }
    });
}

#[test]
fn modes_are_set_of_what_is_named_but_no_rights_are_lent() {
    on_both(|grant, disk| {
        let mode = |path: &str| fs::metadata(grant.join(path)).unwrap().mode() & 0o7777;
        for (path, bits) in [("a/b/file", 0o1640), ("a/b/file", 0), ("a", 0o2711), ("", 0o700), ("a/b/c", 0o6770)] {
            disk.set_mode(path.as_bytes(), Mode(bits)).unwrap();
            assert_eq!(mode(path), u32::from(bits), "{path}");
        }
        for bits in [0o4755, 0o2755] {
            assert_eq!(errno(disk.set_mode(b"a/b/file", Mode(bits))), Errno::EPERM);
        }
        fs::set_permissions(grant.join("a/b/file"), fs::Permissions::from_mode(0o4644)).unwrap();
        disk.set_mode(b"a/b/file", Mode(0o4600)).unwrap();
        let file = disk.open_file(b"a/b/file", READ).unwrap();
        file.set_mode(Mode(0o751)).unwrap();
        assert_eq!(mode("a/b/file"), 0o751);
        assert_eq!(errno(file.set_mode(Mode(0o4751))), Errno::EPERM, "it was taken away meanwhile");
        assert_eq!(errno(disk.set_mode(b"no", Mode(0))), Errno::ENOENT);
        assert_eq!(errno(disk.set_mode(b"a/b/file/x", Mode(0))), Errno::ENOTDIR);
    });
}

#[test]
fn owners_are_set_of_what_is_named() {
    on_both(|grant, disk| {
        symlink("b/file", grant.join("a/link")).unwrap();
        let own = fs::metadata(grant).unwrap();
        let (uid, gid) = (own.uid(), own.gid());
        for path in [&b""[..], b"a", b"a/b/file", b"a/link"] {
            disk.set_owner(path, Some(uid), Some(gid)).unwrap();
            disk.set_owner(path, None, None).unwrap();
        }
        disk.open_file(b"a/b/file", READ).unwrap().set_owner(None, Some(gid)).unwrap();
        let owner = |path: &str| {
            let meta = fs::symlink_metadata(grant.join(path)).unwrap();
            (meta.uid(), meta.gid())
        };
        if uid == 0 {
            disk.set_owner(b"a/link", Some(5), None).unwrap();
            assert_eq!((owner("a/link"), owner("a/b/file")), ((5, gid), (0, gid)), "of the link itself");
            disk.set_owner(b"a/b/file", None, Some(6)).unwrap();
            assert_eq!(owner("a/b/file"), (0, 6));
        } else {
            assert_eq!(errno(disk.set_owner(b"a/b/file", Some(0), None)), Errno::EPERM);
            assert_eq!(owner("a/b/file"), (uid, gid));
        }
        assert_eq!(errno(disk.set_owner(b"no", Some(uid), None)), Errno::ENOENT);
    });
}

#[test]
fn times_are_set_of_files_directories_and_links_themselves() {
    on_both(|grant, disk| {
        symlink("a", grant.join("link")).unwrap();
        let at = |sec| SetTime::At(Timespec { sec, nsec: 12_345 });
        for path in [&b""[..], b"a", b"a/b/file", b"link"] {
            disk.set_times(path, at(1000), at(-5)).unwrap();
            let stat = disk.stat(path).unwrap();
            assert_eq!((stat.atime.sec, stat.mtime), (1000, Timespec { sec: -5, nsec: 12_345 }));
        }
        let file = disk.open_file(b"a/b/file", READ).unwrap();
        file.set_times(SetTime::Omit, at(7)).unwrap();
        assert_eq!((file.stat().unwrap().atime.sec, file.stat().unwrap().mtime.sec), (1000, 7));
        disk.set_times(b"a/b/file", SetTime::Now, SetTime::Omit).unwrap();
        assert!(file.stat().unwrap().atime.sec > 1_000_000);
        assert_eq!(file.stat().unwrap().mtime.sec, 7);
    });
}

#[test]
fn directories_are_made_listed_and_removed() {
    on_both(|grant, disk| {
        disk.mkdir(b"a/n", Mode(0o755)).unwrap();
        assert_eq!(errno(disk.mkdir(b"a/n", Mode(0o755))), Errno::EEXIST);
        symlink("nowhere", grant.join("a/l")).unwrap();
        fifo(&grant.join("a/p"));
        fs::write(grant.join("a/f"), b"").unwrap();
        let list = |disk: &dyn HostDir, path: &[u8]| {
            let mut names: Vec<(String, FileType, u64)> = disk
                .entries(path)
                .unwrap()
                .into_iter()
                .map(|e| (String::from_utf8(e.name.into()).unwrap(), e.kind, e.ino))
                .collect();
            names.sort_by(|x, y| x.0.cmp(&y.0));
            names
        };
        let ino = |name: &str| fs::symlink_metadata(grant.join("a").join(name)).unwrap().ino();
        let expected = [
            ("b".to_string(), FileType::Directory, ino("b")),
            ("f".to_string(), FileType::Regular, ino("f")),
            ("l".to_string(), FileType::Symlink, ino("l")),
            ("n".to_string(), FileType::Directory, ino("n")),
            ("p".to_string(), FileType::Fifo, ino("p")),
        ];
        assert_eq!(list(&*disk, b"a"), expected);
        let a = disk.open_dir(b"a").unwrap();
        assert_eq!(list(&*a, b""), expected);
        assert_eq!(list(&*a, b""), expected, "a second listing starts anew");
        a.sync().unwrap();
        disk.sync().unwrap();
        assert_eq!(errno(disk.rmdir(b"a")), Errno::ENOTEMPTY);
        assert_eq!(errno(disk.rmdir(b"a/f")), Errno::ENOTDIR);
        assert_eq!(errno(disk.unlink(b"a/n")), Errno::EISDIR);
        disk.rmdir(b"a/n").unwrap();
        disk.unlink(b"a/l").unwrap();
        disk.unlink(b"a/f").unwrap();
        assert_eq!(errno(disk.unlink(b"a/f")), Errno::ENOENT);
        assert_eq!(errno(disk.entries(b"a/p")), Errno::ENOTDIR);
        assert_eq!(errno(disk.open_dir(b"a/p")), Errno::ENOTDIR);
        assert_eq!(errno(disk.open_dir(b"a/x")), Errno::ENOENT);
    });
}

#[test]
fn ten_thousand_entries_are_each_listed_once() {
    on_both(|grant, disk| {
        for i in 0..10_000 {
            fs::File::create(grant.join("a/b/c").join(format!("entry-{i:05}"))).unwrap();
        }
        let mut names: Vec<Box<[u8]>> = disk.entries(b"a/b/c").unwrap().into_iter().map(|e| e.name).collect();
        names.sort();
        let expected: Vec<Box<[u8]>> = (0..10_000).map(|i| format!("entry-{i:05}").into_bytes().into()).collect();
        assert!(names == expected);
    });
}

#[test]
fn links_and_renames_go_across_handles() {
    on_both(|grant, disk| {
        let (a, c) = (disk.open_dir(b"a").unwrap(), disk.open_dir(b"a/b/c").unwrap());
        a.link(b"b/file", &*c, b"hard").unwrap();
        assert_eq!(disk.stat(b"a/b/c/hard").unwrap().nlink, 2);
        a.rename(b"b/file", &*disk, b"moved").unwrap();
        assert_eq!(errno(a.stat(b"b/file")), Errno::ENOENT);
        assert_eq!(fs::read(grant.join("moved")).unwrap(), b"inside");
        c.rename(b"hard", &*a, b"b/again").unwrap();
        assert_eq!(disk.stat(b"a/b/again").unwrap().ino, disk.stat(b"moved").unwrap().ino);
        assert_eq!(errno(disk.rename(b"a", &*c, b"into-itself")), Errno::EINVAL);
        assert_eq!(errno(disk.link(b"a", &*disk, b"dir")), Errno::EPERM);
        assert_eq!(errno(disk.link(b"moved", &*a, b"b/again")), Errno::EEXIST);
        // A link itself is linked and moved, not what it names.
        disk.symlink(b"/etc/passwd", b"s").unwrap();
        disk.link(b"s", &*a, b"s2").unwrap();
        assert_eq!(a.readlink(b"s2").unwrap(), b"/etc/passwd");
        disk.rename(b"s", &*c, b"s3").unwrap();
        assert_eq!(disk.stat(b"a/b/c/s3").unwrap().kind, FileType::Symlink);
    });
}

#[test]
fn a_handle_stays_with_its_renamed_directory() {
    on_both(|grant, disk| {
        let b = disk.open_dir(b"a/b").unwrap();
        fs::rename(grant.join("a/b"), grant.join("elsewhere")).unwrap();
        assert_eq!(content(&*b.open_file(b"file", READ).unwrap()), b"inside");
        b.mkdir(b"made", Mode(0o755)).unwrap();
        assert!(grant.join("elsewhere/made").is_dir());
        assert_eq!(errno(disk.stat(b"a/b")), Errno::ENOENT);
    });
}
