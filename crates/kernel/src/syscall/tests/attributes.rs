//! Modes, owners, umask, access, ids.

use gopherix_abi::{Access, SetTime};

use super::*;

fn user(uid: u32, gid: u32, groups: &[u32]) -> Credentials {
    Credentials { uid, gid, groups: groups.to_vec() }
}

const NOFOLLOW: AtFlags = AtFlags::SYMLINK_NOFOLLOW;

#[test]
fn umask_takes_bits_from_files_and_directories_and_answers_the_old_one() {
    let mut rig = rig();
    assert_eq!(rig.cx.sys_umask(Mode(0o7027)), Ok(Mode(0o022)));
    rig.create("/d/f", 0o666);
    rig.cx.sys_mkdirat(At::Cwd, b"/d/e", Mode(0o7777)).unwrap();
    assert_eq!((rig.mode("/d/f"), rig.mode("/d/e")), (0o640, 0o1750));
    assert_eq!(rig.cx.sys_umask(Mode(0)), Ok(Mode(0o027)), "only permissions are kept");
    rig.create("/d/g", 0o4777);
    assert_eq!(rig.mode("/d/g"), 0o4777);
    rig.open_at(At::Cwd, "/d/f", OpenFlags::CREAT, 0o777).unwrap();
    assert_eq!(rig.mode("/d/f"), 0o640, "a file that is there keeps its mode");
}

#[test]
fn chmod_sets_the_mode_and_ctime_alone() {
    let mut rig = rig();
    let fd = rig.create("/d/f", 0o644);
    let before = rig.stat("/d/f");
    rig.cx.sys_fchmodat(At::Cwd, b"/d/f", Mode(0o1750), AtFlags::empty()).unwrap();
    let after = rig.stat("/d/f");
    assert_eq!(after.mode, Mode(0o1750));
    assert!(after.ctime > before.ctime && (after.mtime, after.atime) == (before.mtime, before.atime));
    rig.cx.sys_fchmod(fd, Mode(0o600)).unwrap();
    assert_eq!(rig.mode("/d/f"), 0o600);
    let dir = rig.dir("/d");
    rig.cx.sys_fchmod(dir, Mode(0o700)).unwrap();
    rig.cx.sys_fchmodat(At::Dir(dir), b"f", Mode(0o400), AtFlags::empty()).unwrap();
    assert_eq!((rig.mode("/d"), rig.mode("/d/f")), (0o700, 0o400));
}

#[test]
fn chmod_follows_links_and_sets_none() {
    let mut rig = rig();
    rig.create("/d/f", 0o644);
    rig.cx.sys_symlinkat(b"f", At::Cwd, b"/d/l").unwrap();
    rig.cx.sys_fchmodat(At::Cwd, b"/d/l", Mode(0o600), AtFlags::empty()).unwrap();
    assert_eq!((rig.mode("/d/f"), rig.mode("/d/l")), (0o600, 0o777));
    assert_eq!(errno(rig.cx.sys_fchmodat(At::Cwd, b"/d/l", Mode(0), NOFOLLOW)), Errno::ENOTSUP);
    assert_eq!(errno(rig.cx.sys_fchmodat(At::Cwd, b"/d/f", Mode(0), AtFlags::REMOVEDIR)), Errno::EINVAL);
    assert_eq!(errno(rig.cx.sys_fchmodat(At::Cwd, b"/d/no", Mode(0), AtFlags::empty())), Errno::ENOENT);
}

#[test]
fn changes_of_attributes_are_erofs_on_a_read_only_mount() {
    let mut rig = rig();
    let none = AtFlags::empty();
    let (access, all) = (AccessMode::ReadOnly, Rights::all());
    let fd = rig.cx.sys_openat(At::Cwd, b"/ro/f", OpenFlags::empty(), access, Mode(0), all, all).unwrap().fd;
    assert_eq!(errno(rig.cx.sys_fchmodat(At::Cwd, b"/ro/f", Mode(0), none)), Errno::EROFS);
    assert_eq!(errno(rig.cx.sys_fchownat(At::Cwd, b"/ro/f", Some(1), None, none)), Errno::EROFS);
    assert_eq!(errno(rig.cx.sys_fchmod(fd, Mode(0))), Errno::EROFS);
    assert_eq!(errno(rig.cx.sys_fchown(fd, Some(1), None)), Errno::EROFS);
    assert_eq!(errno(rig.cx.sys_truncate(b"/ro/f", 0)), Errno::EROFS);
    assert_eq!(rig.stat("/ro/f").size, 5);
}

