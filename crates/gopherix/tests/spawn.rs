//! Programs that start programs: what the children get, how their ends are told, that nothing is left of them.

#![expect(clippy::unwrap_used, reason = "in a test, to panic is to fail")]

use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use gopherix::{Access, Errno, ExitStatus, Limits, Machine, Signal, Stdio};
use gopherix_abi::gopherix::spawn::{Flags, NO_FD, VERSION};

/// A request as a guest makes one.
struct Request<'a> {
    flags: Flags,
    pgid: u32,
    path: &'a str,
    cwd: &'a str,
    args: &'a [&'a str],
    env: &'a [&'a str],
    fds: &'a [u32],
}

impl Default for Request<'_> {
    fn default() -> Self {
        let (args, env): (&[&str], &[&str]) = (&["child"], &[]);
        Request { flags: Flags::empty(), pgid: 0, path: "/bin/child", cwd: "", args, env, fds: &[0, 1, 2] }
    }
}

impl Request<'_> {
    fn bytes(&self) -> Vec<u8> {
        let len = |n: usize| u32::try_from(n).unwrap();
        let counts = [len(self.args.len()), len(self.env.len()), len(self.fds.len())];
        let words =
            [VERSION, self.flags.bits(), self.pgid, 0].into_iter().chain(counts).chain(self.fds.iter().copied());
        let mut raw: Vec<u8> = words.flat_map(u32::to_le_bytes).collect();
        for text in [self.path, self.cwd].iter().chain(self.args).chain(self.env) {
            raw.extend_from_slice(text.as_bytes());
            raw.push(0);
        }
        raw
    }
}

