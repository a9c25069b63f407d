//! procfs as parsers of Linux's files read it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use gopherix_abi::{Errno, Fd, FileType, Mode, Pid, SetTime, Signal, Stat, Timespec, Whence};

use super::system::FILE_SYSTEMS;
use crate::error::SysResult;
use crate::file::File;
use crate::fs::booted::{BOTH, Booted, READ, WRITE, give, give_open};
use crate::fs::overlayfs::OverlayFs;
use crate::fs::tests::memfs;
use crate::ipc::pipe::pipe;
use crate::net::{anonymous_stat, next_ino};
use crate::os_wasm;
use crate::task::{Credentials, Cx, Limits, Process, ProcessSpec};
use crate::testing::{Driven, WALL_START};
use crate::vfs::walk::{Start, Tail, walk};
use crate::vfs::{FileSystem, MagicTarget, OpenHow, RenameFlags};

/// A file of a given type without a place.
struct Nameless(FileType, u64, bool);

impl File for Nameless {
    fn stat(&self) -> SysResult<Stat> {
        Ok(anonymous_stat(self.0, self.1))
    }
    fn is_socket(&self) -> bool {
        self.0 == FileType::SocketStream
    }
    fn is_terminal(&self) -> bool {
        self.2
    }
}

fn spec() -> ProcessSpec {
    ProcessSpec {
        args: vec![b"/bin/a program".to_vec(), b"".to_vec(), b"x\ny".to_vec()],
        env: vec![b"A=1".to_vec(), b"B=".to_vec()],
        cwd: b"/dev".to_vec(),
        limits: Limits { memory: Some(1 << 20), cpu_time_ns: Some(1), open_files: 16, ..Limits::default() },
        module_bytes: 0x1234,
        credentials: Credentials { uid: 1000, gid: 100, groups: vec![4, 100] },
        umask: Mode(0o27),
        ..ProcessSpec::default()
    }
}

fn booted() -> (Booted, Arc<Process>) {
    let sys = Booted::new();
    let process = sys.process(spec());
    (sys, process)
}

fn running(sys: &Booted, process: &Arc<Process>) -> Cx {
    os_wasm::osinit(&sys.kernel, process, Vec::new()).unwrap();
    let mut cx = os_wasm::mpreinit(&sys.kernel, process);
    assert!(Driven::new(os_wasm::minit(&mut cx)).poll().is_ready());
    cx
}

/// Lines of `name:value`, the value without white space around it.
fn fields(text: &str) -> BTreeMap<&str, &str> {
    assert!(text.ends_with('\n'));
    text.lines().map(|line| line.split_once(':').unwrap()).map(|(name, value)| (name, value.trim())).collect()
}

#[test]
fn directories_list_what_they_find() {
    let (sys, p) = booted();
    let other = sys.process(ProcessSpec::default());
    let root = sys.list(p.pid, "/proc").unwrap();
    assert_eq!(root, ["1", "2", "cpuinfo", "filesystems", "mounts", "self", "sys", "uptime", "version"]);
    let names =
        ["cmdline", "comm", "cwd", "environ", "exe", "fd", "io", "limits", "maps", "mounts", "root", "stat", "status"];
    assert_eq!(sys.list(p.pid, "/proc/self").unwrap(), names);
    assert_eq!(sys.list(p.pid, &format!("/proc/{}", other.pid)).unwrap(), names);
    for missing in ["x", "0", "3", "01", "+1", "-1", "99999999999", "self/fd/0", "self/fd/x"] {
        assert_eq!(sys.stat(p.pid, &format!("/proc/{missing}")), Err(Errno::ENOENT), "{missing}");
    }
}

#[test]
fn no_two_nodes_have_the_same_number() {
    let (sys, p) = booted();
    for fd in 0..16 {
        give(&p, fd, pipe().0, READ);
    }
    let mut seen = BTreeMap::new();
    for dir in ["/proc", "/proc/1", "/proc/1/fd"] {
        for name in sys.list(p.pid, dir).unwrap() {
            let path = format!("{dir}/{name}");
            let ino = sys.stat(p.pid, &path).unwrap().ino;
            assert_eq!(seen.insert(ino, path), None);
        }
    }
}

