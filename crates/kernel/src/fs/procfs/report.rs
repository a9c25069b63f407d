//! What the files of `/proc/PID` say (proc_pid_status(5), proc_pid_stat(5) and so on).

use std::fmt::Write;
use std::sync::atomic::Ordering;

use crate::Kernel;
use crate::signal::SignalSets;
use crate::task::{Credentials, GState, Process};

/// Nanoseconds of a clock tick: 100 a second, which is Linux's USER_HZ on every machine.
const TICK_NS: u64 = 10_000_000;
/// Bytes of a page, in which `stat` counts the resident memory: a wasm page, which is what guests are told by getpagesize(3).
const PAGE: u64 = 65536;
const SECOND_NS: u64 = 1_000_000_000;
/// Bytes of a name in `comm`, without Linux's terminating NUL (TASK_COMM_LEN).
const COMM_MAX: usize = 15;

/// The arguments, each ended by a NUL.
pub(super) fn cmdline(_kernel: &Kernel, process: &Process) -> Vec<u8> {
    ended_by_nul(&process.args)
}

/// The initial environment, each entry ended by a NUL.
pub(super) fn environ(_kernel: &Kernel, process: &Process) -> Vec<u8> {
    ended_by_nul(&process.env)
}

fn ended_by_nul(items: &[Vec<u8>]) -> Vec<u8> {
    items.iter().flat_map(|item| item.iter().copied().chain([0])).collect()
}

/// The program's name.
pub(super) fn comm(_kernel: &Kernel, process: &Process) -> Vec<u8> {
    [short_name(process), b"\n"].concat()
}

fn short_name(process: &Process) -> &[u8] {
    let name = process.name();
    name.get(..COMM_MAX).unwrap_or(name)
}

/// The letter and the word of a process' state.
fn state(process: &Process) -> (char, &'static str) {
    if process.status().is_some() {
        return ('Z', "zombie");
    }
    if process.is_stopped() {
        return ('T', "stopped");
    }
    let runs = |state| matches!(state, GState::Running | GState::Runnable);
    if process.threads.lock().values().any(|thread| runs(thread.state())) {
        ('R', "running")
    } else {
        ('S', "sleeping")
    }
}

/// For people, and for programs that read it line by line. `FDSize` counts slots in use or freed since. What is blocked is what
/// every thread blocks.
pub(super) fn status(_kernel: &Kernel, process: &Process) -> Vec<u8> {
    let mut out = b"Name:\t".to_vec();
    for byte in short_name(process) {
        match byte {
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\\' => out.extend_from_slice(b"\\\\"),
            byte => out.push(*byte),
        }
    }
    let (letter, word) = state(process);
    let (pid, parent) = (process.pid, process.parent.load(Ordering::Relaxed));
    let (memory, peak) = memory(process);
    let (memory, peak) = (memory / 1024, peak / 1024);
    let slots = process.fds.lock().slots();
    let threads = process.threads.lock().len();
    let (pgid, sid) = (process.pgid(), process.session().sid);
    let SignalSets { ignored, caught, pending, blocked } = process.signal_sets();
    let (ignored, caught, pending, blocked) = (ignored.bits(), caught.bits(), pending.bits(), blocked.bits());
    let Credentials { uid, gid, groups } = &process.credentials;
    let groups = groups.iter().fold(String::new(), |list, group| format!("{list}{group} "));
    let umask = process.umask().0;
    let rest = format!(
        "\nUmask:\t{umask:04o}\nState:\t{letter} ({word})\nTgid:\t{pid}\nPid:\t{pid}\nPPid:\t{parent}\n\
         Uid:\t{uid}\t{uid}\t{uid}\t{uid}\nGid:\t{gid}\t{gid}\t{gid}\t{gid}\n\
         FDSize:\t{slots}\nGroups:\t{groups}\nNSpgid:\t{pgid}\nNSsid:\t{sid}\nVmPeak:\t{peak:8} kB\nVmSize:\t{memory:8} kB\nVmHWM:\t{peak:8} kB\nVmRSS:\t{memory:8} kB\n\
         Threads:\t{threads}\nShdPnd:\t{pending:016x}\nSigBlk:\t{blocked:016x}\nSigIgn:\t{ignored:016x}\nSigCgt:\t{caught:016x}\n"
    );
    out.extend_from_slice(rest.as_bytes());
    out
}

/// Bytes of linear memory now and at most. All of it counts as resident: nobody knows which pages were touched.
fn memory(process: &Process) -> (u64, u64) {
    (process.usage.memory.load(Ordering::Relaxed), process.usage.memory_peak.load(Ordering::Relaxed))
}

