//! [`Engine`] as the adapter uses it.

use std::rc::Rc;

use gopherix_abi::{Errno, FileType, Mode, Stat, Timespec};
use gopherix_guest::gojs;
use gopherix_guest::gojs::engine::{Callee, Caller, Engine as _, Failure, Kind, Stop};
use gopherix_guest::gojs::error::FsError;
use gopherix_guest::gojs::intrinsic::{FsOp, Intrinsic};
use gopherix_guest::gojs::value::{Content, Object, Value};

use super::guest::Guest;
use crate::{Js, QuickJs};

fn js(value: &Value<QuickJs>) -> Js {
    match value {
        Value::Engine(js) => js.clone(),
        _ => panic!("a simple value"),
    }
}

fn thrown<T>(result: Result<T, Failure<QuickJs>>) -> String {
    match result {
        Err(Failure::Thrown(Value::Engine(js))) => js.to_text().unwrap(),
        Err(Failure::Thrown(_)) => "something simple".to_owned(),
        Err(Failure::Stop) => "stop".to_owned(),
        Ok(_) => "nothing".to_owned(),
    }
}

#[test]
fn simple_values_come_back_as_such() {
    let mut guest = Guest::new();
    assert!(matches!(guest.eval("undefined"), Value::Undefined));
    assert!(matches!(guest.eval("null"), Value::Null));
    assert!(matches!(guest.eval("true"), Value::Bool(true)));
    assert!(matches!(guest.eval("1.5"), Value::Number(n) if n == 1.5));
    assert!(matches!(guest.eval("2 ** 40"), Value::Number(n) if n == 1_099_511_627_776.0));
    assert!(matches!(guest.eval("'grün' + '€'"), Value::String(s) if &*s == "grün€"));
    let engine = guest.engine();
    for (source, kind) in [
        ("'\\ud800'", Kind::String),
        ("Symbol('s')", Kind::Symbol),
        ("() => 1", Kind::Function),
        ("({})", Kind::Object),
        ("1n", Kind::Other),
    ] {
        assert_eq!(engine.kind(&js(&guest.eval(source))), kind, "{source}");
    }
    assert_eq!(engine.text(&js(&guest.eval("'a\\ud800b'"))), Some("a\u{fffd}b".to_owned()));
    assert_eq!(engine.text(&js(&guest.eval("[]"))), None);
}