#[test]
fn chmod_is_the_owners_and_roots() {
    let mut other = rig_of(user(5, 100, &[]));
    other.create("/d/f", 0o644);
    assert_eq!(other.owner("/d/f"), (1000, 100));
    assert_eq!(errno(other.cx.sys_fchmodat(At::Cwd, b"/d/f", Mode(0o600), AtFlags::empty())), Errno::EPERM);
    let mut owner = rig_of(user(1000, 5, &[]));
    let fd = owner.create("/d/f", 0o644);
    owner.cx.sys_fchmod(fd, Mode(0o6755)).unwrap();
    assert_eq!(owner.mode("/d/f"), 0o4755, "set-group-id is for members of the file's group");
    let mut member = rig_of(user(1000, 5, &[100]));
    let fd = member.create("/d/f", 0o644);
    member.cx.sys_fchmod(fd, Mode(0o6755)).unwrap();
    assert_eq!(member.mode("/d/f"), 0o6755);
}

#[test]
fn chown_by_root_sets_what_is_given_and_takes_set_ids() {
    let mut rig = rig();
    let fd = rig.create("/d/f", 0o644);
    rig.cx.sys_fchmod(fd, Mode(0o6755)).unwrap();
    let before = rig.stat("/d/f");
    rig.cx.sys_fchownat(At::Cwd, b"/d/f", Some(7), None, AtFlags::empty()).unwrap();
    let after = rig.stat("/d/f");
    assert_eq!((after.uid, after.gid, after.mode), (7, 100, Mode(0o755)));
    assert!(after.ctime > before.ctime && after.mtime == before.mtime);
    rig.cx.sys_fchmod(fd, Mode(0o6745)).unwrap();
    rig.cx.sys_fchown(fd, None, Some(8)).unwrap();
    assert_eq!((rig.owner("/d/f"), rig.mode("/d/f")), ((7, 8), 0o2745), "mandatory locking stays");
    let dir = rig.dir("/d");
    rig.cx.sys_fchmod(dir, Mode(0o2755)).unwrap();
    rig.cx.sys_fchown(dir, Some(9), Some(9)).unwrap();
    assert_eq!((rig.owner("/d"), rig.mode("/d")), ((9, 9), 0o2755));
    assert_eq!(errno(rig.cx.sys_fchown(fd, Some(u32::MAX), None)), Errno::EINVAL);
}

#[test]
fn lchown_is_of_the_link() {
    let mut rig = rig();
    rig.create("/d/f", 0o644);
    rig.cx.sys_symlinkat(b"f", At::Cwd, b"/d/l").unwrap();
    rig.cx.sys_fchownat(At::Cwd, b"/d/l", Some(7), Some(7), NOFOLLOW).unwrap();
    assert_eq!((rig.owner("/d/l"), rig.owner("/d/f")), ((7, 7), (1000, 100)));
    rig.cx.sys_fchownat(At::Cwd, b"/d/l", Some(8), Some(8), AtFlags::empty()).unwrap();
    assert_eq!((rig.owner("/d/l"), rig.owner("/d/f")), ((7, 7), (8, 8)));
}

#[test]
fn chown_by_users_stays_within_their_groups() {
    let mut owner = rig_of(user(1000, 5, &[6]));
    let fd = owner.create("/d/f", 0o644);
    for (uid, gid) in [(None, None), (Some(1000), None), (None, Some(100)), (Some(1000), Some(6)), (None, Some(5))] {
        assert_eq!(owner.cx.sys_fchown(fd, uid, gid), Ok(()), "{uid:?} {gid:?}");
    }
    for (uid, gid) in [(Some(0), None), (Some(5), Some(5)), (None, Some(0))] {
        assert_eq!(errno(owner.cx.sys_fchown(fd, uid, gid)), Errno::EPERM, "{uid:?} {gid:?}");
    }
    assert_eq!(owner.owner("/d/f"), (1000, 5));
    let mut other = rig_of(user(5, 100, &[]));
    let fd = other.create("/d/f", 0o644);
    assert_eq!(errno(other.cx.sys_fchown(fd, Some(1000), None)), Errno::EPERM);
    assert_eq!(errno(other.cx.sys_fchown(fd, None, Some(100))), Errno::EPERM);
}

#[test]
fn pipes_keep_mode_and_owner() {
    let mut rig = rig();
    let fd = rig.give(crate::ipc::pipe::pipe().0, AccessMode::ReadOnly);
    assert_eq!(errno(rig.cx.sys_fchmod(fd, Mode(0))), Errno::EPERM);
    assert_eq!(errno(rig.cx.sys_fchown(fd, Some(1), None)), Errno::EPERM);
    assert_eq!(errno(rig.cx.sys_fchmod(Fd(99), Mode(0))), Errno::EBADF);
}

