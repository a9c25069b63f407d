//! The JavaScript world of a program, from the embedder's side.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by a panic")]

use std::sync::mpsc::channel;

use futures::executor::block_on;
use futures::future::join_all;
use gopherix::{Child, Command, CompilePolicy, Interruption, JsError, JsHandle, JsValue, Machine, Signal, Stdio};
use gopherix_testkit::go::{self, Port};

/// A program that only waits.
const WAITS: &str = r#"(module (import "gojs" "runtime.wasmExit" (func (param i32))) (memory (export "mem") 1)
    (func (export "run") (param i32 i32)) (func (export "resume")) (func (export "getsp") (result i32) i32.const 0))"#;

fn machine() -> Machine {
    Machine::builder().compile_policy(CompilePolicy::Baseline).boot().expect("a machine")
}

fn waits(machine: &Machine) -> Command {
    machine.command(&machine.load(wat::parse_str(WAITS).unwrap()).expect("a program")).js_handle()
}

fn start(command: Command) -> (Child, JsHandle) {
    let mut child = command.spawn().expect("a process");
    let js = child.js.take().expect("a handle");
    (child, js)
}

fn thrown(result: Result<JsValue, JsError>) -> String {
    match result {
        Err(JsError::Thrown(text)) => text,
        other => panic!("{other:?}"),
    }
}

const NONE: [JsValue; 0] = [];

#[test]
fn what_a_go_program_registered_is_called() {
    let path = go::build("crates/cli/tests/js-guest", Port::Js).expect("build the guest");
    let machine = machine();
    let program = machine.load_file(&path).expect("a program");
    let (child, js) = start(machine.command(&program).arg("library").js_handle());
    assert_eq!(js.call_blocking("lib.add", [20, 22]), Ok(JsValue::from(42)));
    let args = |text: &str, ms: i32| [JsValue::from(text), JsValue::from(ms)];
    let later: Vec<_> =
        ["slow", "quick"].into_iter().zip([20, 1]).map(|(t, ms)| js.call("lib.later", args(t, ms))).collect();
    assert_eq!(block_on(join_all(later)), [Ok(JsValue::from("SLOW")), Ok(JsValue::from("QUICK"))]);
    let refused = js.call_blocking("lib.later", [1, 1]);
    assert!(thrown(refused).contains("later takes a string"));
    // It ends in the middle of a call.
    assert_eq!(js.call_blocking("lib.exit", [7]), Err(JsError::Ended));
    assert_eq!(child.wait_blocking().code(), 7);
    assert_eq!(js.call_blocking("lib.add", [1, 2]), Err(JsError::Ended));
}

#[test]
fn go_calls_functions_of_the_embedders() {
    let path = go::build("crates/cli/tests/js-guest", Port::Js).expect("build the guest");
    let machine = machine();
    let program = machine.load_file(&path).expect("a program");
    let run = |text: &str| {
        let command = machine.command(&program).args(["throw", "ask", text]).stdout(Stdio::Pipe);
        let command = command.js_function("ask", |args| match args.as_slice() {
            [JsValue::String(text)] if text == "name" => Ok("gopherix".into()),
            [JsValue::String(text)] if text == "crash" => panic!("on purpose"),
            other => Err(format!("no answer to {other:?}")),
        });
        let mut child = command.spawn().expect("a process");
        let mut said = String::new();
        std::io::Read::read_to_string(&mut child.stdout.take().expect("a pipe"), &mut said).unwrap();
        (said, child.wait_blocking().code())
    };
    assert_eq!(run("name"), ("gopherix\n".into(), 0));
    assert_eq!(run("age"), ("error: JavaScript error: no answer to [String(\"age\")] (a Error)\n".into(), 1));
    assert_eq!(run("crash"), ("error: JavaScript error: ask panicked (a Error)\n".into(), 1));
}

