//! Tests of [`super`].

use super::*;
use crate::testing;

#[test]
fn summary_of_a_whole_module() {
    let names = testing::name_section(&[(1, "f"), (2, "g")]);
    let producers = testing::go_producers("go1.99");
    let bytes = testing::module(
        &[("wasi_snapshot_preview1", "fd_write")],
        2,
        &[(16, b"abc"), (32, b"")],
        &[("name", &names), ("producers", &producers), ("x", b"yz")],
    );
    let module = Module::parse(&bytes).unwrap();
    assert_eq!(module.imports[0].name, "fd_write");
    assert_eq!(module.import_type(&module.imports[0]).unwrap().params(), [ValType::I32]);
    assert_eq!(module.function_type(0).unwrap().results(), [ValType::I32]);
    assert_eq!(module.function_type(1).unwrap().results(), []);
    assert_eq!(module.function_type(3), None);
    assert_eq!(module.imported_functions, 1);
    assert_eq!(module.exports, [Export { name: "memory", kind: ExportKind::Memory, index: 0 }]);
    assert_eq!((module.memories[0].initial, module.memories[0].maximum), (3, Some(9)));
    assert_eq!(module.globals, 1);
    assert_eq!(module.functions, [1, 1]);
    assert_eq!(module.body(1), Some(&[0, 0x0b][..]), "no locals, end");
    assert_eq!(module.body(2), None);
    assert_eq!(module.segments[0].placement, Placement::Active { memory: 0, address: 16 });
    assert_eq!(module.segments[0].data, b"abc");
    assert_eq!(module.names, [(1, "f"), (2, "g")]);
    assert_eq!(module.producer("language", "Go"), Some("go1.99"));
    assert_eq!(module.producer("sdk", "Go"), None);
    let customs: Vec<_> = module.customs.iter().map(|custom| (custom.name, custom.data.len())).collect();
    assert_eq!(customs, [("name", names.len()), ("producers", producers.len()), ("x", 2)]);
}

#[test]
fn a_damaged_custom_section_is_left_out() {
    let bytes = testing::module(&[], 0, &[], &[("name", &[1, 200, 1, 5]), ("producers", &[9])]);
    let module = Module::parse(&bytes).unwrap();
    assert_eq!((module.names.len(), module.producers.len(), module.customs.len()), (0, 0, 2));
}

#[test]
fn what_is_no_core_module_is_refused() {
    assert_eq!(Module::parse(b"").unwrap_err(), ModuleError::NotWasm);
    assert_eq!(Module::parse(b"\x7fELF").unwrap_err(), ModuleError::NotWasm);
    assert_eq!(Module::parse(b"\0asm\x0d\0\x01\0").unwrap_err(), ModuleError::Component);
    assert!(matches!(Module::parse(b"\0asm\x01").unwrap_err(), ModuleError::Malformed { .. }));
}

#[test]
fn every_truncation_is_an_error_or_a_shorter_module() {
    let bytes = testing::module(&[("a", "b")], 3, &[(16, b"abc")], &[("x", b"yz")]);
    let whole = Module::parse(&bytes).unwrap();
    for end in 0..bytes.len() {
        if let Ok(module) = Module::parse(&bytes[..end]) {
            assert!(module.customs.len() < whole.customs.len(), "{end}");
        }
    }
}

#[test]
fn functions_without_bodies_are_refused() {
    let mut encoder = wasm_encoder::Module::new();
    let mut functions = wasm_encoder::FunctionSection::new();
    functions.function(0);
    encoder.section(&functions);
    assert!(matches!(Module::parse(&encoder.finish()).unwrap_err(), ModuleError::Malformed { .. }));
}