/// A program that has a request at 1024 (`$len` bytes), and the calls. Its own numbers are at 0: child, status, waited.
fn parent(request: &Request<'_>, body: &str) -> Vec<u8> {
    let bytes = request.bytes();
    let data: String = bytes.iter().map(|byte| format!("\\{byte:02x}")).collect();
    let len = bytes.len();
    let wat = format!(
        r#"(module
        (import "gopherix" "spawn" (func $spawn (param i32 i32 i32) (result i32)))
        (import "gopherix" "wait4" (func $wait4 (param i32 i32 i32 i32 i32) (result i32)))
        (import "gopherix" "kill" (func $kill (param i32 i32) (result i32)))
        (import "gopherix" "pidfd" (func $pidfd (param i32 i32) (result i32)))
        (import "gopherix" "sigenable" (func $sigenable (param i32) (result i32)))
        (import "gopherix" "sig_next" (func $sig_next (param i32) (result i32)))
        (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
        (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
        (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
        (memory (export "memory") 2)
        (data (i32.const 1024) "{data}")
        (func $start_child (result i32) (call $spawn (i32.const 1024) (i32.const {len}) (i32.const 0)))
        (func $must (param i32) (if (local.get 0) (then (call $exit (i32.add (i32.const 100) (local.get 0))))))
        (func $reap (call $must (call $wait4 (i32.load (i32.const 0)) (i32.const 0) (i32.const 4) (i32.const 0) (i32.const 8))))
        (func (export "_start") {body}))"#
    );
    wat::parse_str(wat).unwrap()
}

fn child(body: &str) -> Vec<u8> {
    let wat = format!(
        r#"(module
        (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
        (import "wasi_snapshot_preview1" "fd_prestat_get" (func $prestat (param i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes (param i32 i32) (result i32)))
        (memory (export "memory") 1)
        (data (i32.const 0) "\10\00\00\00\06\00\00\00") (data (i32.const 16) "hello\n")
        {body})"#
    );
    wat::parse_str(wat).unwrap()
}

fn put(dir: &Path, name: &str, bytes: &[u8], mode: u32) {
    let path = dir.join(name);
    std::fs::write(&path, bytes).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// A machine whose `/bin` is a directory of the host with these programs.
fn machine(programs: &[(&str, &[u8])]) -> (Machine, tempfile::TempDir) {
    let dir = tempfile::tempdir().unwrap();
    for (name, bytes) in programs {
        put(dir.path(), name, bytes, 0o755);
    }
    let machine = Machine::builder().dir(dir.path(), "/bin", Access::ReadOnly).boot().unwrap();
    (machine, dir)
}

fn run(machine: &Machine, wasm: Vec<u8>) -> ExitStatus {
    let program = machine.load(wasm).unwrap();
    machine.command(&program).spawn().unwrap().wait_blocking()
}

const EXIT_WITH_STATUS: &str = "(call $must (call $start_child)) (call $reap)
    (call $exit (i32.shr_u (i32.load (i32.const 4)) (i32.const 8)))";

#[test]
fn a_child_runs_with_its_streams_and_its_exit_is_told() {
    let says = child(
        r#"(func (export "_start")
        (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))) (call $exit (i32.const 7)))"#,
    );
    let (machine, _dir) = machine(&[("child", &says)]);
    let program = machine.load(parent(&Request::default(), EXIT_WITH_STATUS)).unwrap();
    let mut process = machine.command(&program).stdout(Stdio::Pipe).spawn().unwrap();
    let mut said = String::new();
    process.stdout.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!((said.as_str(), process.wait_blocking()), ("hello\n", ExitStatus::Exited(7)));
    assert!(machine.processes().is_empty());
}

#[test]
fn what_cannot_be_started_says_why() {
    let fine = child(r#"(func (export "_start"))"#);
    let (machine, dir) = machine(&[("child", &fine), ("text", b"just text"), ("elf", b"\x7fELF and so on")]);
    put(dir.path(), "plain", &fine, 0o644);
    put(dir.path(), "script", b"#!/bin/nothing\n", 0o755);
    put(dir.path(), "loop", b"#!/bin/loop\n", 0o755);
    put(dir.path(), "garbled", b"\0asm\x01\0\0\0garbage", 0o755);
    let errno = |request: Request<'_>| {
        let status = run(&machine, parent(&request, "(call $exit (call $start_child))"));
        let ExitStatus::Exited(code) = status else { panic!("{status:?}") };
        u16::try_from(code).unwrap()
    };
    let path = |path| Request { path, ..Request::default() };
    let as_root = std::fs::metadata("/proc/self").map(|meta| std::os::unix::fs::MetadataExt::uid(&meta)).unwrap() == 0;
    for (path, want) in [
        ("/bin/none", Errno::ENOENT),
        ("/bin/child/", Errno::ENOTDIR),
        ("/bin", Errno::EACCES),
        ("/bin/text", Errno::ENOEXEC),
        ("/bin/elf", Errno::EACCES),
        ("/bin/script", Errno::ENOENT),
        ("/bin/loop", Errno::ELOOP),
        ("/bin/garbled", Errno::ENOEXEC),
        ("", Errno::ENOENT),
    ]
    .map(|(name, want)| (path(name), want))
    {
        let name = path.path.to_owned();
        assert_eq!(errno(path), want.wasi(), "{name}");
    }
    // Nobody may execute it, so not even root.
    assert_eq!(errno(path("/bin/plain")), Errno::EACCES.wasi(), "{as_root}");
    assert_eq!(errno(Request { fds: &[0, 1, 9], ..Request::default() }), Errno::EBADF.wasi());
    assert_eq!(errno(Request { cwd: "/none", ..Request::default() }), Errno::ENOENT.wasi());
    assert_eq!(errno(Request { cwd: "/bin/child", ..Request::default() }), Errno::ENOTDIR.wasi());
    assert_eq!(errno(Request { flags: Flags::SETPGID, pgid: 9, ..Request::default() }), Errno::EPERM.wasi());
    assert_eq!(errno(Request { flags: Flags::SETCTTY, ..Request::default() }), Errno::ENOTTY.wasi());
    assert!(machine.processes().is_empty());
}

#[test]
fn a_script_is_run_by_its_interpreter() {
    // It exits with the number of its arguments.
    let counts = child(
        r#"(func (export "_start") (drop (call $args_sizes (i32.const 100) (i32.const 104)))
        (call $exit (i32.load (i32.const 100))))"#,
    );
    let (machine, dir) = machine(&[("counts", &counts)]);
    put(dir.path(), "script", b"#! counts -x y \nanything", 0o755);
    let request = Request { path: "script", cwd: "/bin", args: &["s", "a", "b"], ..Request::default() };
    // The interpreter, its one argument, the script, and what follows the script's own name.
    assert_eq!(run(&machine, parent(&request, EXIT_WITH_STATUS)), ExitStatus::Exited(5));
}

#[test]
fn preopened_directories_follow_what_was_inherited_also_over_holes() {
    // It exits with the number of the first descriptor that is a directory handed in; 99 at EBADF.
    let finds = child(
        r#"(func (export "_start") (local $fd i32) (local.set $fd (i32.const 3))
        (loop $next
            (if (call $prestat (local.get $fd) (i32.const 100)) (then (call $exit (i32.const 99))))
            (if (i32.eqz (i32.load8_u (i32.const 100))) (then (call $exit (local.get $fd))))
            (local.set $fd (i32.add (local.get $fd) (i32.const 1)))
            (br $next)))"#,
    );
    let (machine, _dir) = machine(&[("child", &finds)]);
    for (fds, want) in
        [(&[0, 1, 2][..], 3), (&[][..], 3), (&[0, 1, 2, 0, 1][..], 5), (&[0, NO_FD, 2, NO_FD, 3, NO_FD][..], 6)]
    {
        let request = Request { fds, ..Request::default() };
        let status = run(&machine, parent(&request, EXIT_WITH_STATUS));
        assert_eq!(status, ExitStatus::Exited(want), "{fds:?}");
    }
}

