//! Where paths start: the working directory, and descriptors.

use super::*;

#[test]
fn paths_from_the_working_directory_go_anywhere() {
    let mut rig = rig();
    rig.cx.sys_mkdirat(At::Cwd, b"d/e", Mode(0o755)).unwrap();
    rig.cx.sys_chdir(b"d/e").unwrap();
    rig.create("f", 0o600);
    rig.create("../g", 0o601);
    rig.create("/h", 0o602);
    rig.create("../../../../i", 0o603);
    let modes = ["/d/e/f", "/d/g", "/h", "/i"].map(|path| rig.mode(path));
    assert_eq!(modes, [0o600, 0o601, 0o600, 0o601], "umask 022, and `..` stops at the root");
    rig.cx.sys_symlinkat(b"/h", At::Cwd, b"l").unwrap();
    assert_eq!(rig.cx.sys_readlinkat(At::Cwd, b"l"), Ok(b"/h".to_vec()));
    assert!(rig.open_at(At::Cwd, "l", OpenFlags::empty(), 0).is_ok(), "absolute links lead out too");
    rig.cx.sys_renameat(At::Cwd, b"../g", At::Cwd, b"/g").unwrap();
    rig.cx.sys_linkat(At::Cwd, b"f", At::Cwd, b"../../k", AtFlags::empty()).unwrap();
    rig.cx.sys_unlinkat(At::Cwd, b"/h", AtFlags::empty()).unwrap();
    assert_eq!((rig.mode("/g"), rig.stat("/k").nlink), (0o601, 2));
    assert_eq!(errno(rig.cx.sys_fstatat(At::Cwd, b"", AtFlags::empty())), Errno::ENOENT);
}

#[test]
fn paths_from_a_descriptor_stay_below_wherever_the_process_is() {
    let mut rig = rig();
    rig.create("/f", 0o600);
    let dir = rig.dir("/d");
    for path in ["../f", "/f"] {
        assert_eq!(rig.open_at(At::Dir(dir), path, OpenFlags::empty(), 0), Err(Errno::ENOTCAPABLE), "{path}");
    }
    // AT_FDCWD of Linux, and what it is as an unsigned number: no numbers that mean the working directory here.
    for fd in [Fd(100), Fd(u32::MAX - 99), Fd(u32::MAX)] {
        assert_eq!(rig.open_at(At::Dir(fd), "f", OpenFlags::empty(), 0), Err(Errno::EBADF), "{fd}");
    }
}

#[test]
fn openat_from_the_working_directory_gives_all_rights() {
    let mut rig = rig();
    let fd = rig.create("/d/f", 0o600);
    assert_eq!(rig.cx.sys_cap_rights_get(fd).unwrap().0, Rights::all());
    let dir = rig.dir("/d");
    assert_eq!(rig.cx.sys_cap_rights_get(dir), Ok((Rights::all(), Rights::all())));
}

#[test]
fn traces_name_where_a_path_starts() {
    let mut rig = rig();
    let dir = rig.dir("d");
    let _ = rig.cx.sys_fstatat(At::Dir(dir), b"f", AtFlags::empty());
    let _ = rig.cx.sys_faccessat(At::Cwd, b"d", gopherix_abi::Access::empty(), AtFlags::empty());
    let lines = rig.trace.0.lock().clone();
    let last: Vec<_> = lines.iter().rev().take(2).collect();
    assert_eq!(*last[1], "fstatat(at: 0, path: \"f\", flags: 0) = ENOENT");
    assert_eq!(*last[0], "faccessat(at: AT_FDCWD, path: \"d\", access: EXISTS, flags: 0) = 0");
}

#[test]
fn chdir_moves_where_getcwd_tells() {
    let mut rig = rig();
    assert_eq!(rig.cx.sys_getcwd(), Ok(b"/".to_vec()));
    rig.cx.sys_mkdirat(At::Cwd, b"d/e", Mode(0o755)).unwrap();
    rig.cx.sys_symlinkat(b"d/e", At::Cwd, b"l").unwrap();
    rig.cx.sys_chdir(b"l").unwrap();
    assert_eq!(rig.cx.sys_getcwd(), Ok(b"/d/e".to_vec()), "not the link's name");
    rig.cx.sys_chdir(b"..").unwrap();
    assert_eq!(rig.cx.sys_getcwd(), Ok(b"/d".to_vec()));
    rig.cx.sys_chdir(b"/ro").unwrap();
    assert_eq!(rig.cx.sys_getcwd(), Ok(b"/ro".to_vec()));
}

