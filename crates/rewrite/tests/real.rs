//! Real Go programs, written anew: valid, with everything asked for, and hardly larger.

#![expect(clippy::unwrap_used, reason = "in a test, to panic is to fail")]

use gopherix_rewrite::{Answered, Counts, Direct, Plan, RewriteError, rewrite};
use gopherix_testkit::go::{Port, build};
use wasmparser::{Operator, Parser, Payload, Validator};

fn module(port: Port) -> Vec<u8> {
    std::fs::read(build("benches/go/stat", port).unwrap()).unwrap()
}

fn operators(bytes: &[u8]) -> impl Iterator<Item = Operator<'_>> {
    let bodies = Parser::new(0).parse_all(bytes).filter_map(|payload| match payload.unwrap() {
        Payload::CodeSectionEntry(body) => Some(body),
        _ => None,
    });
    bodies.flat_map(|body| body.get_operators_reader().unwrap().into_iter().map(Result::unwrap))
}

/// How often a function is called by its index, over all bodies.
fn calls_of(bytes: &[u8], wanted: u32) -> usize {
    operators(bytes).filter(|op| matches!(op, Operator::Call { function_index } if *function_index == wanted)).count()
}

fn imported_functions(bytes: &[u8]) -> u32 {
    gopherix_golang::module::Module::parse(bytes).unwrap().imported_functions
}

#[test]
fn both_ports_are_valid_and_mended() {
    for port in [Port::Wasip1, Port::Js] {
        let bytes = module(port);
        let plan = Plan { preemption: true, ..Plan::default() };
        let out = rewrite(&bytes, &plan).unwrap();
        Validator::new().validate_all(&out.bytes).unwrap();
        assert_eq!(out.counts.heads, 1);
        assert!(out.counts.prologues > 100 && out.counts.loops > 100, "{:?}", out.counts);
        assert!(out.counts.hints > 10_000, "{:?}", out.counts);
        assert_eq!(calls_of(&out.bytes, imported_functions(&bytes)), 1 + out.counts.loops, "{port:?}");
        assert!(out.bytes.len() < bytes.len() + bytes.len() / 10, "{} -> {}", bytes.len(), out.bytes.len());
        assert!(matches!(rewrite(&out.bytes, &plan), Err(RewriteError::Shape(_))), "twice");
    }
}

#[test]
fn functions_are_found_by_name_in_a_stripped_binary() {
    let bytes = module(Port::Js);
    let mut stripped = wasm_encoder::Module::new();
    for payload in Parser::new(0).parse_all(&bytes) {
        if let Some((id, range)) = payload.unwrap().as_section()
            && id != 0
        {
            let range = usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap();
            stripped.section(&wasm_encoder::RawSection { id, data: &bytes[range] });
        }
    }
    let functions = [
        ("syscall.Stat", None),
        ("no.Such", None),
        ("syscall.Write", None),
        ("syscall.Write", Some("no.Such")),
        ("syscall.fsCall", Some("syscall.Open")),
        ("syscall.Read", Some("no.Such")),
    ]
    .map(|(symbol, within)| Answered { symbol, within });
    let plan = |of| Plan { direct: Direct { functions: &functions, of }, ..Plan::default() };
    let stripped = stripped.finish();
    let out = rewrite(&stripped, &plan(&["wasi_snapshot_preview1"])).unwrap();
    let hints = out.counts.hints;
    assert_eq!(out.counts, Counts { hints, ..Counts::default() });
    let out = rewrite(&stripped, &plan(&["gojs"])).unwrap();
    Validator::new().validate_all(&out.bytes).unwrap();
    assert_eq!(out.counts, Counts { heads: 3, hints, ..Counts::default() });
    assert_eq!(calls_of(&out.bytes, imported_functions(&bytes)), 3);
}

#[test]
fn nothing_but_indices_changes_without_a_plan() {
    let bytes = module(Port::Wasip1);
    let out = rewrite(&bytes, &Plan::default()).unwrap();
    let (before, after) = (
        gopherix_golang::module::Module::parse(&bytes).unwrap(),
        gopherix_golang::module::Module::parse(&out.bytes).unwrap(),
    );
    assert_eq!(before.imported_functions, after.imported_functions);
    assert_eq!(before.names, after.names);
    assert!(operators(&bytes).eq(operators(&out.bytes)), "code changed");
}
