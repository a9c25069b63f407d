//! Finds where a guest's registers (its globals SP and g) are in this process, for a handler that cannot ask the engine.
//!
//! The engine tells of a function where its record is; there is the address of the instance's own structure, and in that the
//! globals are. How far into it depends on the module, so it is tried: both get values that nothing else has, which are looked
//! for. Whatever is not as expected means that nothing is found, and that Go stacks are not walked.

use gopherix_golang::layout;
use gopherix_rewrite::{EXPORT_G, EXPORT_RELEASE, EXPORT_SP};
use wasmtime::{AsContextMut, Instance, Memory, Val};

use crate::remote::{self, Linear};

use super::slot::Go;

/// Offset in a function's record of its instance's address (`VMFuncRef::vmctx`).
const INSTANCE: usize = 24;
/// The first bytes of an instance's structure.
const MAGIC: [u8; 4] = *b"core";
/// Bytes of that structure in which globals are looked for. Go's modules have less than that of imports.
const SEARCH: usize = 32 << 10;
/// Globals are 16 bytes apart; g is the second behind SP.
const GLOBAL: usize = 16;
const G_BEHIND_SP: usize = 32;
/// What SP and g hold meanwhile.
const MARK_SP: i32 = 0x6f70_6572;
const MARK_G: i64 = 0x676f_7068_6572_6978;

/// A Go guest's place, if its module was written for that. `entry` is a function of its own that it exports.
pub(super) fn go(instance: &Instance, memory: Option<Memory>, entry: &str, mut store: impl AsContextMut) -> Option<Go> {
    let release = instance.get_global(&mut store, EXPORT_RELEASE)?.get(&mut store).i32()?;
    let layout = layout::of_minor(release.cast_unsigned())?;
    let (sp, g) = (instance.get_global(&mut store, EXPORT_SP)?, instance.get_global(&mut store, EXPORT_G)?);
    let record = instance.get_func(&mut store, entry)?.to_raw(&mut store).addr();
    let structure = remote::pointer(record.checked_add(INSTANCE)?)?;
    let mut magic = MAGIC.map(|byte| !byte);
    if !remote::read(structure, &mut magic) || magic != MAGIC {
        return None;
    }
    let before = (sp.get(&mut store), g.get(&mut store));
    let marked = sp.set(&mut store, Val::I32(MARK_SP)).and_then(|()| g.set(&mut store, Val::I64(MARK_G)));
    let found = marked.ok().and_then(|()| search(structure));
    sp.set(&mut store, before.0).and_then(|()| g.set(&mut store, before.1)).ok()?;
    Some(Go { memory: Linear(memory?.data_ptr(&store).addr()), globals: found?, layout })
}

fn search(structure: usize) -> Option<usize> {
    let mut words = [0; GLOBAL];
    for offset in (0..SEARCH).step_by(GLOBAL) {
        let at = structure.checked_add(offset)?;
        if !remote::read(at, &mut words) {
            return None;
        }
        let holds_sp = words.first_chunk() == Some(&MARK_SP.to_le_bytes());
        if holds_sp && remote::word(at.checked_add(G_BEHIND_SP)?) == Some(MARK_G.cast_unsigned()) {
            return Some(at);
        }
    }
    None
}