#[test]
fn chdir_to_what_is_no_directory_changes_nothing() {
    let mut rig = rig();
    rig.create("/d/f", 0o755);
    rig.cx.sys_chdir(b"d").unwrap();
    for (path, expected) in [(&b"f"[..], Errno::ENOTDIR), (b"no", Errno::ENOENT), (b"", Errno::ENOENT)] {
        assert_eq!(errno(rig.cx.sys_chdir(path)), expected);
    }
    assert_eq!(rig.cx.sys_getcwd(), Ok(b"/d".to_vec()));
}

#[test]
fn chdir_needs_the_right_to_search() {
    let mut rig = rig_of(Credentials { uid: 1000, gid: 100, groups: Vec::new() });
    let dir = rig.dir("/d");
    rig.cx.sys_fchmod(dir, Mode(0o677)).unwrap();
    assert_eq!(errno(rig.cx.sys_chdir(b"/d")), Errno::EACCES);
    assert_eq!(errno(rig.cx.sys_fchdir(dir)), Errno::EACCES);
    rig.cx.sys_fchmod(dir, Mode(0o100)).unwrap();
    assert_eq!((rig.cx.sys_chdir(b"/d"), rig.cx.sys_fchdir(dir)), (Ok(()), Ok(())));
}

#[test]
fn a_removed_working_directory_is_enoent() {
    let mut rig = rig();
    rig.cx.sys_chdir(b"/d").unwrap();
    rig.cx.sys_unlinkat(At::Cwd, b"/d", AtFlags::REMOVEDIR).unwrap();
    assert_eq!(errno(rig.cx.sys_getcwd()), Errno::ENOENT);
    assert_eq!(rig.open_at(At::Cwd, "f", OpenFlags::CREAT, 0o600), Err(Errno::ENOENT));
    rig.cx.sys_mkdirat(At::Cwd, b"/d", Mode(0o755)).unwrap();
    assert_eq!(errno(rig.cx.sys_getcwd()), Errno::ENOENT, "a new directory of that name is another one");
    rig.cx.sys_chdir(b"/d").unwrap();
    assert_eq!(rig.cx.sys_getcwd(), Ok(b"/d".to_vec()));
}

#[test]
fn the_working_directory_stays_with_a_renamed_directory() {
    let mut rig = rig();
    rig.cx.sys_chdir(b"/d").unwrap();
    rig.cx.sys_renameat(At::Cwd, b"/d", At::Cwd, b"/n").unwrap();
    rig.create("f", 0o600);
    assert_eq!(rig.mode("/n/f"), 0o600);
}

#[test]
fn fchdir_goes_to_an_open_directory() {
    let mut rig = rig();
    let (dir, file) = (rig.dir("/d"), rig.create("/d/f", 0o600));
    rig.cx.sys_fchdir(dir).unwrap();
    assert_eq!(rig.cx.sys_getcwd(), Ok(b"/d".to_vec()));
    assert_eq!(errno(rig.cx.sys_fchdir(file)), Errno::ENOTDIR);
    assert_eq!(errno(rig.cx.sys_fchdir(Fd(99))), Errno::EBADF);
    let keep = Rights::all() - Rights::FD_WRITE;
    rig.cx.sys_cap_rights_limit(dir, keep, keep).unwrap();
    assert_eq!(errno(rig.cx.sys_fchdir(dir)), Errno::ENOTCAPABLE, "it would give back what was taken away");
}

#[test]
fn truncate_sets_the_size_of_a_regular_file() {
    let mut rig = rig();
    rig.create("/d/f", 0o600);
    rig.cx.sys_symlinkat(b"f", At::Cwd, b"/d/l").unwrap();
    rig.cx.sys_truncate(b"/d/l", 70_000).unwrap();
    assert_eq!(rig.stat("/d/f").size, 70_000);
    rig.cx.sys_truncate(b"/d/f", 3).unwrap();
    assert_eq!(rig.stat("/d/f").size, 3);
    assert_eq!(errno(rig.cx.sys_truncate(b"/d", 0)), Errno::EISDIR);
    assert_eq!(errno(rig.cx.sys_truncate(b"/d/no", 0)), Errno::ENOENT);
    assert_eq!(errno(rig.cx.sys_truncate(b"/d/f", 1 << 63)), Errno::EINVAL);
}
