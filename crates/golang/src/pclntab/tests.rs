//! Tests of [`super`].

use super::*;
use crate::module::Module;
use crate::testing::{self, Table};

const FUNCTIONS: u32 = 70_000;

fn find(table: &[u8], functions: u32) -> Result<Pclntab, PclntabError> {
    let bytes = testing::module(&[], 0, &[(64, table), (64 + u32::try_from(table.len()).unwrap(), &[9; 64])], &[]);
    let module = Module::parse(&bytes).unwrap();
    Pclntab::find(&Image::new(&module).unwrap(), functions)
}

#[test]
fn entries_as_function_numbers() {
    let table = find(&Table::new(&[(0x1000, "a.F"), (0x1001, "b.G"), (0x1003, "c.H")]).encode(), 4).unwrap();
    assert_eq!((table.address(), table.len(), table.entry_unit()), (64, 3, EntryUnit::Function));
    let found: Vec<_> = table.functions().map(|f| (f.ordinal(), f.entry(), f.name())).collect();
    assert_eq!(found, [(0, 0x1000_0000, "a.F".into()), (1, 0x1001_0000, "b.G".into()), (3, 0x1003_0000, "c.H".into())]);
    assert_eq!(table.by_pc(0x1001_0005).unwrap().name(), "b.G");
    assert!(table.by_pc(0x1002_0000).is_none() && table.by_pc(0xfff_0000).is_none() && table.by_pc(u64::MAX).is_none());
    assert_eq!(table.by_name("c.H").unwrap().ordinal(), 3);
    assert_eq!(table.by_ordinal(3).unwrap().start_line(), Some(7));
    assert!(table.by_ordinal(3).unwrap().is_top_frame() && !table.by_ordinal(3).unwrap().is_assembly());
}

#[test]
fn entries_as_pcs_that_wrap_around() {
    let rows = [(0x1000_0000, "a.F"), (0xffff_0000, "b.G"), (0, "c.H"), (5 << 16, "d.I")];
    let table = find(&Table::new(&rows).encode(), FUNCTIONS).unwrap();
    assert_eq!(table.entry_unit(), EntryUnit::Pc);
    let ordinals: Vec<_> = table.functions().map(|f| f.ordinal()).collect();
    assert_eq!(ordinals, [0, 0xefff, 0xf000, 0xf005]);
    assert_eq!(table.by_pc(0x1_0000_0000).unwrap().name(), "c.H");
}

#[test]
fn go_118_has_no_start_line() {
    let table = Table { magic: MAGIC_GO118, ..Table::new(&[(0x1000_0000, "a.F")]) };
    let table = find(&table.encode(), 1).unwrap();
    let function = table.by_ordinal(0).unwrap();
    assert_eq!((function.start_line(), function.is_top_frame()), (None, true));
    assert_eq!(table.position(0x1000_0000).unwrap().file, "a.go");
}

#[test]
fn values_hold_up_to_their_pc() {
    let table = find(&Table::new(&[(0x1000, "a.F")]).encode(), 1).unwrap();
    let at = |pc| table.position(pc).map(|position| (position.file.into_owned(), position.line));
    assert_eq!(at(0x1000_0000), Some(("a.go".into(), 0)));
    assert_eq!(at(0x1000_0001), Some(("c.go".into(), 2)));
    assert_eq!(at(0x1000_0002), Some(("c.go".into(), 2)));
    assert_eq!(at(0x1000_0003), Some(("b.go".into(), 1)));
    assert_eq!(at(0x1000_0005), Some(("b.go".into(), 1)));
    assert_eq!(table.by_ordinal(0).unwrap().frame_size(1), Some(2));
    assert_eq!(at(0x1000_ffff), None, "behind the last block");
}

#[test]
fn damaged_pc_tables_have_no_value() {
    for values in
        [vec![0x80; 40], vec![2], vec![2, 0x80], vec![0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 1], vec![2, 0, 0]]
    {
        let table = Table { values, ..Table::new(&[(0x1000, "a.F")]) };
        assert_eq!(find(&table.encode(), 1).unwrap().position(0x1000_0009), None);
    }
}

#[test]
fn tables_that_disagree_with_the_module_are_refused() {
    let good = Table::new(&[(0x1000, "a.F"), (0x1001, "b.G")]);
    assert!(find(&good.encode(), 2).is_ok());
    assert_eq!(find(&good.encode(), 1).unwrap_err(), PclntabError::Damaged(64), "more functions than the module");
    for rows in [
        vec![(0x1001, "a.F"), (0x1002, "b.G")],
        vec![(0x1000, "a.F"), (0x1000, "b.G")],
        vec![(0x1000, "a.F"), (0x0fff, "b.G")],
        vec![(0x1000, "a.F"), (0x1002, "b.G")],
        vec![],
    ] {
        assert_eq!(find(&Table::new(&rows).encode(), 2).unwrap_err(), PclntabError::Damaged(64), "{rows:?}");
    }
    assert_eq!(find(b"nothing", 2).unwrap_err(), PclntabError::Missing);
}

#[test]
fn names_that_share_their_bytes_are_refused() {
    // A hundred functions whose names all end in the same kilobyte.
    let long: &'static str = Box::leak("x".repeat(1000).into_boxed_str());
    let mut rows = vec![(0x1000, long)];
    rows.extend((1..100).map(|index| (0x1000 + index, "")));
    let mut bytes = Table::new(&rows).encode();
    assert!(find(&bytes, 100).is_ok());
    let functions = usize::try_from(u64_at(&bytes, 64).unwrap()).unwrap();
    for row in 0..100 {
        let record = functions + usize::try_from(u32_at(&bytes, functions + row * 8 + 4).unwrap()).unwrap();
        bytes[record + 4..record + 8].copy_from_slice(&u32::try_from(row).unwrap().to_le_bytes());
    }
    assert_eq!(find(&bytes, 100).unwrap_err(), PclntabError::Damaged(64));
}
