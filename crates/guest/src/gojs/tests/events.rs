//! The event loop: what is run when, and what ends it.

use super::fake::{Fake, Guest};
use crate::gojs::engine::{Caller, Stop};
use crate::gojs::value::{Content, Value};
use crate::gojs::{self, Job};

const GLOBAL: u64 = 0x7ff8_0001_0000_0005;
const GO: u64 = 0x7ff8_0001_0000_0006;

/// Runs events to the end of the program; its exit code.
fn run(guest: &mut Guest) -> u8 {
    let gojs = guest.gojs.clone();
    let Err(Stop) = gojs.run_events(guest);
    guest.exit_code()
}

fn exit(guest: &mut Guest, code: u64) {
    guest.set_word(8, code);
    let sp = guest.sp;
    assert!(gojs::wasm_exit(guest as &mut dyn Caller<Fake>, sp).is_err());
}

fn schedule(guest: &mut Guest, ms: u64) -> u64 {
    guest.set_word(8, ms);
    guest.call(gojs::schedule_timeout_event);
    guest.word(16) & 0xffff_ffff
}

fn get(guest: &mut Guest, target: u64, key: &str) -> u64 {
    guest.set_word(8, target);
    guest.set_bytes(16, 8192, key.as_bytes());
    guest.call(gojs::value_get);
    guest.word(32)
}

/// The id of the event Go is resumed for; 0 for none.
fn event(guest: &mut Guest) -> u32 {
    let event = get(guest, GO, "_pendingEvent");
    if event == 0x7ff8_0000_0000_0002 {
        return 0;
    }
    guest.set_word(8, GO);
    guest.set_bytes(16, 8192, b"_pendingEvent");
    guest.set_word(32, 0x7ff8_0000_0000_0002);
    guest.call(gojs::value_set);
    let id = f64::from_bits(get(guest, event, "id"));
    (1..100).find(|n| f64::from(*n) == id).unwrap_or(0)
}

#[test]
fn timers_come_by_time_and_then_by_id() {
    let mut guest = Guest::new(|guest| {
        let now = u64::try_from(guest.log.len()).unwrap();
        guest.call(gojs::nanotime1);
        let ms = guest.word(8) / 1_000_000 - 5000;
        guest.log.push(format!("{now}@{ms}"));
        if now == 2 {
            exit(guest, 3);
        }
    });
    schedule(&mut guest, 30);
    let cleared = schedule(&mut guest, 20);
    schedule(&mut guest, 10);
    schedule(&mut guest, 10);
    guest.set_word(8, cleared);
    guest.call(gojs::clear_timeout_event);
    assert_eq!(run(&mut guest), 3);
    assert_eq!(guest.log, ["0@10", "1@10", "2@30"]);
}

#[test]
fn callbacks_come_in_the_order_of_their_calls() {
    let mut guest = Guest::new(|guest| {
        let id = event(guest);
        guest.log.push(id.to_string());
        if guest.log.len() == 3 {
            exit(guest, 0);
        }
    });
    for id in [5, 9, 7] {
        let function = Value::object(Content::GoFunc(id));
        guest.gojs.post(Job { function, args: Vec::new() });
    }
    assert_eq!(run(&mut guest), 0);
    assert_eq!(guest.log, ["5", "9", "7"]);
}

/// As Go's own runner: with nothing to wait for, Go is woken for event 0 and reports.
#[test]
fn a_deadlock_is_reported_by_go_itself() {
    let mut guest = Guest::new(|guest| {
        let pending = get(guest, GO, "_pendingEvent");
        let id = get(guest, pending, "id");
        guest.log.push(format!("{id:x}"));
        exit(guest, 2);
    });
    assert_eq!(run(&mut guest), 2);
    assert_eq!(guest.log, ["7ff8000000000001"]);
}

#[test]
fn a_library_that_has_nothing_left_to_do_ends_well() {
    let mut guest = Guest::new(|_| panic!("nobody may be resumed"));
    guest.gojs.set_library();
    assert_eq!(run(&mut guest), 0);
}

/// fs.read(0, new Uint8Array(8), 0, 8, null, callback)
fn read_stdin(guest: &mut Guest, callback: u32) {
    let gojs = guest.gojs.clone();
    let store = |value| gojs.table.store(&*gojs.engine, value).unwrap();
    let buffer = store(Value::object(Content::Bytes(vec![0; 8])));
    let function = store(Value::object(Content::GoFunc(callback)));
    let zero = 0x7ff8_0000_0000_0001;
    let args = [zero, buffer, zero, 8f64.to_bits(), 0x7ff8_0000_0000_0002, function];
    for (i, arg) in args.iter().enumerate() {
        guest.memory[8300 + 8 * i..8308 + 8 * i].copy_from_slice(&arg.to_le_bytes());
    }
    let fs = get(guest, GLOBAL, "fs");
    guest.set_word(8, fs);
    guest.set_bytes(16, 8192, b"read");
    guest.set_word(32, 8300);
    guest.set_word(40, 6);
    guest.call(gojs::value_call);
    assert_eq!(guest.word(64) & 0xff, 1);
}

#[test]
fn a_read_waits_while_timers_run() {
    use gopherix_kernel::file::File;
    let mut guest = Guest::new(|guest| {
        let id = event(guest);
        guest.log.push(id.to_string());
        match id {
            0 => {
                guest.input.as_ref().unwrap().write(b"abc").unwrap();
            }
            _ => exit(guest, 0),
        }
    });
    read_stdin(&mut guest, 4);
    schedule(&mut guest, 50);
    assert_eq!(run(&mut guest), 0);
    assert_eq!(guest.log, ["0", "4"]);
}

#[test]
fn what_the_runtime_prints_comes_out() {
    let mut guest = Guest::new(|_| {});
    guest.set_word(8, 2);
    guest.set_word(16, 9000);
    guest.set_word(24, 6);
    guest.memory[9000..9006].copy_from_slice(b"panic\n");
    guest.call(gojs::wasm_write);
    assert_eq!(guest.output(), "panic\n");
}

#[test]
fn calls_after_the_exit_are_errors() {
    let mut guest = Guest::new(|_| {});
    exit(&mut guest, 0);
    let gojs = guest.gojs.clone();
    let called = gojs.call_go(&mut guest, 1, Value::Undefined, Vec::new());
    assert!(matches!(called, Err(gojs::engine::Failure::Thrown(Value::String(text))) if text.contains("exited")));
}

#[test]
fn a_program_that_ends_before_its_script_says_so() {
    let mut guest = Guest::new(|_| {});
    guest.gojs.set_driver(Some("main.js"));
    exit(&mut guest, 0);
    let said = "gopherix: the program ended before it waited for anything, so main.js was not run\n";
    assert_eq!((&*guest.output(), guest.exit_code()), (said, 0));
    let mut guest = Guest::new(|_| {});
    guest.gojs.set_driver(Some("main.js"));
    guest.gojs.set_driver(None);
    exit(&mut guest, 0);
    assert_eq!(guest.output(), "");
}
