//! Tests of [`super`].

use wasm_encoder as enc;

use super::*;

fn events_of(build: impl FnOnce(&mut enc::InstructionSink<'_>)) -> Vec<Event> {
    let mut function = enc::Function::new([(2, enc::ValType::I32), (4, enc::ValType::I64)]);
    build(&mut function.instructions());
    events(&function.into_raw_body())
}

fn at(offset: u64) -> enc::MemArg {
    enc::MemArg { offset, align: 3, target: enc::MemArgTarget::Memory(0), ordering: None }
}

#[test]
fn constants_and_chains_of_loads() {
    let events = events_of(|code| {
        code.i32_const(100).i64_const(7).i64_store(at(48));
        code.global_get(2).i32_wrap_i64().i64_load(at(48)).local_tee(3).i32_wrap_i64().i64_load(at(136)).local_set(4);
        code.global_get(2).local_get(4).i64_eq().drop().end();
    });
    let g = Value::root(Root::Global(2));
    let field = |loads: &[u64], add| Value { root: Root::Global(2), loads: loads.to_vec(), add };
    assert_eq!(
        events,
        [
            Event::Store { at: Value::constant(148), bytes: 8, value: Some(Value::constant(7)) },
            Event::Load { at: field(&[], 48) },
            Event::Load { at: field(&[48], 136) },
            Event::Compare(g, field(&[48, 136], 0)),
        ]
    );
}

#[test]
fn what_a_branch_may_have_changed_is_unknown() {
    let events = events_of(|code| {
        code.i64_const(1).local_set(3).i64_const(2).local_set(4);
        code.i32_const(0).if_(enc::BlockType::Empty).i64_const(3).local_set(3).end();
        code.i32_const(8).local_get(3).i64_store(at(0));
        code.i32_const(16).local_get(4).i64_store(at(0));
        code.block(enc::BlockType::Empty).end();
        code.i32_const(24).local_get(4).i64_store(at(0)).end();
    });
    let stored = |address, value| Event::Store { at: Value::constant(address), bytes: 8, value };
    assert_eq!(events, [stored(8, None), stored(16, Some(Value::constant(2))), stored(24, None)]);
}

#[test]
fn local_1_is_the_stack_pointer_wherever_it_is_read() {
    let events = events_of(|code| {
        code.block(enc::BlockType::Empty).end();
        code.local_get(1).i32_const(8).i32_sub().local_tee(1).global_set(0);
        code.local_get(1).i64_const(9).i64_store(at(0)).end();
    });
    let sp = Value::root(Root::Global(0));
    let moved = Event::SetGlobal(0, sp.clone().plus(8u64.wrapping_neg()));
    assert_eq!(events, [moved, Event::Store { at: sp, bytes: 8, value: Some(Value::constant(9)) }]);
}

#[test]
fn unknown_instructions_leave_unknown_values() {
    let events = events_of(|code| {
        code.i32_const(8).i64_const(3).i64_const(5).i64_mul().i64_store(at(0));
        code.i32_const(8).i32_const(4).i32_sub().i64_const(5).i64_store8(at(0)).end();
    });
    assert_eq!(events, [Event::Store { at: Value::constant(4), bytes: 1, value: Some(Value::constant(5)) }]);
}

#[test]
fn endless_chains_and_broken_code_end() {
    let deep = events_of(|code| {
        code.i32_const(8);
        for _ in 0..50 {
            code.i64_load(at(0)).i32_wrap_i64();
        }
        code.drop();
        for _ in 0..1000 {
            code.i32_const(1);
        }
        code.end();
    });
    assert_eq!(deep.len(), LOADS + 1);
    assert_eq!(events(&[0x80]), []);
    assert_eq!(events(&[0, 0xff, 0xff]), []);
}
