//! Small modules by hand: what each pass writes, and what is refused.

use gopherix_golang::module::Module;
use wasmparser::Validator;

use crate::heads::{Head, Heads, Places};
use crate::writer::Marks;
use crate::{Plan, RewriteError, rewrite, writer};

/// A function with Go's shape and a check of a large frame; it is called, exported, in a table, and named.
const GO: &str = r#"(module
    (import "env" "f" (func $f (param i32)))
    (memory (export "mem") 1)
    (global $sp (mut i32) (i32.const 0)) (global (mut i64) (i64.const 0)) (global $g (mut i64) (i64.const 0))
    (table 1 funcref) (elem (i32.const 0) $go)
    (func $go (export "go") (param i32) (result i32) (local i32)
        (local.set 1 (global.get $sp))
        (loop
            (if (i32.le_u (local.get 1) (i32.add (i32.load offset=16 (i32.wrap_i64 (global.get $g))) (i32.const 4000)))
                (then (call $f (i32.const 1)))))
        (i32.add (call $go (local.get 0)) (i32.const 7))))"#;

fn written(text: &str, heads: &[(u32, Head)], marked: bool) -> (String, usize) {
    let bytes = wat::parse_str(text).unwrap();
    let marks = marked.then_some(Marks { m0: 64, release: 27 });
    let out = writer::write(&Module::parse(&bytes).unwrap(), Heads::from_iter(heads.iter().copied()), marks).unwrap();
    Validator::new().validate_all(&out.bytes).unwrap();
    (format!("{:?}", operators(&out.bytes)), out.counts.prologues)
}

fn operators(bytes: &[u8]) -> Vec<wasmparser::Operator<'_>> {
    let payloads = wasmparser::Parser::new(0).parse_all(bytes).map(Result::unwrap);
    let bodies = payloads.filter_map(|payload| match payload {
        wasmparser::Payload::CodeSectionEntry(body) => Some(body),
        _ => None,
    });
    bodies.flat_map(|body| body.get_operators_reader().unwrap().into_iter().map(Result::unwrap)).collect()
}

#[test]
fn a_check_of_a_large_frame_is_done_in_64_bits() {
    let (mended, count) = written(GO, &[], true);
    assert_eq!(count, 1);
    let check = "LocalGet { local_index: 1 }, I64ExtendI32U, GlobalGet { global_index: 2 }, I32WrapI64, I64Load32U";
    assert!(mended.contains(check), "{mended}");
    assert!(mended.contains("I64Const { value: 4000 }, I64Add, I64LeU, If"), "{mended}");
    assert_eq!(written(GO, &[], false).1, 0);
}

#[test]
fn other_comparisons_are_left_alone() {
    let other = GO.replace("offset=16", "offset=24");
    assert_eq!(written(&other, &[], true).1, 0);
    let signed = GO.replace("i32.le_u", "i32.le_s");
    assert_eq!(written(&signed, &[], true).1, 0);
}

#[test]
fn heads_run_at_block_0_and_calls_keep_their_meaning() {
    let places = Places { anywhere: Some(3), within: None };
    let (text, _) = written(GO, &[(0, Head::Direct(places))], false);
    let head = "[LocalGet { local_index: 0 }, I32Eqz, If { blockty: Empty }, I32Const { value: 3 }, \
                GlobalGet { global_index: 0 }, Call { function_index: 1 }, If { blockty: Empty }";
    assert!(text.starts_with(head), "{text}");
    assert!(text.contains("Call { function_index: 0 }"), "the import is where it was: {text}");
    assert!(text.contains("Call { function_index: 2 }"), "the function itself has moved: {text}");
    let (text, _) = written(GO, &[(0, Head::Sched)], true);
    assert!(text.contains("If { blockty: Empty }, Call { function_index: 1 }, End"), "{text}");
}

