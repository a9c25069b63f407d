//! Profiles of modules that are not Go's, or say that they are; and who may start one.

#![expect(clippy::unwrap_used, clippy::arithmetic_side_effects, reason = "in a test, to panic is to fail")]

use std::time::{Duration, Instant};

use gopherix::profile::Profile;
use gopherix::profile::top::TopOptions;
use gopherix::{Child, Errno, Error, Interruption, Machine, Signal};

/// Longer than anything takes, even on a machine with much else to do.
const DEADLINE: Duration = Duration::from_secs(120);

fn spawn(wat: &str) -> Child {
    let machine = Machine::builder().interruption(Interruption::Epochs).boot().unwrap();
    let program = machine.load(wat::parse_str(wat).unwrap()).unwrap();
    machine.command(&program).argv0("busy.wasm").profile(1000).spawn().unwrap()
}

/// A profile of at least `ms` milliseconds.
fn sampled(child: &Child, ms: i64) -> Profile {
    let began = Instant::now();
    loop {
        let profile = child.profile.as_ref().unwrap().read();
        if profile.total() >= ms * 1_000_000 {
            return profile;
        }
        assert!(began.elapsed() < DEADLINE, "no samples");
        std::thread::yield_now();
    }
}

fn end(child: &Child) {
    child.kill(Signal::SIGKILL).unwrap();
    let _ = child.wait_blocking();
}

/// Share of a function and its callees, in percent.
fn share(profile: &Profile, name: &str) -> f64 {
    let top = profile.top(TopOptions { everything: true, ..TopOptions::default() });
    let row = top.rows.iter().find(|row| row.name == name);
    let value = |value: i64| f64::from(i32::try_from(value / 1_000_000).unwrap());
    100.0 * row.map_or(0.0, |row| value(row.cumulative)) / value(top.total)
}

const BUSY: &str = r#"(module
    (memory (export "memory") 1)
    (func $work (param i32) (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
    (func $_ZN4busy5outer17h0123456789abcdefE (call $work (i32.const 100000)))
    (func (export "_start") (loop (call 1) (br 0))))"#;

#[test]
fn other_languages_functions_have_their_names_and_callers() {
    let child = spawn(BUSY);
    let profile = sampled(&child, 200);
    end(&child);
    let shares = ["work", "busy::outer"].map(|name| share(&profile, name));
    assert!(shares.iter().all(|share| *share > 90.0), "{shares:?}\n{}", profile.top(TopOptions::default()));
}

#[test]
fn a_second_start_is_an_error() {
    let child = spawn(BUSY);
    let profile = child.profile.clone().unwrap();
    let errno = |result: Result<(), Error>| match result {
        Err(Error::Setup { source, .. }) => source.errno,
        other => panic!("{other:?}"),
    };
    assert_eq!(errno(profile.start()), Errno::EBUSY);
    sampled(&child, 10);
    profile.stop().unwrap();
    profile.start().unwrap();
    assert_eq!(errno(profile.start()), Errno::EBUSY);
    sampled(&child, 50);
    end(&child);
    assert_eq!(errno(profile.start()), Errno::ESRCH);
    assert!(profile.read().total() > 0, "what was sampled stays");
}

#[test]
fn what_pretends_to_be_gos_harms_nobody() {
    // What the host looks for in Go programs, with addresses that are none.
    let pretends = r#"(module
        (import "wasi_snapshot_preview1" "sched_yield" (func (result i32)))
        (memory (export "memory") 1)
        (global $sp (mut i32) (i32.const -8)) (global $ctxt (mut i64) (i64.const 0)) (global $g (mut i64) (i64.const -1))
        (global $release i32 (i32.const 27)) (global $m0 i32 (i32.const -4))
        (export "gopherix.sp" (global $sp)) (export "gopherix.g" (global $g))
        (export "gopherix.go" (global $release)) (export "gopherix.m0" (global $m0))
        (@custom "go:buildid" (before first) "\ff Go build ID: \"x\"\0a \ff")
        (data (i32.const 0) "\f1\ff\ff\ff\00\00\01\08")
        (func $deep (param i32) (result i32)
            (global.set $g (i64.add (global.get $g) (i64.const 0x12345677)))
            (global.set $sp (i32.add (global.get $sp) (i32.const 0x7654321)))
            (drop (call 0))
            (memory.fill (i32.const 0) (i32.const 255) (i32.const 65536))
            (if (result i32) (local.get 0) (then (call $deep (i32.sub (local.get 0) (i32.const 1)))) (else (i32.const 0))))
        (func (export "_start") (loop (drop (call $deep (i32.const 500))) (br 0))))"#;
    let child = spawn(pretends);
    let profile = sampled(&child, 300);
    end(&child);
    let mut file = Vec::new();
    profile.write_pprof(&mut file).expect("a file");
    assert!(share(&profile, "deep") > 50.0, "{}", profile.top(TopOptions::default()));
}
