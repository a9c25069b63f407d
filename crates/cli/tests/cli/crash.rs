//! Programs that do not end by themselves: what is said of them, and that a Go program's traceback is Go's own.

use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use gopherix_testkit::go::{Port, build};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::support::{Run, ended, file, gopherix, gopherix_with_sigquit, module, temp};

const PORTS: [Port; 2] = [Port::Wasip1, Port::Js];

fn guest(port: Port) -> PathBuf {
    build("crates/cli/tests/crash-guest", port).expect("build the guest")
}

fn run(port: Port, flags: &[&str], command: &[&str]) -> Run {
    gopherix(["run"]).args(flags).args([guest(port)]).args(command)
}

/// What a native build of the guest writes to stderr.
fn native(command: &str) -> String {
    let output = Command::new(guest(Port::Native)).arg(command).output().expect("run the native program");
    assert_eq!(output.status.code(), Some(2));
    String::from_utf8(output.stderr).expect("text")
}

/// A goroutine of a traceback.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Told {
    /// Such as `goroutine 1 [running]`.
    header: String,
    /// `function file:line`; `created by function file:line`.
    calls: Vec<String>,
}

/// The goroutines of a traceback, without what differs for good reasons: arguments, offsets of instructions, the runtime's own
/// calls (which Go shows for some errors), and the goroutine that serves JavaScript. A call repeated is one.
fn goroutines(text: &str) -> Vec<Told> {
    let mut told: Vec<Told> = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if line.starts_with("goroutine ") {
            told.push(Told { header: line.trim_end_matches(':').into(), calls: Vec::new() });
            continue;
        }
        let place = lines.peek().and_then(|next| next.strip_prefix('\t')).and_then(|next| next.split(' ').next());
        let (Some(place), Some(goroutine)) = (place, told.last_mut()) else { continue };
        let function = match line.strip_prefix("created by ") {
            Some(creator) => format!("created by {}", creator.split(" in goroutine").next().unwrap_or_default()),
            None => line.rsplit_once('(').expect("arguments").0.into(),
        };
        let is_runtimes = ["runtime.", "created by runtime.", "syscall/js."].iter().any(|p| function.starts_with(p));
        let call = format!("{function} {place}");
        if !is_runtimes && goroutine.calls.last() != Some(&call) {
            goroutine.calls.push(call);
        }
    }
    told.retain(|goroutine| !goroutine.calls.is_empty());
    told.sort();
    told
}

/// [`goroutines`] without headers: their numbers depend on how many the runtime has started for itself.
fn calls(text: &str) -> Vec<Vec<String>> {
    let mut calls: Vec<_> = goroutines(text).into_iter().map(|goroutine| goroutine.calls).collect();
    calls.sort();
    calls
}

fn first_line<'a>(text: &'a str, starts: &[&str]) -> &'a str {
    text.lines().find(|line| starts.iter().any(|start| line.starts_with(start))).expect("such a line")
}

#[test]
fn a_crash_names_the_functions_files_and_lines_that_a_native_one_names() {
    for (command, function) in [
        ("nil", "main.(*tree).sum"),
        ("index", "main.inlined"),
        ("error", "main.main"),
        ("deadlock", "main.stuck"),
        ("throw", "main.release"),
    ] {
        let expected = native(command);
        assert!(calls(&expected).iter().flatten().any(|call| call.starts_with(function)), "{expected}");
        for port in PORTS {
            let done = run(port, &[], &[command]).done().expect(2);
            assert_eq!(calls(&done.stderr), calls(&expected), "{command} {port:?}\n{}\n{expected}", done.stderr);
            let starts = ["panic: ", "fatal error: "];
            assert_eq!(first_line(&done.stderr, &starts), first_line(&expected, &starts), "{command} {port:?}");
        }
    }
}

