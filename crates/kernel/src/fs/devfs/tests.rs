//! The devices as programs use them.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;

use gopherix_abi::{Errno, Fd, FileType, Mode, OpenFlags, SetTime, Timespec, Whence};

use crate::fs::booted::{BOTH, Booted, READ, WRITE, give, give_open};
use crate::memory::{SliceMemory, UserSlice};
use crate::task::{Limits, Process, ProcessSpec, Terminal};
use crate::testing::{Driven, TestPlatform, WALL_START};
use crate::vfs::walk::Tail;
use crate::vfs::{NodeRef, OpenHow, RenameFlags};

fn booted() -> (Booted, Arc<Process>) {
    let sys = Booted::new();
    let process = sys.process(ProcessSpec::default());
    (sys, process)
}

#[test]
fn the_directory_lists_what_it_finds() {
    let (sys, p) = booted();
    let names = ["fd", "full", "null", "ptmx", "pts", "random", "stderr", "stdin", "stdout", "tty", "urandom", "zero"];
    assert_eq!(sys.list(p.pid, "/dev").unwrap(), names);
    assert_eq!(sys.stat(p.pid, "/dev/sda"), Err(Errno::ENOENT));
    assert_eq!(sys.stat(p.pid, "/dev/null/x"), Err(Errno::ENOTDIR));
}

#[test]
fn attributes_are_those_of_devices_made_at_the_boot() {
    let (sys, p) = booted();
    sys.platform.advance(5_000_000_000);
    for name in ["null", "zero", "full", "random", "urandom", "tty", "ptmx"] {
        let stat = sys.stat(p.pid, &format!("/dev/{name}")).unwrap();
        assert_eq!((stat.kind, stat.mode, stat.size), (FileType::CharDevice, Mode(0o666), 0), "{name}");
        assert_eq!((stat.mtime, stat.ctime), (WALL_START, WALL_START));
    }
    let root = sys.stat(p.pid, "/dev").unwrap();
    assert_eq!((root.kind, root.mode), (FileType::Directory, Mode(0o755)));
}

#[test]
fn reading_and_writing_are_each_devices_own() {
    let (sys, p) = booted();
    for (name, read, written) in [
        ("null", Some(0), Ok(3)),
        ("zero", Some(4), Ok(3)),
        ("full", Some(4), Err(Errno::ENOSPC)),
        ("random", None, Ok(3)),
    ] {
        let open = sys.open(p.pid, &format!("/dev/{name}"), BOTH).unwrap();
        let mut buf = [9; 4];
        let n = open.read(&mut buf).unwrap();
        if let Some(read) = read {
            assert_eq!((n, &buf[..n]), (read, &[0; 4][..read]), "{name}");
        }
        assert_eq!(open.write(b"abc").map_err(|e| e.errno), written, "{name}");
        assert_eq!(open.write_at(b"abc", 1 << 40).map_err(|e| e.errno), written, "{name}");
        open.set_flags(OpenFlags::APPEND | OpenFlags::SYNC);
        assert_eq!(open.write(b"abc").map_err(|e| e.errno), written, "{name}");
    }
}

#[test]
fn random_is_the_platforms_entropy() {
    let (sys, p) = booted();
    let (mut one, mut two, mut expected) = ([0; 20], [0; 20], [0; 40]);
    assert_eq!(sys.open(p.pid, "/dev/random", READ).unwrap().read(&mut one), Ok(20));
    assert_eq!(sys.open(p.pid, "/dev/urandom", READ).unwrap().read(&mut two), Ok(20));
    let same = TestPlatform::new(1, 7);
    crate::platform::Platform::fill_random(&*same, &mut expected[..20]).unwrap();
    crate::platform::Platform::fill_random(&*same, &mut expected[20..]).unwrap();
    assert_eq!([one, two].concat(), expected);
    assert_ne!(one, two);
}