#[test]
fn values_come_back_as_they_went() {
    let machine = machine();
    let echo = |args: Vec<JsValue>| Ok(JsValue::Array(args));
    let (child, js) = start(waits(&machine).js_function("echo", echo));
    let object = JsValue::Object(vec![("b".into(), JsValue::Null), ("a".into(), vec![JsValue::from("ü")].into())]);
    let args = vec![JsValue::Undefined, true.into(), 0.5.into(), vec![0u8, 255].into(), object];
    assert_eq!(js.call_blocking("echo", args.clone()), Ok(JsValue::Array(args)));
    drop(js);
    assert_eq!(child.wait_blocking().code(), 0);
}

#[test]
fn calls_and_scripts_fail_with_what_was_thrown() {
    let machine = machine();
    let (child, js) = start(waits(&machine));
    assert!(thrown(js.call_blocking("nothing", NONE)).contains("TypeError: nothing is not a function"));
    assert!(thrown(js.eval_blocking("let =")).contains("SyntaxError"));
    assert!(thrown(js.eval_blocking("await Promise.reject(new RangeError('far'))")).contains("RangeError: far"));
    // None of it is the program's end, nor the world's.
    assert_eq!(js.eval_blocking("globalThis.kept = 6; await null; kept * 7"), Ok(JsValue::from(42)));
    assert_eq!(js.eval_blocking("kept"), Ok(JsValue::from(6)));
    drop(js);
    assert_eq!(child.wait_blocking().code(), 0);
}

#[test]
fn the_program_lasts_as_long_as_a_handle_and_no_longer() {
    let machine = machine();
    let (child, js) = start(waits(&machine));
    let second = js.clone();
    assert_eq!(js.eval_blocking("1"), Ok(JsValue::from(1)));
    drop(js);
    let elsewhere = std::thread::spawn(move || second.eval_blocking("2"));
    assert_eq!(elsewhere.join().unwrap(), Ok(JsValue::from(2)));
    assert_eq!(child.wait_blocking().code(), 0);
}

#[test]
fn only_who_asks_gets_a_handle() {
    let machine = machine();
    let js = machine.load(wat::parse_str(WAITS).unwrap()).expect("a program");
    let child = machine.command(&js).spawn().expect("a process");
    assert!(child.js.is_none());
    // Nothing can wake it: a deadlock.
    assert_eq!(child.wait_blocking().code(), 2);
    let wasi = r#"(module (memory (export "memory") 1) (func (export "_start")))"#;
    let wasi = machine.load(wat::parse_str(wasi).unwrap()).expect("a program");
    let child = machine.command(&wasi).js_handle().spawn().expect("a process");
    assert!(child.js.is_none());
    assert_eq!(child.wait_blocking().code(), 0);
}

#[test]
fn a_busy_script_lets_others_run() {
    let machine = Machine::builder().cpus(1).boot().expect("a machine");
    let (sender, begun) = channel();
    let begin = move |_| sender.send(()).map(|()| JsValue::Undefined).map_err(|e| e.to_string());
    let (busy, _js) = start(waits(&machine).js_function("begin", begin).js_prelude("busy.js", "begin(); for (;;);"));
    begun.recv().unwrap();
    let (other, js) = start(waits(&machine));
    assert_eq!(js.eval_blocking("6 * 7"), Ok(JsValue::from(42)));
    drop(js);
    assert_eq!(other.wait_blocking().code(), 0);
    assert!(busy.outcome().is_none());
    busy.kill(Signal::SIGKILL).unwrap();
    assert_eq!(busy.wait_blocking().code(), 137);
}

#[test]
fn the_end_of_the_program_answers_every_call() {
    let machine = Machine::builder().interruption(Interruption::Epochs).boot().expect("a machine");
    let (sender, begun) = channel();
    let begin = move |_| sender.send(()).map(|()| JsValue::Undefined).map_err(|e| e.to_string());
    let (child, js) = start(waits(&machine).js_function("begin", begin));
    let never = js.eval("await new Promise(() => {})");
    let endless = js.eval("begin(); for (;;);");
    let behind = js.eval("1");
    begun.recv().unwrap();
    child.kill(Signal::SIGTERM).unwrap();
    assert_eq!(block_on(join_all([never, endless, behind])), [const { Err(JsError::Ended) }; 3]);
    assert_eq!(child.wait_blocking().code(), 143);
    assert_eq!(js.eval_blocking("1"), Err(JsError::Ended));
}
