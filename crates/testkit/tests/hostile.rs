//! Every import of WASI preview 1 against every kind of bad argument, one argument at a time.
//!
//! A sound call of each function comes first (`sound` builds it from the roles of the parameters), then each argument is
//! replaced by what a hostile guest would pass. All tables follow the adapter's own list: a new function takes part by
//! itself, or fails here until its sound call is known.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "in a test, to panic is to fail"
)]

use gopherix_abi::Errno;
use gopherix_testkit::hostile::{FUNCTIONS, Function, Op, Outcome, Role, World, fd};

const MEMORY: usize = 65536;
const END: u64 = 65536;
const MAX32: u64 = 0xffff_ffff;

fn number(name: &str) -> usize {
    FUNCTIONS.iter().position(|f| f.name == name).unwrap()
}

fn world() -> World {
    World::new(MEMORY, 7).unwrap()
}

/// A descriptor on which the function succeeds.
fn sound_fd(function: &Function, param: &str) -> u32 {
    match (function.name, param) {
        (_, "new_fd") if function.name.starts_with("path_") => fd::ROOT,
        (name, _) if name.starts_with("path_") || name == "fd_readdir" || name.starts_with("fd_prestat") => fd::ROOT,
        ("sock_accept", _) => fd::LISTENER,
        (name, _) if name.starts_with("sock_") => fd::SOCKET,
        ("fd_renumber", "to") => fd::STREAM,
        _ => fd::FILE,
    }
}

/// A path on which the function succeeds.
fn sound_path(function: &Function, param: &str) -> &'static [u8] {
    match (function.name, param) {
        ("path_create_directory" | "path_symlink", _) | (_, "new_path") => b"tmp/new",
        ("path_readlink", _) => b"tmp/link",
        ("path_remove_directory", _) => b"tmp/dir",
        _ => b"tmp/file",
    }
}

/// Arguments with which the function succeeds. Parameter `i` points to its own 4 KiB of memory.
fn sound(function: &Function) -> Op {
    let mut op = Op { function: number(function.name), args: Vec::new(), pokes: Vec::new() };
    let mut length = 0;
    for (i, param) in function.params.iter().enumerate() {
        let here = (i + 1) * 4096;
        let role = function.role(i).unwrap();
        op.args.push(match role {
            Role::Fd => u64::from(sound_fd(function, param.name)),
            Role::Flags(_) if param.name == "how" => 1,
            Role::Flags(_) | Role::Choice(_) | Role::Number if param.name != "len" => 0,
            Role::Number => 8,
            Role::Rights => 2,
            Role::Length => length,
            _ => here as u64,
        });
        match role {
            Role::Fills => length = 64,
            Role::Path => {
                let path = sound_path(function, param.name);
                length = path.len() as u64;
                op.pokes.push((here, path.to_vec()));
            }
            Role::Vector(_) => {
                length = 2;
                op.pokes.push((here, vector(&[(here + 64, 8), (here + 128, 4)])));
            }
            Role::Subscriptions => {
                length = 1;
                // A clock's timeout of 0.
                op.pokes.push((here, vec![0; 48]));
            }
            _ => {}
        }
    }
    op
}

fn vector(buffers: &[(usize, usize)]) -> Vec<u8> {
    buffers.iter().flat_map(|(at, len)| [(*at as u32).to_le_bytes(), (*len as u32).to_le_bytes()].concat()).collect()
}

/// Makes the call in a fresh world; the world's own checks hold for every one of these calls.
fn errno(op: &Op) -> u16 {
    match world().step(op) {
        Ok(Outcome::Answered(errno)) => errno,
        other => panic!("{op}: {other:?}"),
    }
}

/// Expects the call of `function` with argument `index` replaced to answer `expected`.
fn expect(function: &Function, index: usize, arg: u64, expected: Errno) {
    let mut op = sound(function);
    op.args[index] = arg;
    assert_eq!(errno(&op), expected.wasi(), "expected {expected} of {op}");
}

