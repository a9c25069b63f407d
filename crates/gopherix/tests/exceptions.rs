//! What an embedder learns of guests that do not end by themselves, and decides.

#![expect(clippy::unwrap_used, reason = "in a test, to panic is to fail")]

use std::sync::{Arc, Mutex};

use gopherix::{Command, Exception, ExitStatus, Limits, Machine, Signal};

const TRAPS: &str = r#"(module (memory (export "memory") 1)
    (func $inner (drop (i32.load (i32.const -1))))
    (func $start (export "_start") (call $inner)))"#;
const ENDS: &str = r#"(module (func (export "_start")))"#;

fn command(wat: &str) -> Command {
    let machine = Machine::builder().boot().unwrap();
    machine.command(&machine.load(wat::parse_str(wat).unwrap()).unwrap())
}

/// Its exceptions, as an observer sees them.
fn observed(command: Command) -> (Vec<Exception>, ExitStatus) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let into = seen.clone();
    let command = command.on_exception(move |exception| into.lock().unwrap().push(exception.clone()));
    let status = command.spawn().unwrap().wait_blocking();
    let seen = std::mem::take(&mut *seen.lock().unwrap());
    (seen, status)
}

#[test]
fn an_observer_is_told_of_a_trap_once() {
    let (seen, status) = observed(command(TRAPS).core_dump(true));
    assert_eq!(status, ExitStatus::Signaled(Signal::SIGSEGV));
    let [exception] = &*seen else { unreachable!("{seen:?}") };
    assert_eq!(exception.signal, Some(Signal::SIGSEGV));
    assert_eq!(exception.message, "wasm trap: out of bounds memory access");
    let functions: Vec<_> = exception.stack.iter().map(|frame| &*frame.function).collect();
    assert_eq!(functions, ["inner", "start"]);
    assert!(exception.goroutine.is_none() && exception.goroutines.is_empty() && exception.registers.is_none());
    assert!(exception.core.as_ref().expect("a core dump").starts_with(b"\0asm"));
}

#[test]
fn a_trap_behind_a_refused_growth_of_memory_says_so() {
    let grows = r#"(module (memory (export "memory") 1)
        (func $allocate (if (i32.eq (memory.grow (i32.const 16)) (i32.const -1)) (then unreachable)))
        (func $start (export "_start") (call $allocate)))"#;
    for (pages, is_refused) in [(16, true), (17, false)] {
        let limits = Limits { memory: Some(pages << 16), ..Limits::default() };
        let (seen, status) = observed(command(grows).limits(limits));
        if !is_refused {
            assert_eq!((seen.len(), status), (0, ExitStatus::Exited(0)));
            continue;
        }
        assert_eq!(status, ExitStatus::Signaled(Signal::SIGABRT));
        let [exception] = &*seen else { unreachable!("{seen:?}") };
        assert!(exception.hit_memory_limit);
        assert_eq!(exception.message, "wasm trap: wasm `unreachable` instruction executed");
        let functions: Vec<_> = exception.stack.iter().map(|frame| &*frame.function).collect();
        assert_eq!(functions, ["allocate", "start"]);
    }
    assert!(!observed(command(TRAPS)).0.first().expect("an exception").hit_memory_limit);
}

#[test]
fn without_a_wish_for_one_there_is_no_core_dump() {
    let (seen, _) = observed(command(TRAPS));
    assert!(seen.first().expect("an exception").core.is_none());
}

#[test]
fn what_ends_by_itself_is_no_exception() {
    let (seen, status) = observed(command(ENDS));
    assert_eq!((seen.len(), status), (0, ExitStatus::Exited(0)));
}

#[test]
fn an_observer_may_add_to_the_message_and_decide_how_the_process_ends() {
    let command = command(TRAPS).on_exception(|exception| {
        exception.message.push_str(", while serving request 7");
        exception.status = ExitStatus::Exited(70);
    });
    let child = command.spawn().unwrap();
    assert_eq!(child.wait_blocking(), ExitStatus::Exited(70));
    let note = child.outcome().unwrap().note.unwrap();
    assert!(note.starts_with("wasm trap: out of bounds memory access, while serving request 7\n"), "{note}");
    assert!(note.contains("!inner"), "{note}");
}

#[test]
fn an_observer_that_panics_keeps_no_process_from_its_end() {
    let command = command(TRAPS).on_exception(|_| unreachable!("an observer's own mistake"));
    assert_eq!(command.spawn().unwrap().wait_blocking(), ExitStatus::Signaled(Signal::SIGSEGV));
}