/// The code and the linear memory, each in an address space of its own, both from 0: an address of code is an offset in the
/// module, as in WebAssembly's stack traces. The file is for programs that look for the executable mapping, as pprof does.
pub(super) fn maps(_kernel: &Kernel, process: &Process) -> Vec<u8> {
    let mut out = format!("{:08x}-{:08x} r-xp 00000000 00:00 0 ", 0, process.module_bytes).into_bytes();
    let name = process.args.first().filter(|name| !name.is_empty()).map_or(&b"[module]"[..], Vec::as_slice);
    out.extend_from_slice(&name.escape_ascii().collect::<Vec<u8>>());
    out.extend_from_slice(format!("\n{:08x}-{:08x} rw-p 00000000 00:00 0 [heap]\n", 0, memory(process).0).as_bytes());
    out
}

/// One line of 52 fields. Those not listed in [`known_field`] are 0.
pub(super) fn stat(kernel: &Kernel, process: &Process) -> Vec<u8> {
    let mut out = format!("{} (", process.pid).into_bytes();
    out.extend_from_slice(short_name(process));
    let mut rest = format!(") {}", state(process).0);
    for field in 4..=52 {
        let _ = match known_field(kernel, process, field) {
            // tpgid: no foreground process group.
            None if field == 8 => write!(rest, " -1"),
            value => write!(rest, " {}", value.unwrap_or(0)),
        };
    }
    rest.push('\n');
    out.extend_from_slice(rest.as_bytes());
    out
}

/// Fields by their numbers in proc_pid_stat(5).
fn known_field(kernel: &Kernel, process: &Process, field: u32) -> Option<u64> {
    let memory = memory(process).0;
    match field {
        // ppid
        4 => Some(process.parent.load(Ordering::Relaxed).into()),
        5 => Some(process.pgid().0.into()),
        // session
        6 => Some(process.session().sid.0.into()),
        8 => process.session().terminal()?.foreground().map(|pgid| pgid.0.into()),
        // utime: all CPU time is the guest's own
        14 => Some(process.usage.cpu_ns.load(Ordering::Relaxed) / TICK_NS),
        // priority: that of nice 0
        18 => Some(20),
        // num_threads
        20 => u64::try_from(process.threads.lock().len()).ok(),
        // starttime: ticks after the boot
        22 => Some(process.started_ns.saturating_sub(kernel.booted_ns()) / TICK_NS),
        // vsize in bytes, rss in pages, rsslim in bytes
        23 => Some(memory),
        24 => Some(memory / PAGE),
        25 => Some(process.limits.memory.unwrap_or(u64::MAX)),
        // signal, blocked, sigignore, sigcatch
        31 => Some(process.signal_sets().pending.bits()),
        32 => Some(process.signal_sets().blocked.bits()),
        33 => Some(process.signal_sets().ignored.bits()),
        34 => Some(process.signal_sets().caught.bits()),
        // exit_signal: SIGCHLD
        38 => Some(17),
        _ => None,
    }
}

/// The limits that there are, in Linux's table.
pub(super) fn limits(_kernel: &Kernel, process: &Process) -> Vec<u8> {
    let limits = &process.limits;
    // A limit below one second still is one.
    let cpu = limits.cpu_time_ns.map(|ns| ns.div_ceil(SECOND_NS));
    let rows = [
        ("Max cpu time", cpu, "seconds"),
        ("Max file size", limits.file_size, "bytes"),
        ("Max processes", limits.processes.map(u64::from), "processes"),
        ("Max open files", Some(limits.open_files.into()), "files"),
        ("Max address space", limits.memory, "bytes"),
    ];
    let mut out = limits_row("Limit", "Soft Limit", "Hard Limit", "Units");
    for (name, limit, unit) in rows {
        let limit = limit.map_or_else(|| "unlimited".into(), |limit| limit.to_string());
        out.push_str(&limits_row(name, &limit, &limit, unit));
    }
    out.into_bytes()
}

fn limits_row(name: &str, soft: &str, hard: &str, unit: &str) -> String {
    format!("{name:<25} {soft:<20} {hard:<20} {unit:<10}\n")
}

/// Input and output. Only bytes written to files are counted, as `wchar`; the others are 0.
pub(super) fn io(_kernel: &Kernel, process: &Process) -> Vec<u8> {
    let written = process.usage.written.load(Ordering::Relaxed);
    format!("rchar: 0\nwchar: {written}\nsyscr: 0\nsyscw: 0\nread_bytes: 0\nwrite_bytes: 0\ncancelled_write_bytes: 0\n")
        .into_bytes()
}
