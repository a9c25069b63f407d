//! Profiles of unmodified programs, stripped ones, of both ports.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use gopherix_testkit::go::{Port, go};
use gopherix_testkit::{command, places};
use rustix::process::{Pid, Signal, kill_process};

use crate::support::{DEADLINE, gopherix};

const PORTS: [Port; 2] = [Port::Wasip1, Port::Js];
/// More than building a program or a tool takes.
const LIMIT: Duration = Duration::from_secs(600);

fn folder() -> PathBuf {
    places::root().join("crates/cli/tests/profile-guest")
}

/// The guest, without names and debug information.
fn stripped(port: Port) -> PathBuf {
    let path = places::kept().expect("a folder").join(format!("profile-guest-stripped-{}.wasm", port.name()));
    let _lock = places::lock("profile-guest-stripped").expect("a lock");
    let mut build = go(port).expect("Go");
    build.current_dir(folder()).args(["build", "-buildvcs=false", "-ldflags=-s -w", "-o"]).arg(&path).arg(".");
    command::succeed(&mut build, LIMIT).expect("build the guest");
    path
}

/// What `go tool pprof` prints.
fn pprof(file: &Path, flags: &[&str]) -> String {
    let home = file.parent().expect("a folder");
    let mut tool = go(Port::Native).expect("Go");
    tool.current_dir(home).env("HOME", home).env("PPROF_TMPDIR", home);
    tool.args(["tool", "pprof", "-unit=ms"]).args(flags).arg(file);
    String::from_utf8(command::succeed(&mut tool, LIMIT).expect("go tool pprof")).expect("text")
}

/// Milliseconds; with or without the unit.
fn ms(text: &str) -> f64 {
    text.trim_end_matches("ms").parse().unwrap_or_else(|_| panic!("{text:?} is no time"))
}

/// Flat and cumulative time by function, in ms, from pprof's table; and the total.
fn times(file: &Path) -> (BTreeMap<String, (f64, f64)>, f64) {
    let text = pprof(file, &["-top", "-nodecount=1000", "-nodefraction=0"]);
    let total = text.lines().find_map(|line| Some(line.split_once("% of ")?.1.split_once(" total")?.0.to_owned()));
    let rows = text.lines().skip_while(|line| !line.trim_start().starts_with("flat")).skip(1).map(|row| {
        let words: Vec<&str> = row.split_whitespace().collect();
        (words[5].to_owned(), (ms(words[0]), ms(words[3])))
    });
    (rows.collect(), total.map_or(0.0, |total| ms(&total)))
}

/// Runs the guest under `gopherix profile`; its profile.
fn profile(port: Port, flags: &[&str], guest: &[&str]) -> (tempfile::TempDir, PathBuf) {
    let scratch = places::scratch().expect("a folder");
    let file = scratch.path().join("cpu.pb.gz");
    let flame = scratch.path().join("cpu.svg");
    let run = gopherix(["profile", "--output"]).args([&file]).args(["--flame"]).args([&flame]);
    run.args(flags).args([stripped(port)]).args(guest).done().expect(0).prints("done\n").mentions("go tool pprof");
    let svg = std::fs::read_to_string(flame).expect("a flame graph");
    assert!(svg.contains("main.main") || svg.contains("main.shares"), "no names in the flame graph");
    (scratch, file)
}

/// Lines of the guest's source with what pprof says of them: flat and cumulative ms.
fn listed(file: &Path, function: &str) -> Vec<(String, f64, f64)> {
    let source = format!("-source_path={}", folder().display());
    let text = pprof(file, &["-list", function, &source]);
    let lines = text.lines().filter_map(|line| {
        let (numbers, code) = line.split_once(':')?;
        let mut words = numbers.split_whitespace();
        let value = |word: &str| if word == "." { 0.0 } else { ms(word) };
        let (flat, cum) = (words.next()?, words.next()?);
        words.next()?.parse::<u32>().ok()?;
        Some((code.trim().to_owned(), value(flat), value(cum)))
    });
    lines.collect()
}

#[test]
fn known_shares_are_found_with_their_lines_in_stripped_programs() {
    for port in PORTS {
        let (_scratch, file) = profile(port, &[], &["shares", "2000000000"]);
        let (times, total) = times(&file);
        assert!(total > 500.0, "{total} ms");
        for (name, share) in [("main.thirty", 30.0), ("main.fifty", 50.0), ("main.twenty", 20.0)] {
            let found = 100.0 * times[name].1 / total;
            assert!((found - share).abs() <= 3.0, "{port:?} {name}: {found} % for {share} %: {times:?}");
        }
        // Through two goroutines.
        for caller in ["main.shares.func1", "main.shares.func2"] {
            let found = 100.0 * times[caller].1 / total;
            assert!((found - 50.0).abs() <= 3.0, "{port:?} {caller}: {found} %: {times:?}");
        }
        let fifty = listed(&file, "^main.fifty$");
        let at: Vec<&str> = fifty.iter().filter(|(_, _, cum)| *cum > 0.0).map(|(code, _, _)| &**code).collect();
        assert_eq!(at, ["spin(5 * rounds)"], "{port:?} {fifty:?}");
        let spin = listed(&file, "^main.spin$");
        let looped: f64 = spin
            .iter()
            .filter(|(code, _, _)| code.starts_with("for i") || code.starts_with("x = x"))
            .map(|l| l.1)
            .sum();
        assert!(looped > 0.95 * total, "{port:?} {spin:?}");
    }
}