#[test]
fn self_is_whoever_asks() {
    let (sys, p) = booted();
    let other = sys.process(ProcessSpec::default());
    assert_eq!(sys.readlink(p.pid, "/proc/self").as_deref(), Ok("1"));
    assert_eq!(sys.readlink(other.pid, "/proc/self").as_deref(), Ok("2"));
    assert_eq!(sys.readlink(Pid(0), "/proc/self"), Err(Errno::ENOENT));
    assert_eq!(sys.read(other.pid, "/proc/self/cmdline").as_deref(), Ok(""));
    assert_eq!(sys.readlink(p.pid, "/proc/mounts").as_deref(), Ok("self/mounts"));
}

#[test]
fn maps_has_the_code_and_the_memory() {
    let (sys, p) = booted();
    p.usage.memory.store(0x20000, std::sync::atomic::Ordering::Relaxed);
    let maps = sys.read(p.pid, "/proc/self/maps").unwrap();
    let lines: Vec<&str> = maps.lines().collect();
    assert_eq!(lines[0], "00000000-00001234 r-xp 00000000 00:00 0 /bin/a program");
    assert_eq!(lines[1], "00000000-00020000 rw-p 00000000 00:00 0 [heap]");
}

#[test]
fn status_is_read_line_by_line() {
    let (sys, p) = booted();
    let cx = running(&sys, &p);
    assert!(p.usage.grow_memory(&p.limits, 300 << 10) && p.usage.grow_memory(&p.limits, 256 << 10));
    p.set_ignored(Signal::SIGPIPE, true);
    p.parent.store(7, Ordering::Relaxed);
    give(&p, 4, pipe().0, READ);
    let text = sys.read(p.pid, "/proc/self/status").unwrap();
    let expected = "Name:\ta program\nUmask:\t0027\nState:\tR (running)\nTgid:\t1\nPid:\t1\nPPid:\t7\n\
                    Uid:\t1000\t1000\t1000\t1000\nGid:\t100\t100\t100\t100\nFDSize:\t5\nGroups:\t4 100 \nNSpgid:\t1\nNSsid:\t1\n\
                    VmPeak:\t     300 kB\nVmSize:\t     256 kB\nVmHWM:\t     300 kB\nVmRSS:\t     256 kB\n\
                    Threads:\t1\nShdPnd:\t0000000000000000\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000001000\n\
                    SigCgt:\t0000000000000000\n";
    assert_eq!(text, expected);
    assert_eq!(fields(&text)["VmRSS"], "256 kB");
    drop(cx);
}

#[test]
fn the_state_follows_the_threads() {
    let (sys, p) = booted();
    let state = || fields(&sys.read(p.pid, "/proc/1/status").unwrap())["State"].to_string();
    let letter = || sys.read(p.pid, "/proc/1/stat").unwrap().rsplit_once(") ").unwrap().1[..1].to_string();
    assert_eq!((state(), letter()), ("S (sleeping)".into(), "S".into()));
    let mut cx = running(&sys, &p);
    assert_eq!((state(), letter()), ("R (running)".into(), "R".into()));
    let mut sleep = Driven::new(os_wasm::usleep_no_g(&mut cx, u64::MAX));
    assert!(sleep.poll().is_pending());
    assert_eq!((state(), letter()), ("S (sleeping)".into(), "S".into()));
}

#[test]
fn names_cannot_forge_lines() {
    let sys = Booted::new();
    let p = sys.process(ProcessSpec { args: vec![b"a\nPid:\\9) R and more".to_vec()], ..spec() });
    let status = sys.read(p.pid, "/proc/self/status").unwrap();
    assert_eq!(status.lines().next(), Some("Name:\ta\\nPid:\\\\9) R and"));
    assert_eq!(fields(&status)["Pid"], "1");
    assert_eq!(sys.read(p.pid, "/proc/self/comm").as_deref(), Ok("a\nPid:\\9) R and\n"));
    // As proc(5) tells to parse it: from the last parenthesis on.
    let stat = sys.read(p.pid, "/proc/self/stat").unwrap();
    assert!(stat.rsplit_once(") ").unwrap().1.starts_with("S 0 "));
}