#[test]
fn heads_tell_who_calls() {
    let is_within = "GlobalGet { global_index: 0 }, I64Load { memarg: MemArg { align: 3, max_align: 3, offset: 0, \
                     target: Memory(0), ordering: None } }, I64Const { value: 16 }, I64ShrU, I64Const { value: 4100 }, \
                     I64Eq, ";
    let start = "[LocalGet { local_index: 0 }, I32Eqz, If { blockty: Empty }, ";
    let answer = "GlobalGet { global_index: 0 }, Call { function_index: 1 }, If { blockty: Empty }, ";
    let head = |anywhere| written(GO, &[(0, Head::Direct(Places { anywhere, within: Some((4100, 4)) }))], false).0;
    let both = format!("{start}I32Const {{ value: 4 }}, I32Const {{ value: 3 }}, {is_within}Select, {answer}");
    assert!(head(Some(3)).starts_with(&both), "{}", head(Some(3)));
    let one = format!("{start}{is_within}If {{ blockty: Empty }}, I32Const {{ value: 4 }}, {answer}");
    assert!(head(None).starts_with(&one), "{}", head(None));
}

/// As Go's compiler lays out `for i := 0; i < n; i++ {}`: block 0 jumps on to 2, block 1 falls into 2, which jumps back or on to 3.
const LOOP: &str = r#"(module
    (import "env" "f" (func $f (param i32)))
    (memory 1) (global (mut i32) (i32.const 0)) (global (mut i64) (i64.const 0)) (global (mut i64) (i64.const 0))
    (func (param i32) (result i32) (local i32)
        (block (loop
            (block (block (block (block
                (br_table 0 1 2 3 (local.get 0)))
                (local.set 0 (i32.const 2)) (br 3))
                (local.set 1 (i32.add (local.get 1) (i32.const 1))))
                (if (i32.lt_u (local.get 1) (i32.const 9)) (then (local.set 0 (i32.const 1)) (br 2)))
                (local.set 0 (i32.const 3)) (br 1))
            (return (i32.const 0))))
        unreachable))"#;

#[test]
fn functions_with_jumps_back_look_at_the_flag() {
    let (text, _) = written(LOOP, &[(0, Head::Sched)], true);
    let look = "Block { blockty: Empty }, LocalGet { local_index: 0 }, I32Const { value: 0 }, I32Load";
    assert_eq!(text.matches(look).count(), 1, "{text}");
    // The table's targets are one block further out, and local 1, which blocks read, outlives the call in memory.
    let (_, rest) = text
        .split_once("I32Or, BrTable { targets: BrTable { count: 4, default: 0, targets: [1, 2, 3, 4] } }, End, ")
        .unwrap();
    let (kept, rest) = rest.split_once("Call { function_index: 1 }, ").unwrap();
    assert_eq!((kept.matches("I32Store").count(), kept.matches("LocalGet").count()), (2, 2), "{kept}");
    let (back, _) = rest.split_once("Br { relative_depth: 4 }, End, I32Const { value: 2 }").unwrap();
    assert_eq!((back.matches("I32Load").count(), back.matches("LocalSet").count()), (2, 2), "{back}");
    // The same without a jump back: on to the block after its own.
    let straight = LOOP.replace("(then (local.set 0 (i32.const 1))", "(then (local.set 0 (i32.const 3))");
    let bytes = wat::parse_str(&straight).unwrap();
    assert_eq!(written(&straight, &[], true).0, format!("{:?}", operators(&bytes)));
}

#[test]
fn locals_that_every_block_sets_first_are_not_kept() {
    let text = LOOP.replace("(local i32)", "(local i32 f32 i64)").replace(
        "(local.set 1 (i32.add",
        "(local.set 3 (i64.const 1)) (drop (local.get 3)) (drop (local.get 2)) (local.set 1 (i32.add",
    );
    let (text, _) = written(&text, &[(0, Head::Sched)], true);
    assert_eq!((text.matches("F32Store").count(), text.matches("I64Store").count()), (1, 0), "{text}");
}