fn for_each(mut check: impl FnMut(&Function, usize, Role)) {
    for function in FUNCTIONS {
        for i in 0..function.params.len() {
            check(function, i, function.role(i).unwrap());
        }
    }
}

/// Bytes that a pointer's target needs in a sound call.
fn extent(function: &Function, index: usize, role: Role) -> Option<u64> {
    let args = sound(function).args;
    Some(match role {
        Role::Out(size) => u64::from(size),
        Role::Fills | Role::Path => args[index + 1],
        Role::Vector(_) => args[index + 1] * 8,
        Role::Events => args[index + 1] * 32,
        Role::Subscriptions => args[index + 2] * 48,
        // World's arguments are `prog`, `-flag` and an empty one; its environment has two strings.
        Role::Pointers => {
            if function.name == "args_get" {
                12
            } else {
                8
            }
        }
        Role::Strings => {
            if function.name == "args_get" {
                12
            } else {
                24
            }
        }
        _ => return None,
    })
}

#[test]
fn sound_calls_succeed() {
    for function in FUNCTIONS {
        let op = sound(function);
        assert_eq!(errno(&op), 0, "{op}");
    }
}

#[test]
fn pointers_beyond_memory_are_efault() {
    for_each(|function, i, role| {
        let Some(extent) = extent(function, i, role) else { return };
        for bad in [END - extent + 1, END - 1, END, END + 1, MAX32 - extent + 1, MAX32 - 3, MAX32] {
            if extent > 1 || bad != END - 1 {
                expect(function, i, bad, Errno::EFAULT);
            }
        }
    });
}

#[test]
fn results_go_to_any_address_inside_memory() {
    for_each(|function, i, role| {
        let Some(extent) = extent(function, i, role) else { return };
        if matches!(role, Role::Path | Role::Vector(_) | Role::Subscriptions) {
            return;
        }
        for at in [0, 1, 3, 4097, END - extent] {
            let mut op = sound(function);
            op.args[i] = at;
            assert_eq!(errno(&op), 0, "{op}");
        }
    });
}

#[test]
fn arguments_are_read_from_any_address_inside_memory() {
    for_each(|function, i, role| {
        if !matches!(role, Role::Path | Role::Vector(_) | Role::Subscriptions) {
            return;
        }
        let extent = extent(function, i, role).unwrap();
        for at in [0, 1, 3, END - extent] {
            let mut op = sound(function);
            let here = op.args[i] as usize;
            op.args[i] = at;
            op.pokes.iter_mut().filter(|(poke, _)| *poke == here).for_each(|(poke, _)| *poke = at as usize);
            assert_eq!(errno(&op), 0, "{op}");
        }
    });
}

#[test]
fn lengths_beyond_memory_are_refused() {
    for_each(|function, i, role| {
        if role != Role::Length {
            return;
        }
        let pointer = function.role(i - 1).unwrap();
        for bad in [END, 0x8000_0000, MAX32] {
            // A vector's count is bounded before its bytes are looked at (IOV_MAX).
            let errno = if matches!(pointer, Role::Vector(_)) { Errno::EINVAL } else { Errno::EFAULT };
            expect(function, i, bad, errno);
        }
    });
}

#[test]
fn buffers_of_a_vector_beyond_memory_are_efault() {
    for_each(|function, _, role| {
        if !matches!(role, Role::Vector(_)) {
            return;
        }
        for bad in [(65535, 2), (65536, 1), (65537, 0), (0xffff_ffff, 1), (0xffff_fff0, 0x20), (0, 0xffff_ffff)] {
            let mut op = sound(function);
            // The first buffer is sound: nothing may be moved into or out of it either.
            op.pokes[0].1 = vector(&[(30_000, 4), bad]);
            assert_eq!(errno(&op), Errno::EFAULT.wasi(), "{bad:?} in {op}");
        }
    });
}