#[test]
fn a_stack_overflow_names_the_functions_files_and_lines_that_a_native_one_names() {
    let expected = native("recurse");
    assert_eq!(calls(&expected).len(), 1, "{expected}");
    for port in PORTS {
        // A goroutine that is preempted goes on with its wasm stack empty: it could recurse for long.
        let done = run(port, &["--tick", "1h"], &["recurse"]).done().expect(139);
        assert!(done.stderr.contains("ended by SIGSEGV: wasm trap: call stack exhausted\n\n"), "{}", done.stderr);
        assert!(done.stderr.contains("\ngoroutine 1 [running]:\nmain.recurse(...)\n"), "{}", done.stderr);
        assert!(done.stderr.contains(" frames elided...\n"), "{}", done.stderr);
        assert_eq!(calls(&done.stderr), calls(&expected), "{port:?}");
    }
}

#[test]
fn a_trap_in_a_go_program_names_the_functions_files_and_lines_that_a_native_one_names() {
    let expected = native("wild");
    assert_eq!(calls(&expected).first().map(Vec::len), Some(2), "{expected}");
    for port in PORTS {
        let done = run(port, &[], &["wild"]).done().expect(139);
        assert!(
            done.stderr.contains("ended by SIGSEGV: wasm trap: out of bounds memory access\n\n"),
            "{}",
            done.stderr
        );
        assert_eq!(calls(&done.stderr), calls(&expected), "{port:?}");
    }
}

#[test]
fn sigquit_ends_a_program_that_is_not_gos_too() {
    let dir = temp();
    let waits = r#"(data (i32.const 0) "\01") (func (export "_start")
        (drop (call $write (i32.const 1) (i32.const 32) (i32.const 1) (i32.const 48)))
        (drop (call $poll (i32.const 64) (i32.const 128) (i32.const 1) (i32.const 48))))
        (data (i32.const 32) "\10\00\00\00\06\00\00\00") (data (i32.const 16) "ready\n")
        (data (i32.const 88) "\00\00\00\00\00\00\00\40")"#;
    let run = gopherix_with_sigquit("default", ["run"]).args([module(dir.path(), waits)]);
    let mut child = run.start(Stdio::null(), Stdio::piped(), Stdio::piped());
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("read");
    kill_process(Pid::from_child(&child), Signal::QUIT).expect("kill");
    let mut stderr = String::new();
    child.stderr.take().expect("a pipe").read_to_string(&mut stderr).expect("read");
    assert_eq!(ended(child).code(), Some(131), "{stderr}");
    assert!(stderr.ends_with("guest.wasm: ended by SIGQUIT: quit\n"), "{stderr}");
}

#[test]
fn sigquit_tells_of_every_goroutine_as_the_program_itself_does_and_exits_2() {
    for port in PORTS {
        for then in ["sleep", "spin"] {
            let run = gopherix_with_sigquit("default", ["run"]).args([guest(port)]).args(["dump", then]);
            let mut child = run.start(Stdio::null(), Stdio::piped(), Stdio::piped());
            let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
            let mut own = String::new();
            while !own.ends_with("\nready\n") {
                assert_ne!(out.read_line(&mut own).expect("read"), 0, "{own}");
            }
            kill_process(Pid::from_child(&child), Signal::QUIT).expect("kill");
            let mut stderr = String::new();
            child.stderr.take().expect("a pipe").read_to_string(&mut stderr).expect("read");
            assert_eq!(ended(child).code(), Some(2), "{stderr}");
            assert!(stderr.starts_with("SIGQUIT: quit\n\ngoroutine 1 ["), "{stderr}");
            let is_main = |goroutine: &Told| goroutine.header.starts_with("goroutine 1 ");
            let (own_main, own): (Vec<_>, Vec<_>) = goroutines(&own).into_iter().partition(is_main);
            let (main, others): (Vec<_>, Vec<_>) = goroutines(&stderr).into_iter().partition(is_main);
            assert_eq!(own.len(), 6, "{own:?}");
            assert_eq!(others, own, "{port:?} {then}: {stderr}");
            // It goes on, or is still writing: only its outermost call is sure to be the same.
            assert_eq!(main[0].calls.last(), own_main[0].calls.last(), "{port:?} {then}: {stderr}");
        }
    }
}

