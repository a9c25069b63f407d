//! `run all`, natively and, of each port, on each file system.

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc;
use std::{fs, io, thread};

use gopherix::{Access, Machine, ModuleCache, Signal, Stdio};
use gopherix_testkit::command::{Background, Output, run};
use gopherix_testkit::expectations::{Outcome, Outcomes};
use gopherix_testkit::go::Port;
use gopherix_testkit::places::scratch;

use crate::cases::{LIMIT, PORTS, cache, expectations, guest, list, native, nothing_wrong, outcomes};

/// Where a guest's working directory lies.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    HostFs,
    MemFs,
    Overlay,
}

impl Column {
    /// Its own table in `expectations.toml`, beside `native`.
    fn name(self) -> &'static str {
        match self {
            Column::HostFs => "native-hostfs",
            Column::MemFs => "native-memfs",
            Column::Overlay => "native-overlay",
        }
    }
}

#[test]
fn all_cases_pass_natively_then_on_hostfs_memfs_and_overlay() {
    let all = list();
    let natively = run_natively();
    let failed: Vec<_> = natively.iter().filter(|(_, outcome)| matches!(outcome, Outcome::Fail(_))).collect();
    assert!(failed.is_empty(), "a case that fails on Linux is wrong itself: {failed:#?}");
    assert!(natively.keys().eq(&all), "not all cases ran natively");
    let expectations = expectations();
    let mut wrong = Vec::new();
    for port in PORTS {
        for column in [Column::HostFs, Column::MemFs, Column::Overlay] {
            let place = format!("{} on {}", port.name(), column.name());
            let found = run_on(port, column);
            assert!(found.keys().eq(&all), "not all cases ran: {place}");
            let lines = expectations.judge(port.name(), &["native", column.name()], &found);
            wrong.extend(lines.into_iter().chain(skipped_for_want_of_setup(&found)).map(|l| format!("{place}: {l}")));
        }
    }
    nothing_wrong(&wrong, "gopherix");
}

/// What skipped although this runner gives what it needs: the listener.
fn skipped_for_want_of_setup(found: &Outcomes) -> Vec<String> {
    let unset = |outcome: &Outcome| matches!(outcome, Outcome::Skip(why) if why.contains("is not set"));
    found
        .iter()
        .filter(|(name, o)| unset(o) && !name.starts_with("limits/"))
        .map(|(n, o)| format!("{n}: {o:?}"))
        .collect()
}

fn run_natively() -> Outcomes {
    let scratch = scratch().unwrap();
    let mut program = Command::new(native());
    program.args(["run", "all"]).current_dir(scratch.path());
    let finished = run(&mut program, b"", Output::Capture, LIMIT).unwrap();
    outcomes(&String::from_utf8_lossy(&finished.stdout))
}

/// Runs all cases in one guest.
fn run_on(port: Port, column: Column) -> Outcomes {
    let scratch = scratch().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (machine, cwd) = machine(column, scratch.path());
    let program = machine.load_file(&guest(port)).unwrap();
    let command = machine.command(&program).args(["run", "all"]).cwd(cwd).stdout(Stdio::Pipe).stderr(Stdio::Inherit);
    let _peer = Background::start(Command::new(native()).args(["peer", &address.to_string()])).unwrap();
    let mut child = command.listen(listener).env("CONFORMANCE_LISTEN_FD", "3").spawn().unwrap();
    let stdout = child.stdout.take().unwrap();
    let (send, receive) = mpsc::channel();
    thread::spawn(move || send.send(io::read_to_string(stdout)));
    let text = receive.recv_timeout(LIMIT).unwrap_or_else(|_| {
        child.kill(Signal::SIGKILL).unwrap();
        let text = receive.recv().unwrap().unwrap();
        panic!("it hung on {} after\n{text}", column.name());
    });
    let status = child.wait_blocking();
    let text = text.unwrap();
    assert!(matches!(status.code(), 0 | 1), "{} ended with {status:?} after\n{text}", column.name());
    if column == Column::Overlay {
        assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 0, "the overlay wrote to the host");
    }
    outcomes(&text)
}

fn machine(column: Column, host: &Path) -> (Machine, &'static str) {
    let builder = Machine::builder().cache(ModuleCache::open(&cache()).unwrap());
    let (builder, cwd) = match column {
        Column::HostFs => (builder.dir(host, "/scratch", Access::ReadWrite), "/scratch"),
        Column::MemFs => (builder, "/tmp"),
        Column::Overlay => (builder.dir(host, "/scratch", Access::Overlay), "/scratch"),
    };
    (builder.boot().unwrap(), cwd)
}
