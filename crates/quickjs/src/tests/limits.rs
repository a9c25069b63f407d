//! What hostile and broken scripts must not do.

use gopherix_guest::gojs::engine::{Engine as _, Failure};
use gopherix_guest::gojs::value::Value;

use super::guest::{Guest, config};
use crate::{Config, OutOfMemory, QuickJs};

/// Runs a test where there is stack enough, as a guest's thread has it.
fn on_a_thread(test: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(8 << 20).spawn(test).unwrap().join().unwrap();
}

const RECURSE: &str = "(() => { let depth = 0; const f = () => { depth++; f(); }; try { f(); } catch (e) { return e.name + ': ' + e.message + ' ' + (depth > 10); } })()";

#[test]
fn endless_recursion_is_an_exception() {
    on_a_thread(|| {
        let mut guest = Guest::with(Config { stack_bytes: 4 << 20, ..config() });
        assert_eq!(guest.text(RECURSE), "RangeError: Maximum call stack size exceeded true");
        // Through Rust as well: getters, JSON and sorting call back.
        assert_eq!(
            guest.text(
                "try { const a = {}; a.toJSON = () => JSON.stringify(a); JSON.stringify(a) } catch (e) { e.name }"
            ),
            "RangeError"
        );
        assert_eq!(guest.text("let s = '['.repeat(100000); try { JSON.parse(s) } catch (e) { e.name }"), "RangeError");
    });
}

fn deep(guest: &mut Guest, frames: &[u8]) -> String {
    let padding = std::hint::black_box([0_u8; 1024]);
    let text = match frames {
        [] => guest.text(RECURSE),
        [_, rest @ ..] => deep(guest, rest),
    };
    assert_eq!(std::hint::black_box(padding)[0], 0);
    text
}

#[test]
fn recursion_that_starts_deep_down_ends_too() {
    on_a_thread(|| {
        let mut guest = Guest::with(Config { stack_bytes: 6 << 20, ..config() });
        guest.engine().anchor_stack();
        assert!(deep(&mut guest, &[0; 1000]).starts_with("RangeError"));
    });
}

#[test]
fn the_heap_has_a_limit() {
    let mut guest = Guest::with(Config { heap_bytes: 8 << 20, ..config() });
    let text = guest.text(
        "const all = []; try { for (;;) all.push(new Uint8Array(1 << 20)) } catch (e) { all.length = 0; e.message }",
    );
    assert!(text.contains("out of memory"), "{text}");
    assert_eq!(guest.number("1 + 1"), 2.0);
    let none = QuickJs::new(Config { heap_bytes: 1 << 16, ..config() });
    assert!(matches!(none, Err(OutOfMemory)));
}

#[test]
fn an_endless_script_ends_with_its_process() {
    let mut guest = Guest::new();
    let process = guest.process.clone();
    let killer = std::thread::spawn(move || process.kill(gopherix_abi::Signal::SIGKILL).unwrap());
    let source = "for (;;) { try { for (;;); } catch {} finally {} }";
    assert!(matches!(guest.try_eval(source), Err(Failure::Stop)));
    killer.join().unwrap();
}

#[test]
fn exit_is_not_caught() {
    let mut guest = Guest::new();
    assert_eq!(
        guest.run("try { process.exit(7) } catch { console.log('caught') } finally { console.log('finally') }"),
        7
    );
    assert_eq!(guest.output(), "");
    let mut guest = Guest::new();
    assert_eq!(
        guest.run(
            "process.on('exit', (c) => { console.log('exit', c); process.exitCode = 9; }); await null; process.exit(3)"
        ),
        9
    );
    assert_eq!(guest.output(), "exit 3\n");
}

#[test]
fn a_script_that_nobody_called_throws() {
    let guest = Guest::new();
    let engine = guest.engine();
    let thrown = engine.heap.eval("x.js", "process.cwd()", false).unwrap_err();
    assert!(thrown.to_text().unwrap().contains("nobody called"));
}

#[test]
fn a_million_values_leave_the_heap_as_it_was() {
    let mut guest = Guest::new();
    let engine = guest.engine();
    let object = match guest.eval("globalThis.o = { get fresh() { return { x: [1] } } }; o") {
        Value::Engine(js) => js,
        _ => panic!("no object"),
    };
    let mut churn = |count: u32| {
        for _ in 0..count {
            let fresh = engine.get(&mut guest, &object, "fresh").ok().unwrap();
            assert!(matches!(fresh, Value::Engine(_)));
        }
        engine.heap.collect();
        engine.heap.usage().0
    };
    let before = churn(1000);
    assert_eq!(churn(1_000_000), before);
}

#[test]
fn uncaught_rejections_end_the_program() {
    let mut guest = Guest::new();
    assert_eq!(guest.run("Promise.reject(new RangeError('far')); setTimeout(() => console.log('never'), 1);"), 1);
    let errors = guest.errors();
    assert!(errors.starts_with("Uncaught RangeError: far\n    at "), "{errors}");
    assert_eq!(guest.output(), "");
    let mut guest = Guest::new();
    assert_eq!(guest.run("Promise.reject(5)"), 1);
    assert!(guest.errors().contains("The promise rejected with the reason \"5\""));
    let mut guest = Guest::new();
    assert_eq!(guest.run("const p = Promise.reject(1); p.catch(() => console.log('handled')); await 0;"), 0);
    assert_eq!(guest.output(), "handled\n");
    let mut guest = Guest::new();
    let source = "process.on('unhandledRejection', (r) => console.log('r', r)); process.on('uncaughtException', (e) => console.log('e', e.message));
        Promise.reject(2); process.nextTick(() => { throw new Error('tick') });";
    assert_eq!(guest.run(source), 0);
    assert_eq!(guest.output(), "e tick\nr 2\n");
}

#[test]
fn a_script_that_throws_is_shown_with_its_stack() {
    let mut guest = Guest::new();
    assert_eq!(guest.run("function inner() { throw Object.assign(new TypeError('bad'), { code: 'E' }) }\ninner()"), 1);
    let errors = guest.errors();
    assert!(errors.starts_with("Uncaught TypeError: bad\n    at inner (test.js:1:"), "{errors}");
    assert!(errors.contains("code: 'E'"), "{errors}");
}

#[test]
fn what_only_a_browser_has_is_named() {
    let mut guest = Guest::new();
    let engine = guest.engine();
    assert_eq!(engine.missing_note(), None);
    let global = engine.global();
    assert!(matches!(engine.get(&mut guest, &global, "document"), Ok(Value::Undefined)));
    assert!(matches!(engine.get(&mut guest, &global, "nonsense"), Ok(Value::Undefined)));
    let note = engine.missing_note().unwrap();
    assert!(note.contains("asked for document, which only exists in a browser"), "{note}");
    assert_eq!(guest.text("typeof document + typeof window + ('window' in globalThis)"), "undefinedundefinedfalse");
    assert_eq!(guest.run("localStorage.getItem('x')"), 1);
    let errors = guest.errors();
    assert!(errors.contains("localStorage is not defined"), "{errors}");
    assert!(errors.contains("document and localStorage, which only exist in a browser"), "{errors}");
}

#[test]
fn a_symbol_that_describes_symbols_has_no_text() {
    let mut guest = Guest::new();
    let source = "Object.defineProperty(Symbol.prototype, 'description', { value: Symbol('x') }); Symbol('y')";
    let Value::Engine(symbol) = guest.eval(source) else { panic!("no symbol") };
    assert_eq!(symbol.to_text().unwrap(), "");
}
