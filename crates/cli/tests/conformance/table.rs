//! The system call table and the cases: every call has one, in its family's folder, and no case is of an unknown call.

use std::process::Command;

use gopherix::table::{Family, SYSCALLS, SyscallInfo};
use gopherix_testkit::command::succeed;

use crate::cases::{LIMIT, list, native};

/// Folders whose cases belong to a family of another name. What is about devices, the runtime and the like counts for none.
fn is_folder_of(family: Family, folder: &str) -> bool {
    folder == family.name() || family == Family::File && folder == "dir"
}

/// The call that a case's name begins with.
fn call_of(stem: &str) -> Option<&'static SyscallInfo> {
    SYSCALLS.iter().find(|call| stem.strip_prefix(call.name).is_some_and(|claim| claim.starts_with('_')))
}

/// Calls of the module `gopherix` that have no case so far, and what tests them in its place.
const WITHOUT: [(&str, &[&str]); 2] = [
    (
        "nothing of Linux to compare with: they are a Go runtime's own; the kernel's tests, and programs that use them by os/signal \
         and runtime/pprof",
        &[
            "mpreinit",
            "minit",
            "unminit",
            "mdestroy",
            "newosproc",
            "exit_thread",
            "preempt_m",
            "set_process_cpu_profiler",
            "set_thread_cpu_profiler",
            "profile_next",
            "initsig",
            "sigenable",
            "sigdisable",
            "sigignore",
            "sigsave",
            "msigrestore",
            "sigblock",
            "clear_signal_handlers",
            "sig_next",
        ],
    ),
    (
        "the kernel's tests, crates/gopherix/tests/spawn.rs, and programs that use them by os and os/exec",
        &[
            "dup",
            "pipe2",
            "mkfifoat",
            "spawn",
            "wait4",
            "pidfd_open",
            "getrusage",
            "getpgid",
            "setpgid",
            "getsid",
            "setsid",
            "exe_path",
            "futex_wait",
            "futex_wake",
            "kill",
            "setitimer",
        ],
    ),
];

fn is_without(name: &str) -> bool {
    WITHOUT.iter().any(|(_, names)| names.contains(&name))
}

#[test]
fn every_system_call_has_a_case_in_its_familys_folder() {
    let cases = list();
    let cases: Vec<_> = cases.iter().filter_map(|case| case.split_once('/')).collect();
    let has_case = |call: &SyscallInfo| {
        cases.iter().any(|(folder, stem)| {
            is_folder_of(call.family, folder) && call_of(stem).is_some_and(|found| found.name == call.name)
        })
    };
    let wrong = SYSCALLS.iter().filter(|call| has_case(call) == is_without(call.name));
    let wrong: Vec<_> = wrong.map(|call| call.name).collect();
    assert!(wrong.is_empty(), "no case in tests/conformance/<family>, or one and named in WITHOUT: {wrong:?}");
}

#[test]
fn no_case_is_of_an_unknown_call() {
    let cases = list();
    let unknown: Vec<_> =
        cases.iter().filter(|case| case.split_once('/').and_then(|(_, stem)| call_of(stem)).is_none()).collect();
    assert!(unknown.is_empty(), "not named after a system call of the table: {unknown:?}");
}

#[test]
fn the_conformance_program_and_the_table_name_the_same_calls() {
    let text = succeed(Command::new(native()).arg("syscalls"), LIMIT).unwrap();
    let text = String::from_utf8(text).unwrap();
    let mut theirs: Vec<_> = text.lines().filter_map(|line| line.split(' ').next()).collect();
    let mut ours: Vec<_> = SYSCALLS.iter().map(|call| call.name).filter(|name| !is_without(name)).collect();
    theirs.sort_unstable();
    ours.sort_unstable();
    assert_eq!(theirs, ours, "tests/conformance/t/t.go and the table");
}