#[test]
fn stat_has_linuxs_fields_in_order() {
    let (sys, _) = booted();
    sys.platform.advance(1_230_000_000);
    let p = sys.process(spec());
    let cx = running(&sys, &p);
    assert!(p.usage.grow_memory(&p.limits, 3 * 65536));
    p.usage.cpu_ns.store(2_345_678_901, Ordering::Relaxed);
    p.parent.store(1, Ordering::Relaxed);
    p.set_ignored(Signal::SIGHUP, true);
    let line = sys.read(p.pid, "/proc/self/stat").unwrap();
    assert!(line.starts_with("2 (a program) R 1 ") && line.ends_with('\n') && line.lines().count() == 1);
    let rest: Vec<i128> = line.trim_end().split(' ').skip(4).map(|f| f.parse().unwrap()).collect();
    // The name holds a space, so the fourth field of the line is the third of proc(5): `rest` begins with field 4.
    let known: BTreeMap<usize, i128> = [
        (4, 1),
        (5, 2),
        (6, 2),
        (8, -1),
        (14, 234),
        (18, 20),
        (20, 1),
        (22, 123),
        (23, 3 * 65536),
        (24, 3),
        (25, 1 << 20),
        (33, 1),
        (38, 17),
    ]
    .into();
    let expected: Vec<i128> = (4..=52).map(|n| known.get(&n).copied().unwrap_or(0)).collect();
    assert_eq!(rest, expected);
    drop(cx);
}

#[test]
fn arguments_and_environment_end_with_nuls() {
    let (sys, p) = booted();
    assert_eq!(sys.read(p.pid, "/proc/self/cmdline").as_deref(), Ok("/bin/a program\0\0x\ny\0"));
    assert_eq!(sys.read(p.pid, "/proc/self/environ").as_deref(), Ok("A=1\0B=\0"));
    assert_eq!(sys.read(p.pid, "/proc/self/comm").as_deref(), Ok("a program\n"));
}

#[test]
fn limits_stand_in_linuxs_columns() {
    let (sys, p) = booted();
    let text = sys.read(p.pid, "/proc/self/limits").unwrap();
    let expected = "\
        Limit                     Soft Limit           Hard Limit           Units     \n\
        Max cpu time              1                    1                    seconds   \n\
        Max file size             unlimited            unlimited            bytes     \n\
        Max processes             1024                 1024                 processes \n\
        Max open files            16                   16                   files     \n\
        Max address space         1048576              1048576              bytes     \n";
    assert_eq!(text, expected);
}

#[test]
fn io_counts_what_was_written_to_files() {
    let (sys, p) = booted();
    p.usage.wrote(1234);
    let text = sys.read(p.pid, "/proc/self/io").unwrap();
    let io = fields(&text);
    assert_eq!(io["wchar"], "1234");
    assert_eq!(io.len(), 7);
    assert!(io.values().all(|value| value.parse::<u64>().is_ok()));
}

#[test]
fn mounts_have_six_escaped_fields() {
    let (sys, p) = booted();
    let text = sys.read(p.pid, "/proc/mounts").unwrap();
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split(' ').collect()).collect();
    let expected = [
        ["memfs", "/", "memfs", "rw", "0", "0"],
        ["devfs", "/dev", "devfs", "rw", "0", "0"],
        ["proc", "/proc", "proc", "rw", "0", "0"],
        ["proc", "/a\\040b", "proc", "ro", "0", "0"],
    ];
    assert_eq!(lines, expected);
}

#[test]
fn the_system_tells_of_itself() {
    let (sys, p) = booted();
    let read = |name: &str| sys.read(p.pid, &format!("/proc/{name}")).unwrap();
    assert_eq!(read("sys/fs/pipe-max-size"), "65536\n");
    assert_eq!(read("uptime"), "0.00 0.00\n");
    sys.platform.advance(61_057_999_999);
    assert_eq!(read("uptime"), "61.05 0.00\n");
    assert_eq!(read("version"), format!("gopherix version {}\n", env!("CARGO_PKG_VERSION")));
    let processors: Vec<_> = read("cpuinfo").split_terminator("\n\n").map(str::to_string).collect();
    assert_eq!(processors, ["processor\t: 0", "processor\t: 1", "processor\t: 2"]);
    let kinds: Vec<_> = read("filesystems").lines().map(|l| l.split_once('\t').unwrap().1.to_string()).collect();
    assert_eq!(kinds, FILE_SYSTEMS);
    let mounted = sys.kernel.mounts().list().into_iter().map(|mount| mount.fs.kind);
    for kind in mounted.chain([OverlayFs::new(memfs(), memfs()).info().kind]) {
        assert!(kinds.iter().any(|k| k == kind));
    }
}

