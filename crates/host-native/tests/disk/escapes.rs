//! Ways out of the granted directory, all closed.

use std::fs;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{MetadataExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use gopherix_abi::{Errno, FileType, Mode, SetTime};
use gopherix_host_native::disk::{Disk, Walk};
use gopherix_kernel::SysResult;
use gopherix_kernel::platform::{HostDir, HostOpen};
use rustix::fs::{CWD, RenameFlags};

use super::{CREATE, READ, SECRET, WRITE, content, errno, fifo, on_both};

const TRUNCATE: HostOpen = HostOpen { truncate: true, ..WRITE };
const DIR: Mode = Mode(0o755);

/// Every operation on `path`, `a/b/file` being the other name where two are needed.
fn every_operation(disk: &dyn HostDir, path: &[u8]) -> Vec<(&'static str, SysResult<()>)> {
    let good = b"a/b/file";
    vec![
        ("stat", disk.stat(path).map(drop)),
        ("open", disk.open_file(path, READ).map(drop)),
        ("open for writing", disk.open_file(path, WRITE).map(drop)),
        ("truncate", disk.open_file(path, TRUNCATE).map(drop)),
        ("create", disk.open_file(path, CREATE).map(drop)),
        ("open_dir", disk.open_dir(path).map(drop)),
        ("entries", disk.entries(path).map(drop)),
        ("mkdir", disk.mkdir(path, DIR)),
        ("symlink", disk.symlink(b"x", path)),
        ("readlink", disk.readlink(path).map(drop)),
        ("set_times", disk.set_times(path, SetTime::Now, SetTime::Now)),
        ("set_mode", disk.set_mode(path, DIR)),
        ("set_owner", disk.set_owner(path, None, None)),
        ("link from", disk.link(path, disk, b"a/new")),
        ("link to", disk.link(good, disk, path)),
        ("rename from", disk.rename(path, disk, b"a/new")),
        ("rename to", disk.rename(good, disk, path)),
        ("unlink", disk.unlink(path)),
        ("rmdir", disk.rmdir(path)),
    ]
}

#[test]
fn paths_that_are_not_plain_are_refused_by_every_operation() {
    on_both(|grant, disk| {
        let absolute = grant.join("a").into_os_string().into_encoded_bytes();
        let bad: [&[u8]; 13] = [
            b"..",
            b".",
            b"a/..",
            b"../secret",
            b"a/../../secret",
            b"a/./b",
            b"a/b/.",
            b"/",
            &absolute,
            b"a//b",
            b"a/",
            b"\0",
            b"a/b/file\0/../../..",
        ];
        for path in bad {
            for (call, result) in every_operation(&*disk, path) {
                assert_eq!(errno(result), Errno::EINVAL, "{call} {}", path.escape_ascii());
            }
        }
        assert_eq!(fs::read(grant.join("a/b/file")).unwrap(), b"inside");
    });
}

#[test]
fn the_directory_itself_is_no_entry() {
    on_both(|grant, disk| {
        assert_eq!(errno(disk.mkdir(b"", DIR)), Errno::EINVAL);
        assert_eq!(errno(disk.unlink(b"")), Errno::EINVAL);
        assert_eq!(errno(disk.rmdir(b"")), Errno::EINVAL);
        assert_eq!(errno(disk.rename(b"", &*disk, b"x")), Errno::EINVAL);
        assert_eq!(errno(disk.rename(b"a", &*disk, b"")), Errno::EINVAL);
        assert_eq!(errno(disk.symlink(b"x", b"")), Errno::EINVAL);
        assert_eq!(errno(disk.readlink(b"")), Errno::EINVAL);
        assert!(disk.open_file(b"", CREATE).is_err());
        assert!(grant.join("a").is_dir());
    });
}

#[test]
fn a_link_in_the_last_place_is_never_followed() {
    on_both(|grant, disk| {
        let secret = grant.parent().unwrap().join("secret");
        let before = fs::metadata(&secret).unwrap();
        for target in [secret.as_path(), Path::new("../secret"), Path::new("../../../../../../../../etc/passwd")] {
            for name in ["link", "a/b/link"] {
                let path = name.as_bytes();
                let target = if name == "link" { target.to_path_buf() } else { Path::new("../..").join(target) };
                symlink(&target, grant.join(name)).unwrap();
                assert_eq!(disk.stat(path).unwrap().kind, FileType::Symlink);
                for how in [READ, WRITE, TRUNCATE] {
                    assert_eq!(errno(disk.open_file(path, how)), Errno::ELOOP);
                }
                assert_eq!(errno(disk.open_file(path, CREATE)), Errno::EEXIST);
                assert_eq!(disk.readlink(path).unwrap(), target.as_os_str().as_encoded_bytes());
                disk.set_times(path, SetTime::Now, SetTime::Now).unwrap();
                disk.unlink(path).unwrap();
            }
        }
        symlink("../outside", grant.join("dir")).unwrap();
        assert_eq!(errno(disk.open_dir(b"dir")), Errno::ENOTDIR);
        assert_eq!(errno(disk.entries(b"dir")), Errno::ENOTDIR);
        assert_eq!(errno(disk.rmdir(b"dir")), Errno::ENOTDIR);
        let after = fs::metadata(&secret).unwrap();
        assert_eq!((after.ctime(), after.ctime_nsec()), (before.ctime(), before.ctime_nsec()));
        assert_eq!(fs::read(secret).unwrap(), SECRET);
    });
}

#[test]
fn a_dangling_link_does_not_create_its_target() {
    on_both(|grant, disk| {
        symlink("../made", grant.join("link")).unwrap();
        assert_eq!(errno(disk.open_file(b"link", CREATE)), Errno::EEXIST);
        assert_eq!(errno(disk.mkdir(b"link", DIR)), Errno::EEXIST);
        assert_eq!(errno(disk.open_file(b"link", WRITE)), Errno::ELOOP);
        assert!(!grant.parent().unwrap().join("made").exists());
    });
}

#[test]
fn a_link_in_the_middle_is_eloop_for_every_operation() {
    on_both(|grant, disk| {
        let outside = grant.parent().unwrap().join("outside");
        symlink(&outside, grant.join("absolute")).unwrap();
        symlink("../outside", grant.join("relative")).unwrap();
        symlink("../../../outside", grant.join("a/b/deep")).unwrap();
        symlink("a/b", grant.join("within")).unwrap();
        for path in ["absolute/file", "relative/file", "a/b/deep/file", "within/file", "within/c/x", "relative/x/y"] {
            for (call, result) in every_operation(&*disk, path.as_bytes()) {
                assert_eq!(errno(result), Errno::ELOOP, "{call} {path}");
            }
        }
        assert_eq!(fs::read(outside.join("file")).unwrap(), SECRET);
        assert_eq!(fs::read_dir(outside).unwrap().count(), 1);
        assert_eq!(fs::read(grant.join("a/b/file")).unwrap(), b"inside");
    });
}

/// Exchanges two names as fast as it can until told to stop.
fn exchange(x: &Path, y: &Path, stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) {
        rustix::fs::renameat_with(CWD, x, CWD, y, RenameFlags::EXCHANGE).unwrap();
    }
}

