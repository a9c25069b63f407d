//! The modes: a process each, compared from outside.

use std::io;
use std::process::Stdio;

use gopherix_testkit::command::{Output, run, succeed};
use gopherix_testkit::expectations::{Outcome, Outcomes};
use serde::Deserialize;

use crate::cases::{LIMIT, expectations, gopherix_run, nothing_wrong, wasip1};

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
    // The optimised code is made once, here, and is in the cache for the rest.
    let text = succeed(gopherix_run().arg("--compiler=optimizing").arg(wasip1()).arg("modes"), LIMIT).unwrap();
    let modes: Vec<Mode> = String::from_utf8(text).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert!(modes.len() >= 20, "only {} modes", modes.len());
    let found: Outcomes = modes.iter().map(|mode| (mode.name.clone(), outcome(mode))).collect();
    let wrong = expectations().judge("wasip1", &["native-modes"], &found);
    nothing_wrong(&wrong, "gopherix");
}

fn outcome(mode: &Mode) -> Outcome {
    let mut command = gopherix_run();
    command.args(["--cwd", "/tmp"]);
    if let Some(bytes) = mode.memory {
        command.args(["--memory", &bytes.to_string()]);
    }
    for pair in &mode.env {
        command.args(["--env", pair]);
    }
    command.arg(wasip1()).args(["mode", &mode.name]).args(&mode.args);
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