#[test]
fn devices_seek_but_have_no_size() {
    let (sys, p) = booted();
    let open = sys.open(p.pid, "/dev/zero", BOTH).unwrap();
    assert_eq!(open.seek(0, Whence::End), Ok(0));
    assert_eq!(open.seek(1 << 40, Whence::Set), Ok(1 << 40));
    assert_eq!(open.read(&mut [1; 3]), Ok(3));
    let file = open.file();
    assert_eq!(file.truncate(0).map_err(|e| e.errno), Err(Errno::EINVAL));
    assert_eq!(file.allocate(0, 1).map_err(|e| e.errno), Err(Errno::ENODEV));
    assert_eq!(file.sync(false).map_err(|e| e.errno), Err(Errno::EINVAL));
    assert!(!file.is_terminal() && !file.stores());
}

/// Limits are on files: what a device swallows is not counted, however much it is.
#[test]
fn writing_to_a_device_uses_no_limit() {
    let sys = Booted::new();
    let limits = Limits { total_written: Some(4), file_size: Some(4), ..Limits::default() };
    let p = sys.process(ProcessSpec { limits, ..ProcessSpec::default() });
    give_open(&p, 1, sys.open(p.pid, "/dev/null", WRITE).unwrap());
    let mut cx = sys.kernel.create_thread(&p);
    let mut bytes = [0; 16];
    let mut mem = SliceMemory(&mut bytes);
    let bufs = [UserSlice { ptr: 0, len: 16 }];
    for _ in 0..2 {
        let written = Driven::new(cx.sys_write(&mut mem, Fd(1), &bufs)).poll();
        assert_eq!(written, Poll::Ready(Ok(16)));
    }
    assert_eq!(cx.sys_pwrite(&mut mem, Fd(1), &bufs, 1 << 40), Ok(16));
    assert_eq!(p.usage.written.load(Ordering::Relaxed), 0);
}

#[test]
fn touching_a_device_succeeds_and_changes_nothing() {
    let (sys, p) = booted();
    let time = SetTime::At(Timespec { sec: 1, nsec: 0 });
    let place = sys.find(p.pid, "/dev/null", Tail::Follow).unwrap();
    assert_eq!(place.node().set_times(time, SetTime::Now), Ok(()));
    assert_eq!(sys.open(p.pid, "/dev/null", WRITE).unwrap().file().set_times(time, time), Ok(()));
    assert_eq!(place.node().stat().unwrap().mtime, WALL_START);
}

#[test]
fn nobody_changes_the_directory() {
    let (sys, p) = booted();
    let place = sys.find(p.pid, "/dev", Tail::Follow).unwrap();
    let how = OpenHow { caller: p.pid, read: false, write: true, truncate: false };
    let null: NodeRef = sys.find(p.pid, "/dev/null", Tail::Follow).unwrap().node().clone();
    let dir = place.node().as_directory().unwrap();
    let answers = [
        dir.create(b"x", Mode(0o644), how).map(|_| ()),
        dir.mkdir(b"x", Mode(0o755)),
        dir.symlink(b"x", b"null"),
        dir.link(b"x", &null),
        dir.unlink(b"null"),
        dir.rmdir(b"null"),
        dir.rename(b"null", place.node(), b"x", RenameFlags::empty()),
        place.node().set_times(SetTime::Now, SetTime::Now),
    ];
    for (i, answer) in answers.into_iter().enumerate() {
        assert_eq!(answer.map_err(|e| e.errno), Err(Errno::EACCES), "{i}");
    }
    assert_eq!(place.node().set_times(SetTime::Omit, SetTime::Now).map_err(|e| e.errno), Err(Errno::EPERM));
    assert_eq!(place.node().set_times(SetTime::Omit, SetTime::Omit), Ok(()));
    for refused in [place.node().set_mode(Mode(0)), place.node().set_owner(Some(1), None)] {
        assert_eq!(refused.map_err(|e| e.errno), Err(Errno::EPERM));
    }
    assert_eq!(place.node().open(how).err().map(|e| e.errno), Some(Errno::EISDIR));
    assert!(place.mount().check_writable().is_ok(), "devices themselves are written");
}