#[test]
fn a_file_reads_what_was_when_it_was_opened() {
    let (sys, p) = booted();
    let open = sys.open(p.pid, "/proc/uptime", READ).unwrap();
    sys.platform.advance(1_000_000_000);
    let mut buf = [0; 64];
    assert_eq!(open.read(&mut buf[..2]), Ok(2));
    assert_eq!(open.read(&mut buf[2..]), Ok(8));
    assert_eq!(&buf[..10], b"0.00 0.00\n");
    assert_eq!(open.read(&mut buf), Ok(0));
    assert_eq!(open.read_at(&mut buf, u64::MAX), Ok(0));
    assert_eq!(open.seek(5, Whence::Set), Ok(5));
    assert_eq!(open.read(&mut buf), Ok(5));
    assert_eq!(open.file().stat().unwrap().mtime, WALL_START);
    assert_eq!(sys.stat(p.pid, "/proc/uptime").unwrap().mtime.sec, WALL_START.sec + 1);
}

#[test]
fn modes_are_linuxs() {
    let (sys, p) = booted();
    let kinds = [
        ("", FileType::Directory, 0o555),
        ("/self", FileType::Symlink, 0o777),
        ("/version", FileType::Regular, 0o444),
        ("/1", FileType::Directory, 0o555),
        ("/1/status", FileType::Regular, 0o444),
        ("/1/environ", FileType::Regular, 0o400),
        ("/1/fd", FileType::Directory, 0o500),
        ("/1/cwd", FileType::Symlink, 0o777),
    ];
    for (path, kind, mode) in kinds {
        let stat = sys.stat(p.pid, &format!("/proc{path}")).unwrap();
        assert_eq!((stat.kind, stat.mode, stat.size), (kind, Mode(mode), 0), "{path}");
    }
    let dev = sys.stat(p.pid, "/dev").unwrap().dev;
    assert_ne!(sys.stat(p.pid, "/proc").unwrap().dev, dev);
}

#[test]
fn nobody_changes_anything() {
    let (sys, p) = booted();
    let how = OpenHow { caller: p.pid, read: false, write: true, truncate: true };
    for path in ["/proc/uptime", "/proc/1/comm"] {
        assert_eq!(sys.open(p.pid, path, WRITE).err(), Some(Errno::EACCES), "{path}");
        let node = sys.find(p.pid, path, Tail::Follow).unwrap().node().clone();
        let at = SetTime::At(Timespec::default());
        assert_eq!(node.set_times(at, at).map_err(|e| e.errno), Err(Errno::EPERM));
        assert_eq!(node.set_mode(Mode(0)).map_err(|e| e.errno), Err(Errno::EPERM));
        assert_eq!(node.set_owner(Some(1), None).map_err(|e| e.errno), Err(Errno::EPERM));
        assert_eq!(node.set_times(SetTime::Now, SetTime::Now).map_err(|e| e.errno), Err(Errno::EACCES));
    }
    for (path, name) in [("/proc", "version"), ("/proc/1", "comm"), ("/proc/1/fd", "0")] {
        give(&p, 0, pipe().0, READ);
        let place = sys.find(p.pid, path, Tail::Follow).unwrap();
        assert_eq!(place.node().open(how).err().map(|e| e.errno), Some(Errno::EISDIR));
        let dir = place.node().as_directory().unwrap();
        let target = dir.lookup(name.as_bytes()).unwrap().node;
        let new = [
            dir.create(b"new", Mode(0o644), how).map(|_| ()),
            dir.mkdir(b"new", Mode(0o755)),
            dir.symlink(b"new", b"x"),
            dir.link(b"new", &target),
        ];
        assert!(new.into_iter().all(|r| r.map_err(|e| e.errno) == Err(Errno::ENOENT)), "{path}");
        let old = [
            dir.unlink(name.as_bytes()),
            dir.rmdir(name.as_bytes()),
            dir.rename(name.as_bytes(), place.node(), b"new", RenameFlags::empty()),
        ];
        assert!(old.into_iter().all(|r| r.map_err(|e| e.errno) == Err(Errno::EACCES)), "{path}");
    }
}