#[test]
fn functions_with_too_many_locals_or_with_references_are_left_alone() {
    let many = format!("(local {})", "i32 ".repeat(80));
    let text = LOOP
        .replace("(local i32)", &many)
        .replace("(local.set 1 (i32.add (local.get 1)", "(local.set 70 (i32.add (local.get 70)");
    for text in [text, LOOP.replace("(local i32)", "(local i32 funcref)")] {
        let bytes = wat::parse_str(&text).unwrap();
        assert_eq!(written(&text, &[], true).0, format!("{:?}", operators(&bytes)));
    }
}

/// What stands where the hints point, by function.
fn hinted(bytes: &[u8]) -> Vec<(u32, String)> {
    let mut found = Vec::new();
    let mut hints = Vec::new();
    let mut index = Module::parse(bytes).unwrap().imported_functions;
    for payload in wasmparser::Parser::new(0).parse_all(bytes).map(Result::unwrap) {
        match payload {
            wasmparser::Payload::CustomSection(section) => {
                if let wasmparser::KnownCustom::BranchHints(section) = section.as_known() {
                    hints.extend(section.into_iter().map(Result::unwrap));
                }
            }
            wasmparser::Payload::CodeSectionEntry(body) => {
                let start = body.range().start;
                let of_body = hints.iter().filter(|function| function.func == index);
                let places: Vec<_> = of_body.flat_map(|function| function.hints.clone()).map(Result::unwrap).collect();
                assert!(places.iter().all(|hint| !hint.taken) && places.is_sorted_by_key(|hint| hint.func_offset));
                for (op, place) in body.get_operators_reader().unwrap().into_iter_with_offsets().map(Result::unwrap) {
                    if places.iter().any(|hint| start.checked_add(hint.func_offset.into()) == Some(place)) {
                        found.push((index, format!("{op:?}")));
                    }
                }
                assert_eq!(found.iter().filter(|(function, _)| *function == index).count(), places.len());
                index = index.saturating_add(1);
            }
            _ => {}
        }
    }
    found
}

#[test]
fn branches_that_are_hardly_taken_are_hinted_where_they_are_now() {
    let text = GO.replace(
        "(i32.add (call $go (local.get 0)) (i32.const 7))",
        "(br_if 0 (i32.const 1) (call $go (local.get 0)))",
    );
    for (text, then) in [(&text, "BrIf"), (&text.replace("(i32.const 4000)", "(i32.const 0)"), "BrIf")] {
        let bytes = wat::parse_str(text).unwrap();
        let marks = Some(Marks { m0: 64, release: 27 });
        let heads = Heads::from_iter([(0, Head::Sched)]);
        let out = writer::write(&Module::parse(&bytes).unwrap(), heads, marks).unwrap();
        let found = hinted(&out.bytes);
        assert_eq!(found.len(), out.counts.hints);
        assert!(found.iter().all(|(index, _)| *index == 2), "{found:?}");
        assert!(found.first().is_some_and(|(_, op)| op.starts_with("If")), "{found:?}");
        assert!(found.last().is_some_and(|(_, op)| op.starts_with(then)), "{found:?}");
    }
}

#[test]
fn hints_that_would_be_of_other_places_are_dropped() {
    let hint = r#"(block (local.get 0) (@metadata.code.branch_hint "\00") (br_if 0)) (loop"#;
    let text = GO.replace("(loop", hint);
    let bytes = wat::parse_str(&text).unwrap();
    assert_eq!(hinted(&bytes).len(), 1);
    let out = writer::write(&Module::parse(&bytes).unwrap(), Heads::from_iter([]), None).unwrap();
    assert_eq!(hinted(&out.bytes).len(), out.counts.hints);
}

#[test]
fn what_is_no_go_module_is_refused() {
    let plan = Plan { preemption: true, ..Plan::default() };
    assert!(matches!(rewrite(b"", &plan), Err(RewriteError::Module(_))));
    let bytes = wat::parse_str(GO).unwrap();
    assert!(matches!(rewrite(&bytes, &plan), Err(RewriteError::Pclntab(_))));
    for end in 0..bytes.len() {
        assert!(rewrite(&bytes[..end], &plan).is_err(), "{end}");
    }
}
