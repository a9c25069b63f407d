//! Standard streams.

use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

use crate::support::{ended, gopherix, module, run_go, run_wat, temp};

const YES: &str = r#"(data (i32.const 0) "\08\00\00\00\02\00\00\00y\n")
    (func (export "_start") (loop $again
        (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16))) (br $again)))"#;

#[test]
fn input_is_passed_through() {
    let input: Vec<u8> = (0..200_000u32).flat_map(|n| format!("{n}\n").into_bytes()).collect();
    let done = run_go([""; 0]).args(["cat"]).stdin(&input).done().expect(0).says("");
    assert!(done.stdout.as_bytes() == input, "{} bytes of {}", done.stdout.len(), input.len());
    run_go([""; 0]).args(["cat"]).done().expect(0).prints("");
}

#[test]
fn output_that_nobody_reads_is_sigpipe_without_a_word() {
    let dir = temp();
    let path = module(dir.path(), YES);
    let mut child = gopherix(["run"]).args([path]).start(Stdio::null(), Stdio::piped(), Stdio::piped());
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    assert_eq!(line, "y\n");
    drop(stdout);
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!(stderr, "");
    assert_eq!(ended(child).code(), Some(141));
}

#[test]
fn output_and_errors_are_apart() {
    let both = r#"(data (i32.const 0) "\08\00\00\00\04\00\00\00out\n") (data (i32.const 32) "\28\00\00\00\04\00\00\00err\n")
        (func (export "_start")
            (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 64)))
            (drop (call $write (i32.const 2) (i32.const 32) (i32.const 1) (i32.const 64))))"#;
    run_wat(&[], both).expect(0).prints("out\n").says("err\n");
}

#[test]
fn output_to_a_file_is_whole() {
    let dir = temp();
    let path = dir.path().join("out");
    let text = "x".repeat(50_000);
    let out = std::fs::File::create(&path).unwrap();
    let child = run_go([""; 0]).args(["say", &text]).start(Stdio::null(), out.into(), Stdio::null());
    assert_eq!(ended(child).code(), Some(0));
    assert_eq!(std::fs::read_to_string(path).unwrap(), text + "\n");
}
