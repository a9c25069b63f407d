//! Tests of [`super`].

use super::*;
use crate::testing::{self, Table};

const WASI: (&str, &str) = ("wasi_snapshot_preview1", "fd_write");

fn port_of(imports: &[(&str, &str)], go: bool) -> Port {
    let producers = testing::go_producers("go1.27.3");
    let customs: &[(&str, &[u8])] = if go { &[("producers", &producers)] } else { &[] };
    Report::new(&testing::module(imports, 0, &[], customs)).unwrap().port
}

#[test]
fn ports_by_imports() {
    assert_eq!(port_of(&[WASI], true), Port::GoWasip1);
    assert_eq!(port_of(&[("gojs", "runtime.wasmExit")], true), Port::GoJs);
    assert_eq!(port_of(&[("go", "syscall/js.valueGet")], true), Port::GoJs);
    assert_eq!(port_of(&[("env", "f")], true), Port::GoUnknown);
    assert_eq!(port_of(&[WASI], false), Port::Wasi);
    assert_eq!(port_of(&[("wasi_unstable", "fd_write")], false), Port::WasiUnstable);
    assert_eq!(port_of(&[("gojs", "runtime.wasmExit")], false), Port::Unknown);
    assert_eq!(port_of(&[], false), Port::Unknown);
}

#[test]
fn go_code_by_package_without_names() {
    let table = Table::new(&[(0x1000, "go:buildid"), (0x1001, "a/b.F"), (0x1002, "a/b.(*T).G"), (0x1003, "main.main")]);
    let table = table.encode();
    let producers = testing::go_producers("go1.27.3");
    let data: [(u32, &[u8]); 2] = [(64, &table), (4096, &[1; 100])];
    let bytes = testing::module(&[WASI], 5, &data, &[("producers", &producers)]);
    let report = Report::new(&bytes).unwrap();
    assert_eq!(report.port, Port::GoWasip1);
    assert!(report.stripped);
    assert_eq!(report.warnings, Vec::<String>::new());
    let groups: Vec<_> = report.groups.iter().map(|g| (g.owner.to_string(), g.functions, g.bytes)).collect();
    let expected = [("a/b", 2, 4), ("main", 1, 2), ("(toolchain)", 1, 2), ("(unknown)", 1, 2)];
    assert_eq!(groups, expected.map(|(name, functions, bytes)| (name.to_owned(), functions, bytes)));
    let sizes = report.sizes;
    assert_eq!(sizes.file, u64::try_from(bytes.len()).unwrap());
    assert_eq!(sizes.code + sizes.data + sizes.custom + sizes.other, sizes.file);
    assert_eq!((sizes.code, sizes.pclntab), (10, u64::try_from(table.len()).unwrap()));
    assert_eq!(sizes.data, sizes.pclntab + 100);
}

#[test]
fn a_table_that_is_not_its_releases_warns() {
    let table = Table::new(&[(0x1000_0000, "main.main")]).encode();
    let warnings = |version| {
        let producers = testing::go_producers(version);
        let data: [(u32, &[u8]); 2] = [(64, &table), (4096, &[1; 100])];
        let bytes = testing::module(&[WASI], 1, &data, &[("producers", &producers)]);
        Report::new(&bytes).unwrap().warnings
    };
    assert!(warnings("go1.27.3")[0].contains("not as go1.27.3 writes it"));
    assert!(warnings("go1.99")[0].contains("not among the Go releases"));
    let damaged = Table::new(&[(0x1001, "main.main")]).encode();
    let producers = testing::go_producers("go1.27.3");
    let bytes = testing::module(&[WASI], 1, &[(64, &damaged), (4096, &[1; 100])], &[("producers", &producers)]);
    let report = Report::new(&bytes).unwrap();
    assert!(report.pclntab.is_none() && report.warnings[0].contains("damaged"), "{:?}", report.warnings);
}

#[test]
fn other_languages_by_crate() {
    let names = testing::name_section(&[(1, "core::fmt::write"), (2, "_ZN4core3fmt3numE"), (3, "main")]);
    let report_bytes = testing::module(&[WASI], 3, &[], &[("name", &names)]);
    let report = Report::new(&report_bytes).unwrap();
    let groups: Vec<_> = report.groups.iter().map(|g| (g.owner.clone(), g.functions)).collect();
    assert_eq!(groups, [(Owner::Named("core".into()), 2), (Owner::Unknown, 1)]);
    assert!(!report.stripped);
    assert_eq!(report.toolchain, Toolchain::default());
}

#[test]
fn data_too_far_apart_is_a_warning() {
    let bytes = testing::module(&[WASI], 0, &[(0, b"a"), (0xf000_0000, b"b")], &[]);
    let report = Report::new(&bytes).unwrap();
    assert!(report.warnings[0].contains("initial memory"), "{:?}", report.warnings);
}