#[test]
fn properties_are_read_written_and_deleted() {
    let mut guest = Guest::new();
    let engine = guest.engine();
    let object =
        js(&guest.eval("globalThis.o = { a: 1, 'é': 2, get bad() { throw new Error('no') }, list: [5, 6] }; o"));
    let number = |value: Value<QuickJs>| value.number().unwrap();
    let guest = &mut guest;
    assert_eq!(number(engine.get(guest, &object, "a").ok().unwrap()), 1.0);
    assert_eq!(number(engine.get(guest, &object, "é").ok().unwrap()), 2.0);
    assert!(matches!(engine.get(guest, &object, "none"), Ok(Value::Undefined)));
    assert_eq!(thrown(engine.get(guest, &object, "bad")), "Error: no");
    assert!(engine.set(guest, &object, "b", &Value::string("x")).is_ok());
    assert!(engine.delete(guest, &object, "a").is_ok());
    assert_eq!(guest.text("JSON.stringify([o.a, o.b])"), r#"[null,"x"]"#);
    let list = js(&engine.get(guest, &object, "list").ok().unwrap());
    assert_eq!(number(engine.index(guest, &list, 1).ok().unwrap()), 6.0);
    assert!(engine.set_index(guest, &list, 3, &Value::Bool(true)).is_ok());
    assert_eq!(guest.text("JSON.stringify(o.list)"), "[5,6,null,true]");
    let text = js(&guest.eval("'\\ud800'"));
    assert_eq!(thrown(engine.get(guest, &text, "length")), "TypeError: Reflect target must be an object");
    // What cannot be set is left alone, as Reflect.set does.
    let frozen = js(&guest.eval("Object.freeze({})"));
    assert!(engine.set(guest, &frozen, "x", &Value::Null).is_ok());
}

#[test]
fn functions_are_called_and_constructed() {
    let mut guest = Guest::new();
    let engine = guest.engine();
    let function = guest.eval("(function (a, b) { return [this, a, b].join('-') })");
    let this = Value::string("t");
    let args = [Value::Number(1.0), Value::Undefined];
    let guest = &mut guest;
    assert!(matches!(engine.call(guest, &function, &this, &args), Ok(Value::String(s)) if &*s == "t-1-"));
    assert_eq!(thrown(engine.call(guest, &Value::Null, &this, &[])), "TypeError: not a function");
    let date = guest.eval("Date");
    let made = engine.construct(guest, &js(&date), &[Value::Number(0.0)]).ok().unwrap();
    assert!(matches!(engine.instance_of(guest, &made, &date), Ok(true)));
    assert!(matches!(engine.instance_of(guest, &Value::Null, &date), Ok(false)));
    let arrow = js(&guest.eval("() => 1"));
    assert!(thrown(engine.construct(guest, &arrow, &[])).starts_with("TypeError"));
    assert!(matches!(engine.to_text(guest, &made), Ok(text) if text.contains("1970")));
    let symbol = guest.eval("Symbol('x')");
    assert!(thrown(engine.to_text(guest, &symbol)).starts_with("TypeError"));
}

#[test]
fn identities_are_those_of_objects() {
    let mut guest = Guest::new();
    let engine = guest.engine();
    let a = js(&guest.eval("globalThis.a = {}; a"));
    let again = js(&guest.eval("a"));
    let other = js(&guest.eval("({})"));
    assert_eq!(engine.identity(&a), engine.identity(&again));
    assert_ne!(engine.identity(&a), engine.identity(&other));
}

#[test]
fn intrinsics_are_told_apart() {
    let mut guest = Guest::new();
    let engine = guest.engine();
    let fs = js(&guest.eval("fs"));
    let guest = &mut guest;
    let open = engine.callee(guest, &fs, "open").ok().unwrap();
    assert!(matches!(open, Callee::Intrinsic(Intrinsic::Fs(FsOp::Open))));
    let read_file = engine.callee(guest, &fs, "readFile").ok().unwrap();
    assert!(matches!(read_file, Callee::Value(Value::Engine(_))));
    let array = js(&guest.eval("Uint8Array"));
    assert_eq!(engine.intrinsic(&array), Some(Intrinsic::Uint8Array));
    let resolve = js(&guest.eval("path.resolve"));
    assert_eq!(engine.intrinsic(&resolve), Some(Intrinsic::PathResolve));
    assert_eq!(engine.intrinsic(&fs), None);
}

#[test]
fn own_intrinsics_are_found_without_running_scripts() {
    let mut guest = Guest::new();
    let engine = guest.engine();
    let fs = js(&guest.eval("fs"));
    assert_eq!(engine.own_intrinsic(&fs, "open"), Some(Intrinsic::Fs(FsOp::Open)));
    assert_eq!(engine.own_intrinsic(&fs, "readFile"), None);
    assert_eq!(engine.own_intrinsic(&fs, "nothing"), None);
    assert_eq!(engine.own_intrinsic(&js(&guest.eval("Object.create(fs)")), "open"), None);
    guest.eval("globalThis.ran = 0; globalThis.open = fs.open; fs.stat = () => { ran++ }; 0");
    guest.eval("Object.defineProperty(fs, 'open', { get() { ran++; return open }, configurable: true }); 0");
    let proxy = js(&guest.eval("new Proxy({ open }, { get() { ran++ }, getOwnPropertyDescriptor() { ran++ } })"));
    for (target, key) in [(&fs, "stat"), (&fs, "open"), (&proxy, "open")] {
        assert_eq!(engine.own_intrinsic(target, key), None, "{key}");
    }
    assert_eq!(guest.eval("ran").number(), Some(0.0));
    guest.eval("Object.defineProperty(fs, 'open', { value: open }); 0");
    assert_eq!(engine.own_intrinsic(&fs, "open"), Some(Intrinsic::Fs(FsOp::Open)));
}

#[test]
fn objects_of_the_adapter_are_objects_to_scripts() {
    let mut guest = Guest::new();
    let engine = guest.engine();
    let show = guest.eval("(x) => require('util').inspect(x)");
    let guest = &mut guest;
    let mut shown = |content: Content<QuickJs>| match engine.call(guest, &show, &Value::Null, &[Value::object(content)])
    {
        Ok(Value::String(text)) => text.to_string(),
        _ => panic!("not shown"),
    };
    assert_eq!(shown(Content::Array(vec![Value::Number(1.0), Value::string("x")])), "[ 1, 'x' ]");
    assert_eq!(shown(Content::Bytes(vec![1, 2])), "Uint8Array(2) [ 1, 2 ]");
    let event = Content::Event {
        id: 3,
        this: Value::Null,
        args: Value::object(Content::Array(Vec::new())),
        result: Value::Undefined,
    };
    assert_eq!(shown(event), "{ id: 3, this: null, args: [], result: undefined }");
    assert_eq!(shown(Content::GoFunc(5)), "[Function (anonymous)]");
    assert!(shown(Content::Go).contains("_pendingEvent: null"));
}

#[test]
fn errors_of_the_adapter_are_nodes() {
    let mut guest = Guest::new();
    let engine = guest.engine();
    let error = FsError { errno: Errno::ENOENT, syscall: "open", path: Some("a b".into()), dest: None };
    let error = Object::<QuickJs>::new(Content::Error(Box::new(error)));
    let moved = error.engine(&*engine, &mut guest).ok().unwrap();
    let global = engine.global();
    assert!(engine.set(&mut guest, &global, "e", &Value::Engine(moved)).is_ok());
    let text = guest.text("[e instanceof Error, e.message, e.code, e.errno, e.syscall, e.path, 'dest' in e].join('|')");
    assert_eq!(text, "true|ENOENT: no such file or directory, open 'a b'|ENOENT|-2|open|a b|false");
}

#[test]
fn attributes_are_nodes() {
    let mut guest = Guest::new();
    let engine = guest.engine();
    let time = Timespec { sec: 1, nsec: 500_000_000 };
    let stat = Stat {
        dev: 1,
        ino: 2,
        nlink: 3,
        kind: FileType::Directory,
        mode: Mode(0o755),
        uid: 4,
        gid: 5,
        size: 6,
        blocks: 8,
        atime: time,
        mtime: time,
        ctime: Timespec::default(),
    };
    let stat = Value::object(Content::Stat(Box::new(stat)));
    let function = guest.eval("(s) => [s.isDirectory(), s.isFile(), s.mode, s.ino, s.size, s.blksize, s.mtimeMs, s.mtime.toISOString()].join()");
    let answer = engine.call(&mut guest, &function, &Value::Undefined, &[stat]);
    assert!(matches!(answer, Ok(Value::String(s)) if &*s == "true,false,16877,2,6,4096,1500,1970-01-01T00:00:01.500Z"));
}

/// The reference of the object that Go knows as `go`, by its fixed id.
const GO: u64 = 0x7ff8_0001_0000_0006;

/// What Go does with `js.Value`: the word that an import answers.
fn word(
    guest: &mut Guest,
    frame: &[(usize, u64)],
    answer: usize,
    import: fn(&mut dyn Caller<QuickJs>, u32) -> Result<(), Stop>,
) -> u64 {
    for (offset, word) in frame {
        guest.memory[4096..][*offset..][..8].copy_from_slice(&word.to_le_bytes());
    }
    assert_eq!(import(guest, 4096), Ok(()));
    u64::from_le_bytes(guest.memory[4096..][answer..][..8].try_into().unwrap())
}

fn get(guest: &mut Guest, target: u64, key: &str) -> u64 {
    guest.memory[8192..][..key.len()].copy_from_slice(key.as_bytes());
    word(guest, &[(8, target), (16, 8192), (24, u64::try_from(key.len()).unwrap())], 32, gojs::value_get)
}

/// Stands for Go: answers every event with twice the sum of its arguments, which a script works out.
fn add(guest: &mut Guest) -> Result<(), Stop> {
    let event = get(guest, GO, "_pendingEvent");
    let args = get(guest, event, "args");
    let count = word(guest, &[(8, args)], 16, gojs::value_length);
    let mut sum = 0.0;
    for at in 0..count {
        sum += f64::from_bits(word(guest, &[(8, args), (16, at)], 24, gojs::value_index));
    }
    let doubled = guest.number(&format!("{sum} * 2"));
    guest.memory[8192..][..6].copy_from_slice(b"result");
    word(guest, &[(8, event), (16, 8192), (24, 6), (32, doubled.to_bits())], 32, gojs::value_set);
    Ok(())
}

#[test]
fn go_functions_are_called_by_scripts_and_call_scripts() {
    let mut guest = Guest::new();
    guest.resume = add;
    let engine = guest.engine();
    let global = engine.global();
    assert!(engine.set(&mut guest, &global, "go_add", &Value::object(Content::GoFunc(9))).is_ok());
    assert_eq!(guest.number("go_add(1, 2) + [3].map((n) => go_add(n))[0]"), 12.0);
}

#[test]
fn stop_cannot_be_caught() {
    let mut guest = Guest::new();
    guest.resume = |_| Err(Stop);
    let engine = guest.engine();
    let global = engine.global();
    assert!(engine.set(&mut guest, &global, "f", &Value::object(Content::GoFunc(1))).is_ok());
    let source = "globalThis.went = 'on'; try { f() } catch { globalThis.went = 'caught' } finally { globalThis.went = 'finally' }";
    assert!(matches!(guest.try_eval(source), Err(Failure::Stop)));
    assert!(matches!(engine.get(&mut guest, &global, "went"), Ok(Value::String(s)) if &*s == "on"));
    let function = engine.get(&mut guest, &global, "f").ok().unwrap();
    assert!(matches!(engine.call(&mut guest, &function, &Value::Null, &[]), Err(Failure::Stop)));
    assert!(matches!(engine.run_microtasks(&mut guest), Err(Failure::Stop)));
}

#[test]
fn bytes_are_shared() {
    let mut guest = Guest::new();
    let engine = guest.engine();
    let array = js(&guest.eval("globalThis.b = new Uint8Array([1, 2, 3, 4]).subarray(1, 3); b"));
    assert_eq!(engine.bytes(&array, |bytes| std::mem::replace(&mut bytes[0], 9)), Some(2));
    assert_eq!(guest.text("String(b)"), "9,3");
    for none in ["new Uint16Array(2)", "new DataView(new ArrayBuffer(1))", "[1]", "new ArrayBuffer(1)"] {
        let value = js(&guest.eval(none));
        assert_eq!(engine.bytes(&value, |_| ()), None, "{none}");
    }
    let detached = js(&guest.eval("const d = new Uint8Array(4); d.buffer.transfer(); d"));
    assert_eq!(engine.bytes(&detached, |bytes| bytes.len()), Some(0));
}

#[test]
fn memory_is_a_buffer_until_it_grows() {
    let mut guest = Guest::new();
    guest.memory[5] = 77;
    let engine = guest.engine();
    assert_eq!(guest.number("globalThis.m = go._inst.exports.mem.buffer; new Uint8Array(m)[5]"), 77.0);
    guest.eval("new Uint8Array(m)[6] = 78; go.mem.setUint8(7, 79)");
    assert_eq!(guest.memory[6..8], [78, 79]);
    assert_eq!(guest.text("String([m === go._inst.exports.mem.buffer, m.byteLength])"), "true,65536");
    guest.memory = vec![1; 131_072];
    engine.memory_changed();
    assert_eq!(
        guest.text("String([m.byteLength, go._inst.exports.mem.buffer.byteLength, go.mem.getUint8(0)])"),
        "0,131072,1"
    );
    // There must be no second buffer over it.
    for source in ["transfer()", "transferToFixedLength()", "transfer.call(go._inst.exports.mem.buffer)"] {
        let thrown = thrown(guest.try_eval(&format!("go._inst.exports.mem.buffer.{source}")));
        assert_eq!(thrown, "TypeError: Cannot transfer the memory of a program");
    }
    let buffer = "go._inst.exports.mem.buffer";
    assert!(guest.try_eval(&format!("structuredClone({buffer}, {{ transfer: [{buffer}] }})")).is_err());
    // A view of it is copied in and out, since the adapter holds the memory meanwhile.
    let view = js(&guest.eval("new Uint8Array(go._inst.exports.mem.buffer, 10, 2)"));
    assert_eq!(engine.bytes(&view, |bytes| bytes.copy_from_slice(&[5, 6])), Some(()));
    assert_eq!(guest.memory[9..13], [1, 5, 6, 1]);
    engine.shut_down();
}

#[test]
fn a_value_may_outlive_its_engine() {
    let mut guest = Guest::new();
    let value = js(&guest.eval("({ a: [1, 2] })"));
    let weak = Rc::downgrade(&guest.engine());
    drop(guest);
    assert!(weak.upgrade().is_none());
    drop(value);
}