/// Calls `probe` while the names `x` and `y` are being exchanged, at least `rounds` times and until it has answered both
/// `true` (got through) and `false` (was refused), so that the race was really run.
fn while_exchanging(x: &Path, y: &Path, rounds: usize, mut probe: impl FnMut(usize) -> bool) {
    let stop = AtomicBool::new(false);
    let mut seen = [0_usize; 2];
    std::thread::scope(|scope| {
        scope.spawn(|| exchange(x, y, &stop));
        // A failed assertion must end the other thread too, or the scope never does.
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            for round in 0..1_000_000 {
                seen[usize::from(probe(round))] += 1;
                if round >= rounds && seen.iter().all(|n| *n > 0) {
                    break;
                }
            }
        }));
        stop.store(true, Ordering::Relaxed);
        if let Err(panic) = outcome {
            std::panic::resume_unwind(panic);
        }
    });
    assert!(seen.iter().all(|n| *n > 0), "refused and let through: {seen:?}");
}

#[test]
fn a_directory_that_turns_into_a_link_lets_nothing_out() {
    on_both(|grant, disk| {
        let outside = grant.parent().unwrap().join("outside");
        let secret = fs::metadata(outside.join("file")).unwrap().ino();
        fs::create_dir(grant.join("swap")).unwrap();
        fs::write(grant.join("swap/file"), b"inside").unwrap();
        symlink(&outside, grant.join("evil")).unwrap();
        let refused = |e: Errno| assert!(matches!(e, Errno::ELOOP | Errno::ENOTDIR), "{e}");
        while_exchanging(&grant.join("swap"), &grant.join("evil"), 5000, |round| {
            let mut through = false;
            match disk.stat(b"swap/file") {
                Ok(stat) => assert_ne!(stat.ino, secret),
                Err(e) => refused(e.errno),
            }
            match disk.open_file(b"swap/file", WRITE) {
                Ok(file) => {
                    assert_eq!(content(&*file), b"inside");
                    through = true;
                }
                Err(e) => refused(e.errno),
            }
            match disk.open_dir(b"swap") {
                Ok(dir) => assert_eq!(content(&*dir.open_file(b"file", READ).unwrap()), b"inside"),
                Err(e) => refused(e.errno),
            }
            let new = format!("swap/new-{round}").into_bytes();
            let changes: [SysResult<()>; 6] = [
                disk.open_file(&new, CREATE).map(drop),
                disk.mkdir(&new, DIR).or_else(|e| if e.errno == Errno::EEXIST { Ok(()) } else { Err(e) }),
                disk.set_times(b"swap/file", SetTime::Now, SetTime::Now),
                disk.unlink(&new).or_else(|e| if e.errno == Errno::ENOENT { Ok(()) } else { Err(e) }),
                disk.rmdir(&new)
                    .or_else(|e| if matches!(e.errno, Errno::ENOENT | Errno::ENOTDIR) { Ok(()) } else { Err(e) }),
                disk.entries(b"swap").map(drop),
            ];
            for change in changes {
                if let Err(e) = change {
                    // A directory that mkdir made where create was refused answers EISDIR to unlink.
                    if e.errno != Errno::EISDIR {
                        refused(e.errno);
                    }
                }
            }
            through
        });
        let left: Vec<_> = fs::read_dir(&outside).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(left, ["file"]);
        assert_eq!(fs::read(outside.join("file")).unwrap(), SECRET);
    });
}