#[test]
fn descriptor_links_say_what_they_lead_to() {
    let (sys, p) = booted();
    let ino = next_ino();
    let ((reader, writer), null) = (pipe(), sys.open(p.pid, "/dev/null", BOTH).unwrap());
    let pipe_ino = reader.stat().unwrap().ino;
    give(&p, 0, Arc::new(Nameless(FileType::CharDevice, 5, true)), BOTH);
    give(&p, 1, writer, WRITE);
    give(&p, 2, Arc::new(Nameless(FileType::SocketStream, ino, false)), BOTH);
    give(&p, 5, reader, READ);
    give_open(&p, 6, null);
    give(&p, 7, Arc::new(Nameless(FileType::Regular, 5, false)), READ);
    assert_eq!(sys.list(p.pid, "/proc/self/fd").unwrap(), ["0", "1", "2", "5", "6", "7"]);
    for (fd, target, mode) in [
        (0, "/dev/tty".into(), 0o700),
        (1, format!("pipe:[{pipe_ino}]"), 0o300),
        (2, format!("socket:[{ino}]"), 0o700),
        (5, format!("pipe:[{pipe_ino}]"), 0o500),
        (6, "/dev/null".into(), 0o700),
        (7, "anon_inode:[file]".into(), 0o500),
    ] {
        let path = format!("/proc/self/fd/{fd}");
        assert_eq!(sys.readlink(p.pid, &path), Ok(target), "{fd}");
        let stat = sys.stat(p.pid, &path).unwrap();
        assert_eq!((stat.kind, stat.mode, stat.size), (FileType::Symlink, Mode(mode), 64), "{fd}");
    }
    assert_ne!(pipe().0.stat().unwrap().ino, pipe_ino);
}

#[test]
fn descriptor_links_open_the_file_itself() {
    let (sys, p) = booted();
    let (reader, writer) = pipe();
    give(&p, 3, reader, READ);
    give_open(&p, 4, sys.open(p.pid, "/proc/1/comm", READ).unwrap());
    give(&p, 5, Arc::new(Nameless(FileType::SocketStream, 1, false)), BOTH);
    writer.write(b"through").unwrap();
    let again = sys.open(p.pid, "/proc/self/fd/3", READ).unwrap();
    let mut buf = [0; 16];
    assert_eq!(again.read(&mut buf), Ok(7));
    assert_eq!(sys.read(p.pid, "/proc/self/fd/4").as_deref(), Ok("a program\n"));
    assert_eq!(sys.open(p.pid, "/proc/self/fd/5", READ).err(), Some(Errno::ENXIO));
    let fd = sys.find(p.pid, "/proc/self/fd/4", Tail::Follow).unwrap();
    assert_eq!(fd.path(), b"/proc/1/comm");
    // Other processes' are reached as well: there is one user.
    let other = sys.process(ProcessSpec::default());
    assert_eq!(sys.read(other.pid, "/proc/1/fd/4").as_deref(), Ok("a program\n"));
}

/// The file itself is reached, also when its name is gone.
#[test]
fn a_removed_file_is_reached_by_its_descriptor() {
    let (sys, p) = booted();
    let root = sys.find(p.pid, "/", Tail::Follow).unwrap();
    let dir = root.node().as_directory().unwrap();
    let how = OpenHow { caller: p.pid, read: true, write: true, truncate: false };
    drop(dir.create(b"file", Mode(0o644), how).unwrap());
    let open = sys.open(p.pid, "/file", BOTH).unwrap();
    assert_eq!(open.write(b"content"), Ok(7));
    give_open(&p, 0, open);
    dir.unlink(b"file").unwrap();
    assert_eq!(sys.read(p.pid, "/file"), Err(Errno::ENOENT));
    assert_eq!(sys.read(p.pid, "/proc/self/fd/0").as_deref(), Ok("content"));
    assert_eq!(sys.readlink(p.pid, "/proc/self/fd/0").as_deref(), Ok("/file"));
}

#[test]
fn places_of_a_process_are_walked_through() {
    let (sys, p) = booted();
    assert_eq!(sys.readlink(p.pid, "/proc/self/cwd").as_deref(), Ok("/dev"));
    assert_eq!(sys.readlink(p.pid, "/proc/self/root").as_deref(), Ok("/"));
    assert_eq!(sys.find(p.pid, "/proc/self/cwd/null", Tail::Follow).unwrap().path(), b"/dev/null");
    assert_eq!(sys.find(p.pid, "/proc/self/root/proc/self", Tail::Follow).unwrap().path(), b"/proc/1");
    assert_eq!(sys.find(p.pid, "/proc/self/cwd/..", Tail::Follow).unwrap().path(), b"/");
    let link = sys.find(p.pid, "/proc/self/cwd", Tail::NoFollow).unwrap();
    assert!(matches!(link.node().magic_link(p.pid), Some(Ok(MagicTarget::Place(_)))));
}

