//! The modes: a process each, compared from outside.

use std::io;
use std::process::Stdio;

use gopherix_testkit::command::{Output, run, succeed};
use gopherix_testkit::expectations::{Outcome, Outcomes};
use gopherix_testkit::go::Port;
use serde::Deserialize;

use crate::cases::{LIMIT, PORTS, expectations, gopherix_run, guest, nothing_wrong};

/// A line of `conformance modes`; `Mode` of `tests/conformance/t/t.go`.
#[derive(Deserialize)]
struct Mode {
    name: String,
    #[serde(default)]
    args: Vec<String>,
    #[serde(default)]
    env: Vec<String>,
    stdin: String,
    #[serde(default)]
    close_stdout: bool,
    exit: Vec<i32>,
    stdout: String,
    #[serde(default)]
    stderr: Vec<String>,
    memory: Option<u64>,
}

#[test]
fn modes_end_and_write_as_they_should() {
    let mut wrong = Vec::new();
    for port in PORTS {
        // The optimised code is made once, here, and is in the cache for the rest.
        let text = succeed(gopherix_run().arg("--compiler=optimizing").arg(guest(port)).arg("modes"), LIMIT).unwrap();
        let text = String::from_utf8(text).unwrap();
        let modes: Vec<Mode> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let least = if port == Port::Js { 15 } else { 20 };
        assert!(modes.len() >= least, "only {} modes of {}", modes.len(), port.name());
        let found: Outcomes = modes.iter().map(|mode| (mode.name.clone(), outcome(port, mode))).collect();
        let lines = expectations().judge(port.name(), &["native-modes"], &found);
        wrong.extend(lines.into_iter().map(|line| format!("{}: {line}", port.name())));
    }
    nothing_wrong(&wrong, "gopherix");
}

fn outcome(port: Port, mode: &Mode) -> Outcome {
    let mut command = gopherix_run();
    command.args(["--cwd", "/tmp"]);
    if let Some(bytes) = mode.memory {
        command.args(["--memory", &bytes.to_string()]);
    }
    for pair in &mode.env {
        command.args(["--env", pair]);
    }
    command.arg(guest(port)).args(["mode", &mode.name]).args(&mode.args);
    let output = if mode.close_stdout { Output::To(without_reader()) } else { Output::Capture };
    let finished = match run(&mut command, mode.stdin.as_bytes(), output, LIMIT) {
        Ok(finished) => finished,
        Err(error) => return Outcome::Fail(format!("{error:#}")),
    };
    let mut wrong = Vec::new();
    if !mode.exit.contains(&finished.code) {
        wrong.push(format!("exit code {}, want one of {:?}", finished.code, mode.exit));
    }
    let stdout = String::from_utf8_lossy(&finished.stdout);
    if !mode.close_stdout && stdout != mode.stdout {
        wrong.push(format!("stdout {stdout:?}, want {:?}", mode.stdout));
    }
    let lacking = mode.stderr.iter().filter(|piece| !finished.stderr.contains(&**piece));
    wrong.extend(lacking.map(|piece| format!("stderr lacks {piece:?}: {}", finished.stderr)));
    if wrong.is_empty() { Outcome::Ok } else { Outcome::Fail(wrong.join("; ")) }
}

/// A pipe whose reader is gone.
fn without_reader() -> Stdio {
    let (_, writer) = io::pipe().unwrap();
    writer.into()
}