#[test]
fn a_file_that_turns_into_a_link_or_a_fifo_lets_nothing_out_and_nothing_hangs() {
    on_both(|grant, disk| {
        let secret = grant.parent().unwrap().join("secret");
        symlink(&secret, grant.join("link")).unwrap();
        fifo(&grant.join("fifo"));
        for (evil, expected) in [("link", Errno::ELOOP), ("fifo", Errno::ENXIO)] {
            let name = format!("beside-{evil}");
            let path = name.as_bytes();
            fs::write(grant.join(&name), b"inside").unwrap();
            while_exchanging(&grant.join(&name), &grant.join(evil), 15_000, |_| {
                let how = HostOpen { read: false, write: true, truncate: false, create_new: None };
                match (disk.open_file(path, READ), disk.open_file(path, how)) {
                    (Ok(file), _) => {
                        assert_eq!(content(&*file), b"inside");
                        true
                    }
                    (Err(e), written) => {
                        assert_eq!(e.errno, expected);
                        assert!(written.err().is_none_or(|e| e.errno == expected));
                        false
                    }
                }
            });
        }
        assert_eq!(fs::read(secret).unwrap(), SECRET);
    });
}

#[test]
fn a_directory_moved_out_is_not_reached_from_the_root() {
    on_both(|grant, disk| {
        let b = disk.open_dir(b"a/b").unwrap();
        fs::rename(grant.join("a/b"), grant.parent().unwrap().join("moved")).unwrap();
        assert_eq!(errno(disk.stat(b"a/b")), Errno::ENOENT);
        assert_eq!(errno(disk.open_file(b"a/b/file", READ)), Errno::ENOENT);
        // The handle itself stays good, as any directory descriptor, but leads nowhere else.
        assert_eq!(content(&*b.open_file(b"file", READ).unwrap()), b"inside");
        assert_eq!(errno(b.stat(b"..")), Errno::EINVAL);
        assert_eq!(errno(b.open_file(b"../secret", READ)), Errno::EINVAL);
        assert_eq!(errno(b.open_dir(b"c/../..")), Errno::EINVAL);
    });
}

#[test]
fn magic_links_are_not_followed() {
    let temp = tempfile::tempfile().unwrap();
    let fd = format!("fd/{}", temp.as_raw_fd()).into_bytes();
    for walk in [Walk::Openat2, Walk::Stepwise] {
        let proc = Disk::open_with(Path::new("/proc/self"), walk).unwrap();
        assert_eq!(proc.stat(&fd).unwrap().kind, FileType::Symlink);
        assert_eq!(errno(proc.open_file(&fd, WRITE)), Errno::ELOOP);
        assert_eq!(errno(proc.open_file(b"exe", READ)), Errno::ELOOP);
        assert_eq!(errno(proc.open_dir(b"root")), Errno::ENOTDIR);
        assert_eq!(errno(proc.entries(b"cwd")), Errno::ENOTDIR);
        assert_eq!(errno(proc.stat(b"root/etc")), Errno::ELOOP);
        assert_eq!(errno(proc.open_file(b"root/etc/passwd", READ)), Errno::ELOOP);
        assert_eq!(errno(proc.open_file(b"cwd/new", CREATE)), Errno::ELOOP);
        let all = Disk::open_with(Path::new("/proc"), walk).unwrap();
        assert_eq!(errno(all.stat(b"self/status")), Errno::ELOOP);
    }
}