#[test]
fn sigquit_that_was_ignored_from_the_start_stays_ignored() {
    let dir = temp();
    // It says that it is there, and waits for the end of its input.
    let waits = r#"(module
        (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
        (memory (export "memory") 1)
        (data (i32.const 16) "ready\n") (data (i32.const 32) "\10\00\00\00\06\00\00\00")
        (func (export "_start")
            (drop (call $write (i32.const 1) (i32.const 32) (i32.const 1) (i32.const 48)))
            (drop (call $read (i32.const 0) (i32.const 32) (i32.const 1) (i32.const 48)))))"#;
    let module = file(dir.path(), "guest.wasm", wat::parse_str(waits).expect("valid WAT"));
    let run = gopherix_with_sigquit("ignore", ["run"]).args([module]);
    let mut child = run.start(Stdio::piped(), Stdio::piped(), Stdio::piped());
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("read");
    kill_process(Pid::from_child(&child), Signal::QUIT).expect("kill");
    drop(child.stdin.take());
    assert_eq!(ended(child).code(), Some(0));
}

#[test]
fn a_timeout_tells_of_goroutines_if_asked_to() {
    for port in PORTS {
        let done = run(port, &["--timeout", "1s", "--dump-on-timeout"], &["dump", "spin"]).done().expect(124);
        assert!(done.stderr.contains("its time of 1s is up (--timeout)\ngoroutine 1 [running]:\n"), "{}", done.stderr);
        // Without its line, if it was stopped in the function itself: (...) then, else ().
        let spins = ["example.com/spin.Forever()", "example.com/spin.Forever(...)"]
            .iter()
            .any(|call| done.stderr.contains(&format!("\n{call}\n\t")));
        assert!(spins, "{}", done.stderr);
        for call in ["main.receives()", "main.dump(...)"] {
            assert!(done.stderr.contains(&format!("\n{call}\n\t")), "{call}: {}", done.stderr);
        }
        let done = run(port, &["--timeout", "1s"], &["dump", "spin"]).done().expect(124);
        assert!(!done.stderr.contains("goroutine"), "{}", done.stderr);
    }
}

/// Runs the guest with `--crash-report` and `--core`: the exit code, the report, the core dump.
fn reported(port: Port, command: &str, code: i32) -> (Option<Value>, Option<Vec<u8>>) {
    let dir = temp();
    let (report, core) = (dir.path().join("report.json"), dir.path().join("core"));
    // As in the test of stack overflows.
    let tick = ["--tick", "1h"];
    let files = ["--crash-report", report.to_str().unwrap(), "--core", core.to_str().unwrap()];
    run(port, &[tick, [files[0], files[1]], [files[2], files[3]]].concat(), &[command]).done().expect(code);
    let report = std::fs::read(report).ok().map(|report| serde_json::from_slice(&report).expect("JSON"));
    (report, std::fs::read(core).ok())
}

#[test]
fn a_crash_report_tells_signal_message_goroutines_and_registers() {
    for port in PORTS {
        for (command, code, signal, message, function) in [
            (
                "nil",
                2,
                None,
                "panic: runtime error: invalid memory address or nil pointer dereference",
                "main.(*tree).sum",
            ),
            ("index", 2, None, "panic: runtime error: index out of range [7] with length 3", "main.inlined"),
            ("error", 2, None, "panic: wrapped: cause", "main.main"),
            ("value", 2, None, "panic", "main.main"),
            ("throw", 2, None, "fatal error: sync: unlock of unlocked mutex", "internal/sync.fatal"),
            ("recurse", 139, Some("SIGSEGV"), "wasm trap: call stack exhausted", "main.recurse"),
        ] {
            let (report, core) = reported(port, command, code);
            let report = report.expect("a report");
            assert_eq!(report["signal"].as_str(), signal, "{report}");
            assert_eq!(report["exit_code"], code, "{report}");
            assert_eq!(report["message"], message, "{report}");
            assert_eq!(report["hit_memory_limit"], false, "{report}");
            let running = &report["goroutine"];
            assert_eq!(running["state"], "running", "{report}");
            assert_eq!(running["frames"][0]["function"], function, "{port:?} {report}");
            assert!(running["frames"][0]["line"].as_u64().is_some_and(|line| line > 0), "{report}");
            assert_eq!(report["goroutines"][0], *running, "{report}");
            assert!(report["registers"]["sp"].as_u64().is_some_and(|sp| sp > 0), "{report}");
            assert!(report["globals"].as_array().is_some_and(|globals| !globals.is_empty()), "{report}");
            let core = core.expect("a core dump");
            assert!(core.starts_with(b"\0asm") && core.windows(9).any(|bytes| bytes == b"corestack"));
        }
        let report = reported(port, "deadlock", 2).0.expect("a report");
        assert_eq!(report["message"], "fatal error: all goroutines are asleep - deadlock!");
        assert_eq!(report["goroutine"], Value::Null);
        assert_eq!(report["goroutines"][0]["state"], "sync.WaitGroup.Wait", "{report}");
    }
}