#[test]
fn signals_end_stop_and_continue_a_child_that_never_calls() {
    let spins = child(r#"(func (export "_start") (loop $l (br $l)))"#);
    let (machine, _dir) = machine(&[("child", &spins)]);
    let wait = |options: u32| {
        format!(
            "(call $must (call $wait4 (i32.const -1) (i32.const {options}) (i32.const 4) (i32.const 0) (i32.const 8)))"
        )
    };
    let kill =
        |signal: Signal| format!("(call $must (call $kill (i32.load (i32.const 0)) (i32.const {})))", signal.number());
    let expect = |word: u32| {
        format!("(if (i32.ne (i32.load (i32.const 4)) (i32.const {word})) (then (call $exit (i32.const 99))))")
    };
    let body = [
        "(call $must (call $start_child))".to_owned(),
        kill(Signal::SIGSTOP),
        wait(2),
        expect(0x137f),
        kill(Signal::SIGCONT),
        wait(8),
        expect(0xffff),
        kill(Signal::SIGTERM),
        wait(0),
        expect(15),
    ]
    .concat();
    assert_eq!(run(&machine, parent(&Request::default(), &body)), ExitStatus::Exited(0));
}

#[test]
fn the_end_of_the_first_program_ends_the_rest() {
    let spins = child(r#"(func (export "_start") (loop $l (br $l)))"#);
    let (machine, _dir) = machine(&[("child", &spins)]);
    let body = "(call $must (call $start_child)) (call $must (call $start_child))";
    assert_eq!(run(&machine, parent(&Request::default(), body)), ExitStatus::Exited(0));
    assert!(machine.processes().is_empty(), "their ends are waited for");
}

#[test]
fn a_signal_that_is_handled_interrupts_waiting_and_is_taken() {
    let spins = child(r#"(func (export "_start") (loop $l (br $l)))"#);
    let (machine, _dir) = machine(&[("child", &spins)]);
    let body = format!(
        "(call $must (call $sigenable (i32.const {usr1}))) (call $must (call $start_child))
        (if (i32.ne (call $wait4 (i32.const -1) (i32.const 0) (i32.const 4) (i32.const 0) (i32.const 8)) (i32.const {eintr}))
            (then (call $exit (i32.const 98))))
        (call $must (call $sig_next (i32.const 12)))
        (call $exit (i32.load (i32.const 12)))",
        usr1 = Signal::SIGUSR1.number(),
        eintr = Errno::EINTR.wasi(),
    );
    let program = machine.load(parent(&Request::default(), &body)).unwrap();
    let process = machine.command(&program).spawn().unwrap();
    let began = Instant::now();
    while machine.processes().len() < 2 || !process.process().is_waiting() {
        assert!(began.elapsed() < Duration::from_secs(20));
        std::thread::yield_now();
    }
    process.kill(Signal::SIGUSR1).unwrap();
    assert_eq!(process.wait_blocking(), ExitStatus::Exited(u32::from(Signal::SIGUSR1.number())));
}

#[test]
fn there_are_no_more_processes_than_may_be() {
    let spins = child(r#"(func (export "_start") (loop $l (br $l)))"#);
    let (machine, _dir) = machine(&[("child", &spins)]);
    let body = "(call $must (call $start_child)) (call $must (call $start_child)) (call $exit (call $start_child))";
    let program = machine.load(parent(&Request::default(), body)).unwrap();
    let limits = Limits { processes: Some(3), ..Limits::default() };
    let status = machine.command(&program).limits(limits).spawn().unwrap().wait_blocking();
    assert_eq!(status, ExitStatus::Exited(Errno::EAGAIN.wasi().into()));
}

/// Two thousand in a row: nothing of them stays, and each costs little.
#[test]
fn two_thousand_children_leave_nothing_behind() {
    let exits = child(r#"(func (export "_start"))"#);
    let (machine, _dir) = machine(&[("child", &exits)]);
    const COUNT: u32 = 2000;
    let body = format!(
        "(local $n i32) (local.set $n (i32.const {COUNT}))
        (loop $next
            (call $must (call $start_child))
            (call $must (call $pidfd (i32.load (i32.const 0)) (i32.const 16)))
            (drop (call $kill (i32.load (i32.const 0)) (i32.const {term})))
            (call $reap)
            (call $must (call $close (i32.load (i32.const 16))))
            (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))",
        term = Signal::SIGCHLD.number(),
    );
    let program = machine.load(parent(&Request::default(), &body)).unwrap();
    let measure = || (std::fs::read_dir("/proc/self/fd").unwrap().count(), resident());
    assert_eq!(machine.command(&program).spawn().unwrap().wait_blocking(), ExitStatus::Exited(0), "warm");
    let (fds, memory) = measure();
    let began = Instant::now();
    assert_eq!(machine.command(&program).spawn().unwrap().wait_blocking(), ExitStatus::Exited(0));
    let each = began.elapsed() / COUNT;
    let (fds_after, memory_after) = measure();
    println!("spawn and wait: {each:?} each; {fds} → {fds_after} descriptors, {memory} → {memory_after} KiB");
    assert!(machine.processes().is_empty() && machine.kernel().timers().is_empty());
    // Other tests of this process come and go: only what 2,000 leaks would show is looked for.
    assert!(fds_after < fds + 200 && memory_after < memory + (64 << 10), "{fds_after} {memory_after}");
}

/// Resident memory of this process, KiB.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