#[test]
fn fifos_and_sockets_do_not_open_and_do_not_hang() {
    on_both(|grant, disk| {
        fifo(&grant.join("fifo"));
        fifo(&grant.join("a/b/fifo"));
        let _socket = UnixListener::bind(grant.join("socket")).unwrap();
        for path in [&b"fifo"[..], b"a/b/fifo", b"socket"] {
            for how in [READ, WRITE, TRUNCATE, HostOpen { read: false, ..WRITE }] {
                assert_eq!(errno(disk.open_file(path, how)), Errno::ENXIO);
            }
        }
        assert_eq!(disk.stat(b"fifo").unwrap().kind, FileType::Fifo);
        assert_eq!(disk.stat(b"socket").unwrap().kind, FileType::SocketStream);
    });
}

#[test]
fn only_the_memory_devices_open() {
    for walk in [Walk::Openat2, Walk::Stepwise] {
        let dev = Disk::open_with(Path::new("/dev"), walk).unwrap();
        let null = dev.open_file(b"null", WRITE).unwrap();
        assert_eq!(null.write_at(b"gone", 7).unwrap(), 4);
        assert_eq!(null.append(b"gone").unwrap().0, 4);
        assert_eq!(null.read_at(&mut [0; 4], 0).unwrap(), 0);
        let mut buf = [1; 4];
        assert_eq!(dev.open_file(b"zero", READ).unwrap().read_at(&mut buf, 99).unwrap(), 4);
        assert_eq!(buf, [0; 4]);
        assert_eq!(errno(dev.open_file(b"full", WRITE).unwrap().write_at(b"x", 0)), Errno::ENOSPC);
        assert_eq!(dev.open_file(b"urandom", READ).unwrap().read_at(&mut buf, 0).unwrap(), 4);
        assert_eq!(dev.stat(b"tty").unwrap().kind, FileType::CharDevice);
        assert_eq!(errno(dev.open_file(b"tty", READ)), Errno::EACCES);
    }
}

#[test]
fn the_hosts_processes_are_closed() {
    for walk in [Walk::Openat2, Walk::Stepwise] {
        let proc = Disk::open_with(Path::new("/proc"), walk).unwrap();
        for name in ["environ", "mem", "maps"] {
            let path = format!("{}/{name}", std::process::id()).into_bytes();
            assert_eq!(proc.stat(&path).unwrap().kind, FileType::Regular);
            assert_eq!(errno(proc.open_file(&path, READ)), Errno::EACCES);
        }
        let mem = format!("{}/mem", std::process::id()).into_bytes();
        assert_eq!(errno(proc.open_file(&mem, WRITE)), Errno::EACCES);
        assert_eq!(errno(proc.open_file(b"meminfo", READ)), Errno::EACCES);
    }
}

#[test]
fn modes_and_owners_of_what_a_link_leads_to_stay() {
    on_both(|grant, disk| {
        let outside = grant.parent().unwrap().join("outside");
        std::os::unix::fs::symlink(&outside, grant.join("way")).unwrap();
        std::os::unix::fs::symlink(outside.join("file"), grant.join("link")).unwrap();
        let before = fs::metadata(outside.join("file")).unwrap();
        assert_eq!(errno(disk.set_mode(b"link", Mode(0o777))), Errno::ENOTSUP);
        assert_eq!(errno(disk.set_mode(b"way/file", Mode(0o777))), Errno::ELOOP);
        assert_eq!(errno(disk.set_owner(b"way/file", None, None)), Errno::ELOOP);
        assert_eq!(errno(disk.set_mode(b"../secret", Mode(0o777))), Errno::EINVAL);
        disk.set_owner(b"link", None, None).unwrap();
        let after = fs::metadata(outside.join("file")).unwrap();
        assert_eq!(
            (before.mode(), before.ctime(), before.ctime_nsec()),
            (after.mode(), after.ctime(), after.ctime_nsec())
        );
    });
}

#[test]
fn devices_and_the_hosts_processes_keep_mode_and_owner() {
    let dev = Disk::open(Path::new("/dev")).unwrap();
    let null = dev.stat(b"null").unwrap();
    assert_eq!(errno(dev.set_mode(b"null", null.mode)), Errno::EPERM);
    assert_eq!(errno(dev.set_owner(b"null", None, None)), Errno::EPERM);
    let open = dev.open_file(b"null", READ).unwrap();
    assert_eq!(errno(open.set_mode(null.mode)), Errno::EPERM);
    assert_eq!(errno(open.set_owner(None, None)), Errno::EPERM);
    let proc = Disk::open(Path::new("/proc/self")).unwrap();
    assert_eq!(errno(proc.set_mode(b"status", Mode(0o444))), Errno::EACCES);
}
