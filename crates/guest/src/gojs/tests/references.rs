//! The value table, by way of the imports.

use super::fake::Guest;
use crate::gojs;
use crate::gojs::engine::Engine as _;
use crate::gojs::value::{Content, Object, Value};

const GLOBAL: u64 = 0x7ff8_0001_0000_0005;
const GO: u64 = 0x7ff8_0001_0000_0006;

fn get(guest: &mut Guest, target: u64, key: &str) -> u64 {
    guest.set_word(8, target);
    guest.set_bytes(16, 8192, key.as_bytes());
    guest.call(gojs::value_get);
    guest.word(32)
}

fn string(guest: &mut Guest, text: &str) -> u64 {
    guest.set_bytes(8, 8192, text.as_bytes());
    guest.call(gojs::string_val);
    guest.word(24)
}

fn finalize(guest: &mut Guest, reference: u64) {
    guest.set_word(8, reference & 0xffff_ffff);
    guest.call(gojs::finalize_ref);
}

#[test]
fn a_value_has_one_id_while_it_is_held() {
    let mut guest = Guest::new(|_| {});
    let fs = get(&mut guest, GLOBAL, "fs");
    assert_eq!(fs, 0x7ff8_0001_0000_0007);
    assert_eq!(get(&mut guest, GLOBAL, "fs"), fs);
    assert_eq!(get(&mut guest, fs, "open") >> 32, 0x7ff8_0004);
    assert_eq!(guest.gojs.table.len(), 2);
    finalize(&mut guest, fs);
    assert_eq!(guest.gojs.table.len(), 2);
    finalize(&mut guest, fs);
    assert_eq!(guest.gojs.table.len(), 1);
    // Its id is free again.
    assert_eq!(string(&mut guest, "x"), 0x7ff8_0002_0000_0007);
}

#[test]
fn equal_strings_are_one_value() {
    let mut guest = Guest::new(|_| {});
    let a = string(&mut guest, "héllo");
    assert_eq!(string(&mut guest, "héllo"), a);
    assert_ne!(string(&mut guest, "hello"), a);
    guest.set_word(8, a);
    guest.call(gojs::value_prepare_string);
    assert_eq!((guest.word(16), guest.word(24)), (a, 6));
    guest.set_word(8, a);
    guest.set_bytes(16, 9000, &[0; 6]);
    guest.call(gojs::value_load_string);
    assert_eq!(&guest.memory[9000..9006], "héllo".as_bytes());
}

#[test]
fn simple_values_are_the_references_that_go_knows() {
    let guest = Guest::new(|_| {});
    let table = &guest.gojs.table;
    let store = |value| table.store(&*guest.gojs.engine, value).unwrap();
    let cases = [
        (Value::Undefined, 0),
        (Value::Number(1.5), 1.5f64.to_bits()),
        (Value::Number(f64::NAN), 0x7ff8_0000_0000_0000),
        (Value::Number(0.0), 0x7ff8_0000_0000_0001),
        (Value::Number(-0.0), 0x7ff8_0000_0000_0001),
        (Value::Null, 0x7ff8_0000_0000_0002),
        (Value::Bool(true), 0x7ff8_0000_0000_0003),
        (Value::Bool(false), 0x7ff8_0000_0000_0004),
    ];
    for (value, want) in cases {
        assert_eq!(store(value), want, "{want:x}");
    }
    assert!(table.is_empty());
    assert!(matches!(table.load(0x7ff8_0000_0000_0001), Value::Number(0.0)));
    assert!(matches!(table.load(0x7ff8_0001_dead_beef), Value::Undefined));
}

/// A million values that come and go leave the table as it was.
#[test]
fn a_table_does_not_grow_by_what_was_dropped() {
    let mut guest = Guest::new(|_| {});
    for round in 0..250_000u32 {
        let text = string(&mut guest, &format!("s{round}"));
        let bytes = {
            let value = Value::object(Content::Bytes(vec![0; 8]));
            guest.gojs.table.store(&*guest.gojs.engine, value).unwrap()
        };
        guest.set_word(8, GO);
        guest.set_bytes(16, 8192, b"_makeFuncWrapper");
        guest.memory[8300..8308].copy_from_slice(&f64::from(round).to_bits().to_le_bytes());
        guest.set_word(32, 8300);
        guest.set_word(40, 1);
        guest.call(gojs::value_call);
        let function = guest.word(56);
        assert_eq!(function >> 32, 0x7ff8_0004);
        let number = get(&mut guest, GLOBAL, "fs");
        for reference in [text, bytes, function, number] {
            finalize(&mut guest, reference);
        }
    }
    assert!(guest.gojs.table.is_empty());
    assert!(guest.gojs.table.capacity() <= 4, "{}", guest.gojs.table.capacity());
}

#[test]
fn an_object_keeps_its_id_when_it_goes_to_the_engine() {
    let mut guest = Guest::new(|_| {});
    let bytes = Value::object(Content::Bytes(b"abc".to_vec()));
    let reference = guest.gojs.table.store(&*guest.gojs.engine, bytes).unwrap();
    assert_eq!(guest.gojs.engine.made.get(), 0);
    // global.kept = bytes, which puts it where scripts are.
    guest.set_word(8, GLOBAL);
    guest.set_bytes(16, 8192, b"kept");
    guest.set_word(32, reference);
    guest.call(gojs::value_set);
    assert_eq!(guest.gojs.engine.made.get(), 1);
    assert_eq!(get(&mut guest, GLOBAL, "kept"), reference);
    // It is still the same bytes.
    guest.set_word(32, reference);
    guest.set_bytes(8, 9000, &[0; 3]);
    guest.call(gojs::copy_bytes_to_go);
    assert_eq!((&guest.memory[9000..9003], guest.word(40), guest.word(48) & 0xff), (&b"abc"[..], 3, 1));
    finalize(&mut guest, reference);
    finalize(&mut guest, reference);
    assert!(guest.gojs.table.is_empty());
}