#[test]
fn a_go_program_that_used_up_its_memory_says_where() {
    for port in PORTS {
        let dir = temp();
        let report = dir.path().join("report.json");
        let flags = ["--memory", "64M", "--crash-report", report.to_str().unwrap()];
        let done = run(port, &flags, &["exhaust"]).done().expect(2);
        done.mentions("fatal error: out of memory\n")
            .mentions("\nmain.exhaust({")
            .mentions("it asked for more than 64.00 MiB of memory (--memory)\n");
        let report: Value = serde_json::from_slice(&std::fs::read(report).expect("a report")).expect("JSON");
        assert_eq!(report["message"], "fatal error: out of memory", "{report}");
        assert_eq!((&report["signal"], &report["exit_code"]), (&Value::Null, &Value::from(2)), "{report}");
        assert_eq!(report["hit_memory_limit"], true, "{report}");
        assert_eq!(report["goroutine"]["frames"][0]["function"], "main.exhaust", "{report}");
        assert_eq!(report["goroutine"]["frames"][1]["function"], "main.main", "{report}");
    }
}

#[test]
fn a_program_that_exits_by_itself_leaves_no_report() {
    for port in PORTS {
        assert_eq!(reported(port, "exit", 2), (None, None));
    }
}

#[test]
fn a_trap_of_any_program_has_a_report_and_a_core_dump() {
    let dir = temp();
    let wasm = module(
        dir.path(),
        r#"(global (export "depth") i32 (i32.const -7)) (table 1 funcref) (type $t (func (param i32)))
           (func $inner (call_indirect (type $t) (i32.const 1) (i32.const 0)))
           (func $start (export "_start") (call $inner))"#,
    );
    let (report, core) = (dir.path().join("report.json"), dir.path().join("core"));
    let flags = ["--crash-report", report.to_str().unwrap(), "--core", core.to_str().unwrap()];
    let done = gopherix(["run"]).args(flags).args([&wasm]).done().expect(132);
    done.mentions("ended by SIGILL: wasm trap: uninitialized element\n").mentions("!inner");
    let report: Value = serde_json::from_slice(&std::fs::read(report).expect("a report")).expect("JSON");
    assert_eq!(report["signal"], "SIGILL");
    assert_eq!(report["message"], "wasm trap: uninitialized element");
    assert_eq!(report["stack"][0]["function"], "inner", "{report}");
    assert_eq!(report["stack"][1]["function"], "start", "{report}");
    assert_eq!(report["goroutine"], Value::Null);
    assert_eq!(report["globals"][0]["value"], "-7", "{report}");
    assert!(std::fs::read(core).expect("a core dump").starts_with(b"\0asm"));
}

#[test]
fn what_cannot_be_stopped_in_time_has_no_core_dump_and_that_is_said() {
    let dir = temp();
    let wasm = module(dir.path(), r#"(func (export "_start") (loop br 0))"#);
    let core = dir.path().join("core");
    let flags = ["--timeout", "100ms", "--core", core.to_str().unwrap()];
    gopherix(["run"]).args(flags).args([&wasm]).done().expect(124).mentions("guest.wasm: no core dump: ");
    assert!(!core.exists());
}

#[test]
fn a_report_that_cannot_be_written_is_our_own_error() {
    let dir = temp();
    let wasm = module(dir.path(), r#"(func (export "_start") unreachable)"#);
    let flags = ["--crash-report", "/nowhere/report.json"];
    let done = gopherix(["run"]).args(flags).args([&wasm]).done().expect(125);
    done.mentions("ended by SIGABRT: ").mentions("gopherix: cannot write /nowhere/report.json: ");
}