#[test]
fn callers_are_found_however_often_the_goroutine_was_switched() {
    for port in PORTS {
        let (_scratch, file) = profile(port, &["--rate", "500"], &["deep", "100000000"]);
        let (times, total) = times(&file);
        for caller in ["main.spin", "main.thirty", "main.deep", "main.main", "runtime.main", "runtime.goexit"] {
            assert!(times[caller].1 > 0.9 * total, "{port:?} {caller}: {times:?} of {total}");
        }
    }
}

#[test]
fn time_of_system_calls_is_theirs_below_who_made_them() {
    let (_scratch, file) = profile(Port::Wasip1, &["--rate", "500"], &["calls", "2000"]);
    let (times, total) = times(&file);
    let (flat, cum) = times["[host].fd_pwrite"];
    assert!(flat == cum && flat > 0.7 * total, "{times:?} of {total}");
    assert!(times["main.calls"].1 >= flat && times["main.calls"].0 < 0.2 * total, "{times:?}");
}

#[test]
fn what_the_engine_does_for_an_instruction_is_the_guests() {
    for port in PORTS {
        let (_scratch, file) = profile(port, &["--rate", "500"], &["copies", "10000"]);
        let (times, total) = times(&file);
        assert!(times["runtime.memmove"].0 > 0.8 * total, "{port:?} {times:?} of {total}");
        assert!(times["main.main"].1 > 0.8 * total, "{port:?} {times:?} of {total}");
    }
}

#[test]
fn waiting_is_not_counted() {
    for port in PORTS {
        let scratch = places::scratch().expect("a folder");
        let file = scratch.path().join("cpu.pb.gz");
        gopherix(["run", "--profile"]).args([&file]).args([stripped(port)]).args(["sleep", "1500"]).done().expect(0);
        let (_, total) = times(&file);
        assert!(total < 500.0, "{port:?}: {total} ms");
    }
}

#[test]
fn sigusr1_writes_what_there_is_so_far_while_the_program_goes_on() {
    for port in PORTS {
        let scratch = places::scratch().expect("a folder");
        let (file, stop) = (scratch.path().join("live.pb.gz"), scratch.path().join("stop"));
        let grant = format!("{}::/work", scratch.path().display());
        let run = gopherix(["run", "--dir", &grant, "--profile"]).args([&file]).args([stripped(port)]);
        let run = run.args(["until", "0", "/work/stop"]);
        let mut child = run.start(Stdio::null(), Stdio::piped(), Stdio::inherit());
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("a line");
        assert_eq!(line, "working\n");
        let began = Instant::now();
        // Until there are samples in it.
        while !file.exists() || times(&file).1 == 0.0 {
            assert!(began.elapsed() < DEADLINE, "no profile");
            kill_process(Pid::from_child(&child), Signal::USR1).expect("a signal");
        }
        assert!(child.try_wait().expect("a child").is_none(), "it goes on");
        let (live, _) = times(&file);
        assert!(live.contains_key("main.until"), "{live:?}");
        std::fs::write(stop, "").expect("a file");
        let mut rest = String::new();
        stdout.read_to_string(&mut rest).expect("text");
        assert!(child.wait().expect("an end").success());
        assert_eq!(rest, "done\n");
        let total: f64 = times(&file).1;
        assert!(total > 0.0);
    }
}

#[test]
fn goroutines_are_found_where_they_wait() {
    for port in PORTS {
        let scratch = places::scratch().expect("a folder");
        let file = scratch.path().join("goroutines.pb.gz");
        let run = gopherix(["run", "--goroutines"]).args([&file]).args([stripped(port)]).args(["blocked", "3"]);
        let mut child = run.start(Stdio::piped(), Stdio::piped(), Stdio::inherit());
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("a line");
        assert_eq!(line, "blocked\n");
        // Goroutines: whatever unit is asked for, they are as many.
        let count = |function: &str| {
            let text = pprof(&file, &["-top", "-nodecount=1000"]);
            let row = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
            row.into_iter().find(|words| words.get(5) == Some(&function)).map_or(0.0, |words| ms(words[3]))
        };
        let began = Instant::now();
        // It may still be on its way to where it waits.
        while !file.exists() || count("main.blocked") == 0.0 {
            assert!(began.elapsed() < DEADLINE, "no goroutines");
            kill_process(Pid::from_child(&child), Signal::USR1).expect("a signal");
        }
        let found = ["main.receive", "main.lock", "main.blocked", "main.main"].map(count);
        assert_eq!(found, [3.0, 3.0, 1.0, 1.0], "{port:?}");
        let line = pprof(&file, &["-list", "^main.receive$", &format!("-source_path={}", folder().display())]);
        let waits = line.lines().find(|line| line.contains("<-from")).expect("the line");
        assert_eq!(waits.split_whitespace().nth(1).map(ms), Some(3.0), "{line}");
        drop(child.stdin.take());
        assert!(child.wait().expect("an end").success());
        assert_eq!(["main.receive", "main.lock"].map(count), [3.0, 3.0], "{port:?}, at the end");
    }
}

#[test]
fn a_file_that_cannot_be_written_is_told_of() {
    let run = gopherix(["run", "--profile", "/nowhere/at/all.pb.gz"]).args([stripped(Port::Wasip1)]);
    run.args(["sleep", "0"]).done().expect(125).prints("done\n").mentions("cannot write /nowhere/at/all.pb.gz");
}
