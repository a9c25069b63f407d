//! Limits: each ends or refuses with a message and the documented exit code.

use std::time::{Duration, Instant};

use crate::support::{go_guest, run_go, run_wat};

const LOOP: &str = r#"(func (export "_start") (loop $again (br $again)))"#;
const SLEEP: &str = r#"(func (export "_start")
    (i32.store (i32.const 16) (i32.const 1)) (i64.store (i32.const 24) (i64.const 3600000000000))
    (drop (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128))))"#;

#[test]
fn timeout_ends_a_loop_and_a_sleep_alike() {
    for guest in [LOOP, SLEEP] {
        let began = Instant::now();
        let done = run_wat(&["--timeout", "300ms"], guest).expect(124);
        assert!(began.elapsed() >= Duration::from_millis(300));
        done.mentions("guest.wasm: ended, its time of 300ms is up (--timeout)\n");
    }
}

#[test]
fn timeout_ends_go_guests_in_a_loop_and_asleep() {
    for what in ["loop", "sleep"] {
        let done = run_go(["--timeout", "0.3"]).args(["say", "up", "then", what]).done().expect(124).prints("up\n");
        let name = go_guest().display();
        done.says(&format!("gopherix: {name}: ended, its time of 300ms is up (--timeout)\n"));
    }
}

#[test]
fn timeout_leaves_a_quick_program_alone() {
    run_wat(&["--timeout", "1h"], r#"(func (export "_start") (call $exit (i32.const 7)))"#).expect(7).says("");
}

#[test]
fn cpu_time_ends_a_loop_but_not_a_sleep() {
    let done = run_wat(&["--cpu-time", "100ms"], LOOP).expect(152);
    done.mentions("guest.wasm: ended by SIGXCPU, its CPU time of 100ms is up (--cpu-time)\n");
    let sleeping = run_wat(&["--cpu-time", "100ms", "--timeout", "500ms"], SLEEP).expect(124);
    sleeping.mentions("(--timeout)");
}

#[test]
fn memory_is_refused_beyond_its_limit() {
    let done = run_go(["--memory", "64M"]).args(["eat"]).done().expect(2);
    let name = go_guest().display();
    assert!(done.stderr.contains("fatal error: out of memory"), "{}", done.stderr);
    let last = format!("gopherix: {name}: it asked for more than 64.00 MiB of memory (--memory)");
    assert_eq!(done.stderr.lines().last(), Some(&*last));
}

#[test]
fn memory_grows_up_to_its_limit_and_no_further() {
    // One page is there; 15 more fit into 1 MiB, a 17th does not.
    let grow = |pages: u32| {
        let fields = format!(
            r#"(func (export "_start") (call $exit (i32.eq (memory.grow (i32.const {pages})) (i32.const -1))))"#
        );
        run_wat(&["--memory", "1M"], &fields)
    };
    grow(15).expect(0).says("");
    grow(16).expect(1).mentions("it asked for more than 1.00 MiB of memory (--memory)");
}

#[test]
fn a_program_that_starts_with_too_much_memory_does_not_start() {
    let done = run_wat(&["--memory", "32K"], r#"(func (export "_start"))"#).expect(125);
    done.mentions("it needs 65536 bytes of memory to start, and its limit is 32768\n");
}

#[test]
fn open_files_are_refused_beyond_their_number() {
    let done = run_go(["--max-files", "16"]).args(["leak"]).done().expect(1);
    let name = go_guest().display();
    assert_eq!(done.stdout, "error: open /: Too many open files\n");
    done.says(&format!("gopherix: {name}: it asked for more than 16 open files (--max-files)\n"));
}

#[test]
fn file_sizes_are_limited() {
    let text = "x".repeat(2048);
    let run = run_go(["--max-file-size", "2K"]).args(["write", "/tmp/a", &text, "then", "write", "/tmp/b", &text]);
    let done = run.args(["then", "write", "/tmp/c", &(text.clone() + "x")]).done().expect(1);
    done.prints("error: write /tmp/c: File too large\n");
}

#[test]
fn the_total_written_is_limited() {
    let text = "x".repeat(1500);
    let run = run_go(["--max-written", "2K"]).args(["write", "/tmp/a", &text, "then", "write", "/tmp/b", &text]);
    run.done().expect(1).prints("error: write /tmp/b: Quota exceeded\n");
}