#[test]
fn arguments_and_results_may_overlap() {
    for function in FUNCTIONS {
        let op = sound(function);
        for (i, from) in
            op.args.iter().enumerate().filter(|(i, _)| extent(function, *i, function.role(*i).unwrap()).is_some())
        {
            for (j, onto) in op.args.iter().enumerate() {
                if i == j || extent(function, j, function.role(j).unwrap()).is_none() {
                    continue;
                }
                for shift in [0, 1, 4] {
                    let mut op = op.clone();
                    op.args[j] = from + shift;
                    // What is read may be garbage now; what is answered is an errno, and World checks the rest.
                    let answer = errno(&op);
                    let moved_input =
                        matches!(function.role(j), Some(Role::Path | Role::Vector(_) | Role::Subscriptions));
                    assert!(moved_input || answer == 0, "{answer} of {op}, where {onto} was moved");
                }
            }
        }
    }
}

#[test]
fn descriptors_that_are_not_open_are_ebadf() {
    for_each(|function, i, role| {
        if role == Role::Fd {
            for bad in [MAX32, u64::from(fd::FREE), 15, 16, 1 << 20, 0x7fff_ffff, 0x8000_0000] {
                expect(function, i, bad, Errno::EBADF);
            }
        }
    });
}

#[test]
fn closed_descriptors_are_ebadf() {
    for_each(|function, i, role| {
        // A free number below a directory that was handed in is passed over by programs that look for these, and so answers.
        if role != Role::Fd || function.name == "fd_prestat_get" {
            return;
        }
        let op = sound(function);
        let mut world = world();
        let close = Op { function: number("fd_close"), args: vec![op.args[i]], pokes: Vec::new() };
        assert_eq!(world.step(&close), Ok(Outcome::Answered(0)));
        assert_eq!(world.step(&op), Ok(Outcome::Answered(Errno::EBADF.wasi())), "{op}");
    });
}

#[test]
fn unknown_flags_and_choices_are_einval() {
    for_each(|function, i, role| {
        let bad: Vec<u64> = match role {
            Role::Flags(valid) => {
                let unknown = (0..32).map(|bit| 1 << bit).filter(|bit| u64::from(valid) & bit == 0);
                unknown.chain([MAX32]).collect()
            }
            Role::Choice(count) => vec![u64::from(count), 255, 256, 0x8000_0000, MAX32],
            _ => return,
        };
        for bad in bad {
            expect(function, i, bad, Errno::EINVAL);
        }
    });
}

#[test]
fn unknown_rights_are_refused() {
    for_each(|function, i, role| {
        if role == Role::Rights {
            let errno = if function.name == "path_open" { Errno::EINVAL } else { Errno::ENOTCAPABLE };
            for bad in [1 << 30, 1 << 63, u64::MAX] {
                expect(function, i, bad, errno);
            }
        }
    });
}

/// What a function answers for a descriptor of the wrong kind; `None` where it succeeds.
fn wrong_kind(function: &Function, kind: u32) -> Option<Errno> {
    let directory = kind == fd::ROOT;
    let stream = !directory;
    match function.name {
        name if name.starts_with("path_") && stream => Some(Errno::ENOTDIR),
        "fd_readdir" | "fd_prestat_dir_name" if stream => Some(Errno::ENOTDIR),
        "fd_prestat_get" if stream && kind != fd::LISTENER => Some(Errno::EBADF),
        "sock_accept" if kind != fd::LISTENER => Some(Errno::ENOTSOCK),
        "sock_recv" | "sock_send" | "sock_shutdown" if kind != fd::LISTENER => Some(Errno::ENOTSOCK),
        "fd_read" | "sock_recv" if kind == fd::LISTENER => Some(Errno::ENOTCONN),
        "sock_send" => Some(Errno::EBADF),
        "fd_read" | "fd_pread" if directory => Some(Errno::EISDIR),
        "fd_write" | "fd_pwrite" | "fd_allocate" if directory => Some(Errno::EBADF),
        "fd_filestat_set_size" => Some(Errno::EINVAL),
        "fd_pread" | "fd_pwrite" | "fd_seek" | "fd_tell" | "fd_advise" if stream => Some(Errno::ESPIPE),
        "fd_sync" | "fd_datasync" if stream => Some(Errno::EINVAL),
        "fd_filestat_set_times" if stream => Some(Errno::EPERM),
        "fd_allocate" if kind == fd::PIPE_OUT => Some(Errno::ENODEV),
        "fd_allocate" if stream => Some(Errno::EBADF),
        "fd_read" if kind == fd::PIPE_OUT => Some(Errno::EBADF),
        "fd_write" if kind != fd::PIPE_OUT => Some(Errno::EBADF),
        _ => None,
    }
}

