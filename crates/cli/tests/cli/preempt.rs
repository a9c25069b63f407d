//! Goroutines that never give way by themselves, in unmodified programs of both ports.

mod disguise;

use std::path::PathBuf;
use std::process::Command;

use gopherix_testkit::go::{Port, build};

use crate::support::{Run, file, gopherix, temp};

const GUEST: &str = "crates/cli/tests/preempt-guest";
const PORTS: [Port; 2] = [Port::Wasip1, Port::Js];

fn guest(port: Port) -> PathBuf {
    build(GUEST, port).expect("build the guest")
}

fn run(port: Port, command: &[&str]) -> Run {
    gopherix(["run", "--timeout", "100s"]).args([guest(port)]).args(command)
}

#[test]
fn a_timer_fires_beside_goroutines_that_only_call_functions() {
    for port in PORTS {
        run(port, &["two"]).done().expect(0).prints("timer 3\n").says("");
    }
}

#[test]
fn every_tick_of_a_ticker_arrives_beside_a_busy_goroutine() {
    for port in PORTS {
        let done = run(port, &["ticks", "10"]).done().expect(0).says("");
        let late: Vec<f64> = done.stdout.split_whitespace().map(|word| word.parse().expect("a number")).collect();
        assert_eq!(late.len(), 2, "{}", done.stdout);
    }
}

#[test]
fn large_frames_garbage_and_panics_come_out_right_under_preemption() {
    let native = Command::new(guest(Port::Native)).arg("stress").output().expect("run the native program");
    let expected = String::from_utf8(native.stdout).expect("text");
    assert_eq!(expected.len(), 17, "{expected}");
    for port in PORTS {
        run(port, &["stress"]).done().expect(0).prints(&expected).says("");
        gopherix(["run", "--tick", "1ms"])
            .args([guest(port)])
            .args(["stress"])
            .done()
            .expect(0)
            .prints(&expected)
            .says("");
    }
}

/// The same program with stack checks of large frames that nobody recognizes, so that they are left as Go wrote them: it shows
/// that mending them matters, and that the program would notice.
#[test]
fn large_frames_break_without_their_checks_mended() {
    let native = Command::new(guest(Port::Native)).arg("stress").output().expect("run the native program");
    let mut module = std::fs::read(guest(Port::Wasip1)).expect("read the guest");
    assert!(disguise::checks(&mut module) > 100);
    let folder = temp();
    let disguised = file(folder.path(), "disguised.wasm", module);
    let run =
        |flags: &[&str]| gopherix(["run", "--timeout", "20s"]).args(flags).args([&disguised]).args(["stress"]).done();
    run(&["--no-preempt"]).expect(0).prints(&String::from_utf8(native.stdout.clone()).expect("text"));
    let broken = |_| {
        let done = run(&["--tick", "1ms"]);
        done.code != 0 || done.stdout.as_bytes() != native.stdout
    };
    assert!((0..10).any(broken), "ten runs came out right");
}

#[test]
fn a_loop_that_calls_nothing_is_ended_by_its_limits() {
    for port in PORTS {
        let flags = ["run", "--cpu-time", "300ms", "--timeout", "100s"];
        gopherix(flags).args([guest(port)]).args(["loop"]).done().expect(152).mentions("(--cpu-time)");
    }
}
