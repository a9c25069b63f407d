//! `--trace` and its kin.

use crate::support::{Done, file, gopherix, module, run_wat, temp};

/// Opens a file that is there, one that is not, writes a line, exits.
const GUEST: &str = r#"
    (data (i32.const 0) "\08\00\00\00\03\00\00\00hi\n") (data (i32.const 32) "data/here") (data (i32.const 48) "data/gone")
    (func $try (param i32) (drop (call $open (i32.const 3) (i32.const 1) (local.get 0) (i32.const 9) (i32.const 0)
        (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 128))))
    (func (export "_start") (call $try (i32.const 32)) (call $try (i32.const 48))
        (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 128)))
        (call $exit (i32.const 5)))"#;

fn traced(flags: &[&str]) -> Done {
    let dir = temp();
    file(dir.path(), "here", "x");
    let grant = format!("{}::/data:ro", dir.path().display());
    gopherix(["run", "--dir", &grant]).args(flags).args([module(dir.path(), GUEST)]).done().expect(5).prints("hi\n")
}

/// Times replaced by their shape: digits of seconds and micros.
fn redact(trace: &str) -> String {
    let line = |line: &str| {
        let (pid, rest) = line.split_once(' ').expect("a process id");
        let (began, rest) = rest.split_once(' ').expect("a time");
        let (call, took) = rest.rsplit_once(" <").expect("a duration");
        for time in [began, took.trim_end_matches('>')] {
            let (seconds, micros) = time.split_once('.').expect("seconds with a point");
            assert!(seconds.parse::<u32>().is_ok() && micros.len() == 6 && micros.parse::<u32>().is_ok(), "{line}");
        }
        format!("{pid} T {call} <T>\n")
    };
    trace.lines().map(line).collect()
}

#[test]
fn a_line_a_call_with_arguments_result_and_reason() {
    insta::assert_snapshot!(redact(&traced(&["--trace"]).stderr), @r#"
    [1] T openat(at: 3, path: "data/here", flags: 0, access: ReadOnly, mode: 0o666, rights: 0x2, inheriting: 0x0) = 4 <T>
    [1] T openat(at: 3, path: "data/gone", flags: 0, access: ReadOnly, mode: 0o666, rights: 0x2, inheriting: 0x0) = -1 ENOENT (no such file or directory) <T>
    [1] T write(fd: 1, bufs: "hi\n", 3 bytes) = 3 <T>
    [1] T exit(code: 5) = 0 <T>
    "#);
}

/// Reads twice into the same 8 bytes, of an input of 3.
const READER: &str = r#"(import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1) (data (i32.const 0) "\10\00\00\00\08\00\00\00________old data")
    (func (export "_start")
        (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 64)))
        (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 64))))"#;

#[test]
fn a_read_shows_what_was_read_and_not_what_was_there() {
    let dir = temp();
    let path = file(dir.path(), "reader.wasm", wat::parse_str(format!("(module {READER})")).unwrap());
    let done = gopherix(["run", "--trace=file"]).args([path]).stdin(b"new").done().expect(0);
    let reads: String = done.stderr.lines().filter(|line| line.contains(" read(")).map(redact).collect();
    insta::assert_snapshot!(reads, @r#"
    [1] T read(fd: 0, bufs: "new", 8 bytes) = 3 <T>
    [1] T read(fd: 0, bufs: 8 bytes) = 0 <T>
    "#);
}

#[test]
fn families_are_chosen() {
    let paths = traced(&["--trace=path"]).stderr;
    let calls: Vec<&str> = paths.lines().filter_map(|line| line.split([' ', '(']).nth(2)).collect();
    assert_eq!(calls, ["openat", "openat"], "{paths}");
    let both = traced(&["--trace=file,process"]).stderr;
    assert!(both.contains(" write(") && both.contains(" exit(") && !both.contains(" openat("), "{both}");
}

#[test]
fn an_unknown_family_is_told_with_those_there_are() {
    let message = "gopherix: --trace: no family \"paths\"; there are file, path, poll, process, signal, time, random, \
                   socket, tty, and all\n";
    run_wat(&["--trace=path,paths"], r#"(func (export "_start"))"#).expect(125).says(message);
}

#[test]
fn the_summary_counts_calls_and_errors() {
    let table = traced(&["--trace-summary"]).stderr;
    let mut lines = table.lines();
    assert_eq!(lines.next(), Some("% time     seconds  usecs/call     calls    errors syscall"));
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split_whitespace().collect()).collect();
    let row = |name: &str| rows.iter().find(|row| row.last() == Some(&name)).expect(name)[3..].to_vec();
    assert_eq!(row("openat"), ["2", "1", "openat"]);
    assert_eq!(row("write"), ["1", "write"]);
    assert_eq!(row("exit"), ["1", "exit"]);
    assert_eq!(row("total"), ["4", "1", "total"]);
    assert_eq!(rows.last().map(|row| row[0]), Some("100.0"));
}

#[test]
fn a_trace_file_keeps_stderr_clean() {
    let dir = temp();
    let path = dir.path().join("log");
    let flag = format!("--trace-file={}", path.display());
    traced(&[&flag]).says("");
    let log = std::fs::read_to_string(&path).unwrap();
    assert!(log.contains(" openat(") && log.contains(" write(") && log.contains(" exit("), "{log}");
    traced(&["--trace=path", "--trace-summary", &flag]).says("");
    let log = std::fs::read_to_string(&path).unwrap();
    assert!(log.contains(" openat(") && !log.contains(" write(fd") && log.contains("\n% time"), "{log}");
    run_wat(&["--trace-file=/nowhere/log"], r#"(func (export "_start"))"#)
        .expect(125)
        .mentions("cannot write /nowhere/log");
}

#[test]
fn a_program_whose_time_is_up_leaves_its_trace() {
    let dir = temp();
    let path = dir.path().join("log");
    let flag = format!("--trace-file={}", path.display());
    let endless =
        format!("{} (func $unused)", GUEST.replace("(call $exit (i32.const 5))", "(loop $again (br $again))"));
    run_wat(&["--timeout=200ms", &flag], &endless).expect(124).mentions("(--timeout)");
    assert!(std::fs::read_to_string(&path).unwrap().contains(" write("));
}