#[test]
fn tty_without_a_terminal_is_enxio() {
    let (sys, p) = booted();
    assert_eq!(sys.open(p.pid, "/dev/tty", BOTH).err(), Some(Errno::ENXIO));
    // A terminal that is open, but controls nobody.
    let master = sys.open(p.pid, "/dev/ptmx", BOTH).unwrap();
    give_open(&p, 0, sys.open(p.pid, "/dev/pts/0", BOTH).unwrap());
    assert_eq!(sys.open(p.pid, "/dev/tty", READ).err(), Some(Errno::ENXIO));
    assert_eq!(sys.stat(p.pid, "/dev/tty").map(|s| s.kind), Ok(FileType::CharDevice));
    drop(master);
}

#[test]
fn tty_is_the_sessions_terminal() {
    let (sys, p) = booted();
    let other = sys.process(ProcessSpec::default());
    let master = sys.open(p.pid, "/dev/ptmx", BOTH).unwrap();
    master.file().master().unwrap().tty().acquire(&p).unwrap();
    let open = sys.open(p.pid, "/dev/tty", BOTH).unwrap();
    assert!(open.file().is_terminal() && !open.file().seekable());
    assert_eq!(open.write(b"hello"), Ok(5));
    let mut buf = [0; 8];
    assert_eq!(master.read(&mut buf), Ok(5));
    assert_eq!(sys.open(other.pid, "/dev/tty", BOTH).err(), Some(Errno::ENXIO));
}

#[test]
fn terminals_have_names_while_their_masters_are_open() {
    let (sys, p) = booted();
    assert_eq!(sys.list(p.pid, "/dev/pts").unwrap(), [""; 0]);
    let masters: Vec<_> = (0..3).map(|_| sys.open(p.pid, "/dev/ptmx", BOTH).unwrap()).collect();
    assert_eq!(sys.list(p.pid, "/dev/pts").unwrap(), ["0", "1", "2"]);
    let stat = sys.stat(p.pid, "/dev/pts/1").unwrap();
    assert_eq!((stat.kind, stat.mode), (FileType::CharDevice, Mode(0o620)));
    for name in ["3", "01", "+1", "-1", "x", "4294967296"] {
        assert_eq!(sys.stat(p.pid, &format!("/dev/pts/{name}")), Err(Errno::ENOENT), "{name}");
    }
    let mut masters = masters;
    drop(masters.remove(1));
    assert_eq!(sys.list(p.pid, "/dev/pts").unwrap(), ["0", "2"]);
    masters.push(sys.open(p.pid, "/dev/ptmx", BOTH).unwrap());
    assert_eq!(sys.list(p.pid, "/dev/pts").unwrap(), ["0", "1", "2"], "the lowest free number");
}

#[test]
fn standard_streams_are_links_to_the_callers_own() {
    let (sys, p) = booted();
    let (reader, writer) = crate::ipc::pipe::pipe();
    give(&p, 0, reader, READ);
    give(&p, 1, writer, WRITE);
    assert_eq!(sys.readlink(p.pid, "/dev/stdout").as_deref(), Ok("/proc/self/fd/1"));
    assert_eq!(sys.open(p.pid, "/dev/stdout", WRITE).unwrap().write(b"hi"), Ok(2));
    let mut buf = [0; 8];
    assert_eq!(sys.open(p.pid, "/dev/stdin", READ).unwrap().read(&mut buf), Ok(2));
    assert_eq!(sys.list(p.pid, "/dev/fd").unwrap(), ["0", "1"]);
    assert_eq!(sys.open(p.pid, "/dev/stderr", WRITE).err(), Some(Errno::ENOENT));
}