#[test]
fn descriptors_of_the_wrong_kind() {
    let mut wrong = Vec::new();
    for_each(|function, i, role| {
        if role != Role::Fd {
            return;
        }
        for kind in [fd::ROOT, fd::LISTENER, fd::PIPE_IN, fd::PIPE_OUT] {
            let mut op = sound(function);
            op.args[i] = u64::from(kind);
            let expected = wrong_kind(function, kind).map_or(0, |e| e.wasi());
            let answer = errno(&op);
            if answer != expected {
                let name = |n: u16| Errno::ALL.iter().find(|e| e.wasi() == n).map_or("success", |e| e.name());
                wrong.push(format!("{} on {kind}: {} where {} is due", function.name, name(answer), name(expected)));
            }
        }
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn calls_without_memory_fail_and_do_nothing() {
    for function in FUNCTIONS {
        let mut world = World::new(0, 7).unwrap();
        let mut op = sound(function);
        op.pokes.clear();
        let has_pointer = (0..op.args.len()).any(|i| extent(function, i, function.role(i).unwrap()).is_some());
        let expected = if has_pointer { Errno::EFAULT.wasi() } else { 0 };
        assert_eq!(world.step(&op), Ok(Outcome::Answered(expected)), "{op}");
    }
}

fn call(world: &mut World, name: &str, args: &[u64], pokes: &[(usize, &[u8])]) -> u16 {
    let pokes = pokes.iter().map(|(at, bytes)| (*at, bytes.to_vec())).collect();
    match world.step(&Op { function: number(name), args: args.to_vec(), pokes }) {
        Ok(Outcome::Answered(errno)) => errno,
        other => panic!("{name}{args:?}: {other:?}"),
    }
}

/// Opens `/` until the table is full.
fn fill_table(world: &mut World) {
    let open =
        |world: &mut World| call(world, "path_open", &[fd::ROOT.into(), 0, 64, 1, 2, 2, 0, 0, 128], &[(64, b".")]);
    while open(world) == 0 {}
    assert_eq!(open(world), Errno::EMFILE.wasi());
}

#[test]
fn open_at_the_limit_of_files_creates_and_truncates_nothing() {
    let mut world = world();
    fill_table(&mut world);
    // World::step itself complains of a failed call that changes a file system.
    for (path, oflags) in [(&b"tmp/new"[..], 1), (b"host/new", 1), (b"tmp/file", 8), (b"host/file", 8)] {
        let args = [fd::ROOT.into(), 0, 64, path.len() as u64, oflags, 64, 0, 0, 128];
        assert_eq!(call(&mut world, "path_open", &args, &[(64, path)]), Errno::EMFILE.wasi());
    }
    let stat = [fd::ROOT.into(), 0, 64, 7, 256];
    assert_eq!(call(&mut world, "path_filestat_get", &stat, &[(64, b"tmp/new")]), Errno::ENOENT.wasi());
}

#[test]
fn accept_at_the_limit_of_files_loses_no_connection() {
    let mut world = world();
    fill_table(&mut world);
    let accept = [fd::LISTENER.into(), 4, 64];
    for _ in 0..5 {
        assert_eq!(call(&mut world, "sock_accept", &accept, &[]), Errno::EMFILE.wasi());
    }
    for number in [fd::FREE, fd::FREE + 1, fd::FREE + 2] {
        assert_eq!(call(&mut world, "fd_close", &[number.into()], &[]), 0);
        assert_eq!(call(&mut world, "sock_accept", &accept, &[]), 0, "one of the three that waited");
    }
}
