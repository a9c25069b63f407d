use wasmparser::{Operator, Validator};

use super::*;

fn written(text: &str) -> Vec<u8> {
    let out = interruptible(&wat::parse_str(text).unwrap()).unwrap();
    Validator::new().validate_all(&out).unwrap();
    out
}

/// How often it looks, and how many locals it puts back.
fn looks(text: &str) -> (usize, usize) {
    let out = written(text);
    let module = Module::parse(&out).unwrap();
    let import = module.imports.iter().filter(|import| matches!(import.kind, wasmparser::TypeRef::Func(_)));
    let look = import.clone().position(|import| (import.module, import.name) == (MODULE, LOOK)).unwrap();
    let (mut looks, mut kept) = (0, 0);
    for ordinal in 0..count(module.bodies.len()) {
        let code: Vec<_> =
            body_of(&module, ordinal).get_operators_reader().unwrap().into_iter().map(Result::unwrap).collect();
        for pair in code.windows(2) {
            looks +=
                usize::from(matches!(&pair[0], Operator::Call { function_index } if *function_index == count(look)));
            let loads = matches!(&pair[0], Operator::I32Load { memarg } if memarg.offset >= crate::loops::KEPT && memarg.memory() > 0);
            kept += usize::from(loads && matches!(pair[1], Operator::LocalSet { .. }));
        }
    }
    (looks, kept)
}

trait InMemory {
    fn memory(&self) -> u32;
}

impl InMemory for wasmparser::MemArg {
    fn memory(&self) -> u32 {
        match self.target {
            wasmparser::MemArgTarget::Memory(memory) => memory,
            _ => 0,
        }
    }
}

#[test]
fn a_module_of_next_to_nothing_has_what_it_needs_added() {
    let out = written(r#"(module (func (export "_start") (loop (br 0))))"#);
    let module = Module::parse(&out).unwrap();
    assert_eq!((module.imports.len(), module.memories.len(), module.exports.len()), (1, 1, 2));
    assert_eq!(module.exports[1].name, EXPORT_FLAG);
    written("(module (func (loop (br 0))) (start 0))");
    written("(module (func) (data \"x\"))");
    assert!(interruptible(&wat::parse_str("(module)").unwrap()).is_err());
}

#[test]
fn loops_look_and_put_back_what_they_need() {
    let count = r#"(module (memory 1) (func (param i32 i32) (local i32 i32)
        (local.set 3 (i32.const 7))
        (loop (local.set 2 (local.get 0)) (i32.store (local.get 2) (local.get 1)) (br_if 0 (local.get 2)))))"#;
    assert_eq!(looks(count), (1, 2));
}

#[test]
fn functions_that_call_themselves_look() {
    let fib = "(module (memory 1) (func $fib (param i32) (result i32) (i32.add (call $fib (local.get 0)) (call $fib (local.get 0)))))";
    assert_eq!(looks(fib), (1, 1));
    assert_eq!(looks("(module (func $a (call $b)) (func $b))"), (0, 0));
    assert_eq!(looks("(module (table 1 funcref) (func (call_indirect (i32.const 0))))"), (1, 0));
}

#[test]
fn functions_keep_their_meaning() {
    let text = r#"(module (import "env" "f" (func $f)) (import "env" "m" (memory 1)) (table 2 funcref)
        (elem (i32.const 0) $f $g) (elem declare func $g) (global funcref (ref.func $g)) (start $g)
        (func $g (export "g") (loop (br_if 0 (ref.is_null (ref.func $g)))) (call $f))
        (@custom ".debug_info" "x"))"#;
    let out = written(text);
    let module = Module::parse(&out).unwrap();
    assert_eq!(module.exports[0].index, 2);
    assert!(!module.customs.iter().any(|custom| custom.name == ".debug_info"));
    assert!(matches!(interruptible(&out), Err(RewriteError::Shape(_))), "not twice");
}

#[test]
fn values_that_are_no_numbers_and_values_below_a_loop_are_left_where_they_are() {
    let text = r#"(module (memory 1) (func (param externref v128 i64) (result i32)
        (i32.const 5) (loop (result i32) (drop (local.get 0)) (drop (local.get 1)) (drop (local.get 2)) (i32.const 1))
        (i32.add)))"#;
    assert_eq!(looks(text).0, 1);
}

#[test]
fn a_body_does_not_grow_without_bounds() {
    let locals =
        "(local.get 0) (drop) ".repeat(8) + &(1..200).map(|n| format!("(drop (local.get {n}))")).collect::<String>();
    let text = format!("(module (func (param {}) {} {locals}))", "i32 ".repeat(200), "(loop) ".repeat(10_000));
    let bytes = wat::parse_str(&text).unwrap();
    let out = interruptible(&bytes).unwrap();
    assert!(out.len() < 20 * bytes.len(), "{} from {}", out.len(), bytes.len());
}