#[test]
fn access_is_by_mode_bits_and_mount() {
    let mut rig = rig_of(user(1000, 100, &[]));
    let fd = rig.create("/d/f", 0o644);
    rig.cx.sys_fchmod(fd, Mode(0o407)).unwrap();
    let mut access = |path: &str, access: Access| {
        rig.cx.sys_faccessat(At::Cwd, path.as_bytes(), access, AtFlags::empty()).map_err(|e| e.errno)
    };
    assert_eq!(access("/d/f", Access::empty()), Ok(()));
    assert_eq!(access("/d/f", Access::READ), Ok(()));
    assert_eq!(access("/d/f", Access::READ | Access::WRITE), Err(Errno::EACCES));
    assert_eq!(access("/d/f", Access::EXEC), Err(Errno::EACCES));
    assert_eq!(access("/d/no", Access::empty()), Err(Errno::ENOENT));
    assert_eq!(access("/d/f/x", Access::empty()), Err(Errno::ENOTDIR));
    assert_eq!(access("/ro/f", Access::READ), Ok(()));
    assert_eq!(access("/ro/f", Access::WRITE), Err(Errno::EROFS));
    assert_eq!(errno(rig.cx.sys_faccessat(At::Cwd, b"/d", Access::READ, AtFlags::SYMLINK_FOLLOW)), Errno::EINVAL);
}

#[test]
fn root_may_write_anything_and_execute_what_somebody_may() {
    let mut rig = rig();
    let fd = rig.create("/d/f", 0);
    let access = |rig: &mut Rig, path: &str, access| {
        rig.cx.sys_faccessat(At::Cwd, path.as_bytes(), access, AtFlags::empty()).map_err(|e| e.errno)
    };
    assert_eq!(access(&mut rig, "/d/f", Access::READ | Access::WRITE), Ok(()));
    assert_eq!(access(&mut rig, "/d/f", Access::EXEC), Err(Errno::EACCES));
    rig.cx.sys_fchmod(fd, Mode(0o001)).unwrap();
    assert_eq!(access(&mut rig, "/d/f", Access::EXEC), Ok(()));
    assert_eq!(access(&mut rig, "/ro/f", Access::WRITE), Err(Errno::EROFS), "root neither");
}

#[test]
fn access_looks_at_links_themselves_if_asked() {
    let mut rig = rig_of(user(5, 5, &[]));
    rig.cx.sys_symlinkat(b"nowhere", At::Cwd, b"/d/l").unwrap();
    assert_eq!(errno(rig.cx.sys_faccessat(At::Cwd, b"/d/l", Access::empty(), AtFlags::empty())), Errno::ENOENT);
    assert_eq!(rig.cx.sys_faccessat(At::Cwd, b"/d/l", Access::WRITE, NOFOLLOW), Ok(()));
}

#[test]
fn ids_are_the_process_own() {
    let mut rig = rig_of(user(7, 8, &[8, 9]));
    rig.process.parent.store(3, std::sync::atomic::Ordering::Relaxed);
    assert_eq!((rig.cx.sys_getuid(), rig.cx.sys_geteuid()), (Ok(7), Ok(7)));
    assert_eq!((rig.cx.sys_getgid(), rig.cx.sys_getegid()), (Ok(8), Ok(8)));
    assert_eq!(rig.cx.sys_getgroups(), Ok(vec![8, 9]));
    assert_eq!((rig.cx.sys_getpid(), rig.cx.sys_getppid()), (Ok(rig.process.pid), Ok(Pid(3))));
}

#[test]
fn descriptors_without_the_right_change_no_attributes() {
    let mut rig = rig();
    let fd = rig.create("/d/f", 0o644);
    let dir = rig.dir("/d");
    for fd in [fd, dir] {
        let keep = Rights::all() - Rights::FD_FILESTAT_SET_TIMES - Rights::PATH_FILESTAT_SET_TIMES;
        let inheriting = rig.cx.sys_cap_rights_get(fd).unwrap().1;
        rig.cx.sys_cap_rights_limit(fd, keep, keep & inheriting).unwrap();
        assert_eq!(errno(rig.cx.sys_fchmod(fd, Mode(0))), Errno::ENOTCAPABLE);
        assert_eq!(errno(rig.cx.sys_fchown(fd, None, None)), Errno::ENOTCAPABLE);
    }
    let (at, none) = (At::Dir(dir), AtFlags::empty());
    assert_eq!(errno(rig.cx.sys_fchmodat(at, b"f", Mode(0), none)), Errno::ENOTCAPABLE);
    assert_eq!(errno(rig.cx.sys_fchownat(at, b"f", None, None, none)), Errno::ENOTCAPABLE);
    assert_eq!(errno(rig.cx.sys_utimensat(at, b"f", SetTime::Now, SetTime::Now, none)), Errno::ENOTCAPABLE);
}