#[test]
fn an_exception_that_go_does_not_catch_ends_the_program() {
    let mut guest = Guest::new(|_| {});
    guest.set_word(8, GLOBAL);
    guest.set_bytes(16, 8192, b"throws");
    let sp = guest.sp;
    assert!(gojs::value_get(&mut guest, sp).is_err());
    assert_eq!(guest.exit_code(), 1);
}

#[test]
fn a_pointer_out_of_memory_is_a_segmentation_fault() {
    for (ptr, len) in [(u64::MAX, 1), (65530, 100), (0, u64::MAX), (1 << 40, 0)] {
        let mut guest = Guest::new(|_| {});
        guest.set_word(8, GLOBAL);
        guest.set_word(16, ptr);
        guest.set_word(24, len);
        let sp = guest.sp;
        assert!(gojs::value_get(&mut guest, sp).is_err(), "{ptr:x} {len:x}");
        assert_eq!(guest.exit_code(), 139);
    }
    let mut guest = Guest::new(|_| {});
    assert!(gojs::value_get(&mut guest, u32::MAX - 4).is_err());
    assert_eq!(guest.exit_code(), 139);
}

/// Takes the arguments of the event and leaves a reference to them at 12000.
fn take_args(guest: &mut Guest) {
    let event = get(guest, GO, "_pendingEvent");
    let args = get(guest, event, "args");
    guest.memory[12000..12008].copy_from_slice(&args.to_le_bytes());
    finalize(guest, event);
}

/// Each call's arguments hold those of the call before. Freeing them all must not take stack for each.
#[test]
fn arguments_within_arguments_are_freed_however_many() {
    let mut guest = Guest::new(take_args);
    let store = |guest: &Guest, value| guest.gojs.table.store(&*guest.gojs.engine, value).unwrap();
    let function = store(&guest, Value::object(Content::GoFunc(1)));
    let mut args = 0;
    for _ in 0..100_000 {
        guest.memory[13000..13008].copy_from_slice(&u64::to_le_bytes(args));
        guest.set_word(8, function);
        guest.set_word(16, 13000);
        guest.set_word(24, 1);
        guest.call(gojs::value_invoke);
        finalize(&mut guest, args);
        args = u64::from_le_bytes(guest.memory[12000..12008].try_into().unwrap());
    }
    assert_eq!(guest.gojs.table.len(), 2);
    finalize(&mut guest, args);
    assert_eq!(guest.gojs.table.len(), 1);
}

/// Lets the event be its own result, and keeps no reference to it.
fn answer_with_the_event(guest: &mut Guest) {
    let event = get(guest, GO, "_pendingEvent");
    guest.set_word(8, event);
    guest.set_bytes(16, 8192, b"result");
    guest.set_word(32, event);
    guest.call(gojs::value_set);
    finalize(guest, event);
}

#[test]
fn an_event_that_is_its_own_result_is_the_engines() {
    let mut guest = Guest::new(answer_with_the_event);
    let gojs = guest.gojs.clone();
    let answer = gojs.call_go(&mut guest, 1, Value::Undefined, Vec::new());
    assert!(matches!(answer, Ok(Value::Undefined)));
    assert_eq!((guest.gojs.engine.made.get(), guest.gojs.table.len()), (1, 0));
}

#[test]
fn an_object_that_moves_twice_leaves_no_identity_behind() {
    let mut guest = Guest::new(|_| {});
    let (table, engine) = (&guest.gojs.table, &*guest.gojs.engine);
    let object = Object::new(Content::Array(Vec::new()));
    let id = table.store(engine, Value::Object(object.clone())).unwrap();
    let [first, second] = [engine.thing(), engine.thing()];
    for thing in [&first, &second] {
        object.identity.set(engine.identity(thing));
        table.moved(&object);
    }
    assert_eq!(table.store(engine, Value::Engine(second)).unwrap(), id);
    assert_ne!(table.store(engine, Value::Engine(first)).unwrap(), id);
    finalize(&mut guest, id);
}

#[test]
fn bytes_are_counted_while_they_are_held_here() {
    let mut guest = Guest::new(|_| {});
    let gojs = guest.gojs.clone();
    let text = string(&mut guest, "12345");
    let array = Object::new(Content::Bytes(vec![0; 1000]));
    let reference = gojs.table.store(&*gojs.engine, Value::Object(array.clone())).unwrap();
    assert_eq!(gojs.table.store(&*gojs.engine, Value::Object(array.clone())).unwrap(), reference);
    assert_eq!(gojs.table.bytes(), 1005);
    // The engine counts its own.
    assert!(array.engine(&gojs.engine, &mut guest).is_ok());
    assert_eq!(gojs.table.bytes(), 5);
    finalize(&mut guest, reference);
    finalize(&mut guest, reference);
    finalize(&mut guest, text);
    assert_eq!((gojs.table.bytes(), gojs.table.len()), (0, 0));
}