/// A directory handle stays closed: no link of procfs leads out of it.
#[test]
fn magic_links_do_not_leave_a_directory_handle() {
    let (sys, p) = booted();
    give(&p, 0, pipe().0, READ);
    let base = sys.find(p.pid, "/proc", Tail::Follow).unwrap();
    let root = sys.kernel.mounts().root();
    let beneath = |path: &str| {
        let start = Start { root, base: &base, beneath: true, caller: p.pid };
        walk(start, path.as_bytes(), Tail::Follow).map(|_| ()).map_err(|e| e.errno)
    };
    assert_eq!(beneath("self/status"), Ok(()));
    for path in ["self/cwd", "self/root/dev", "self/fd/0"] {
        assert_eq!(beneath(path), Err(Errno::ENOTCAPABLE), "{path}");
    }
}

#[test]
fn an_ended_process_is_gone() {
    let (sys, p) = booted();
    let watcher = sys.process(ProcessSpec::default());
    let mut cx = running(&sys, &p);
    give(&p, 0, pipe().0, READ);
    let find = |path: &str| sys.find(watcher.pid, path, Tail::NoFollow);
    let (dir, fds) = (find("/proc/1").unwrap(), find("/proc/1/fd").unwrap());
    let (status, fd, cwd) =
        (find("/proc/1/status").unwrap(), find("/proc/1/fd/0").unwrap(), find("/proc/1/cwd").unwrap());
    let open = sys.open(watcher.pid, "/proc/1/comm", READ).unwrap();
    os_wasm::unminit(&mut cx);
    os_wasm::mdestroy(cx);
    assert_eq!(sys.list(watcher.pid, "/proc").unwrap().first().map(String::as_str), Some("2"));
    for place in [&dir, &fds, &status, &fd, &cwd] {
        assert_eq!(place.node().stat().err().map(|e| e.errno), Some(Errno::ENOENT));
    }
    for dir in [&dir, &fds] {
        assert_eq!(dir.node().as_directory().unwrap().entries().err().map(|e| e.errno), Some(Errno::ENOENT));
        assert_eq!(dir.node().as_directory().unwrap().lookup(b"fd").err().map(|e| e.errno), Some(Errno::ENOENT));
    }
    for link in [&fd, &cwd] {
        assert_eq!(link.node().readlink(watcher.pid).err().map(|e| e.errno), Some(Errno::ENOENT));
        assert!(matches!(link.node().magic_link(watcher.pid), Some(Err(e)) if e.errno == Errno::ENOENT));
    }
    let how = OpenHow { caller: watcher.pid, read: true, write: false, truncate: false };
    assert_eq!(status.node().open(how).err().map(|e| e.errno), Some(Errno::ESRCH));
    let mut buf = [0; 32];
    assert_eq!(open.read(&mut buf), Ok(10));
}

#[test]
fn a_closed_descriptor_is_gone() {
    let (sys, p) = booted();
    give(&p, 3, pipe().0, READ);
    let link = sys.find(p.pid, "/proc/self/fd/3", Tail::NoFollow).unwrap();
    drop(p.fds.lock().remove(Fd(3)).unwrap());
    assert_eq!(link.node().stat().err().map(|e| e.errno), Some(Errno::ENOENT));
    assert!(matches!(link.node().magic_link(p.pid), Some(Err(e)) if e.errno == Errno::ENOENT));
    assert_eq!(sys.stat(p.pid, "/proc/self/fd/3"), Err(Errno::ENOENT));
}

#[test]
fn without_a_kernel_there_is_nothing_to_tell() {
    let (sys, p) = booted();
    assert_eq!(
        sys.list(p.pid, "/a b").unwrap(),
        ["cpuinfo", "filesystems", "mounts", "self", "sys", "uptime", "version"]
    );
    assert_eq!(sys.read(p.pid, "/a b/uptime"), Err(Errno::ESRCH));
    assert_eq!(sys.readlink(p.pid, "/a b/self"), Err(Errno::ENOENT));
}
