//! Looks at a flag in loops.
//!
//! A mark of preemption is noticed where a function checks its stack, and a loop may call none that does. Go's compiler lays a
//! function out as blocks in a row behind one `br_table`; every jump sets the block and goes back to it. A loop has a jump
//! back to a block before its own, or to its own. Each such jump gets a load of the flag and, if it is set, a call of
//! [`SCHED`](crate::heads::SCHED): the host can end the process there, or let another have its turn. Goroutines cannot be switched there,
//! since what they have in the function's locals would be lost.
//! A function that is laid out otherwise (in assembly) is left as it is.

use std::collections::BTreeSet;

use wasm_encoder::{BlockType, Function, MemArg, MemArgTarget};
use wasmparser::Operator;

/// Address of the flag, 32 bits, in the first page, where Go keeps nothing: a host sets it, and clears it when called.
pub const FLAG: u64 = 0xf00;

/// The local that holds the block.
const BLOCK: u32 = 0;

/// The places of the `br` instructions that jump back.
#[must_use]
pub fn find(code: &[Operator<'_>]) -> BTreeSet<usize> {
    let Some((start, table)) = dispatch(code) else { return BTreeSet::new() };
    // The first `end` closes the innermost of the blocks around the table, and stretch 0 of the code begins.
    let mut stretches: usize = 0;
    let mut nested: usize = 0;
    let mut found = BTreeSet::new();
    for (at, op) in code.iter().enumerate().skip(start) {
        match op {
            Operator::End if nested == 0 => stretches = stretches.saturating_add(1),
            Operator::End => nested = nested.saturating_sub(1),
            Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => nested = nested.saturating_add(1),
            Operator::Br { .. } => {
                let target = jump_target(code, at).and_then(|block| table.get(block));
                if target.is_some_and(|target| *target < stretches) {
                    found.insert(at);
                }
            }
            _ => {}
        }
    }
    found
}

/// Writes a look at the flag; `import` is the index of [`SCHED`](crate::heads::SCHED).
pub(crate) fn write(import: u32, code: &mut Function) {
    let flag = MemArg { offset: FLAG, align: 2, target: MemArgTarget::Memory(0), ordering: None };
    code.instructions().i32_const(0).i32_load(flag).if_(BlockType::Empty).call(import).end();
}

/// The instruction behind the `br_table`, and the table: the stretch of each block.
fn dispatch(code: &[Operator<'_>]) -> Option<(usize, Vec<usize>)> {
    let at = code.iter().position(|op| matches!(op, Operator::BrTable { .. }))?;
    let Operator::BrTable { targets } = code.get(at)? else { return None };
    let before = code.get(..at)?;
    let (Some(Operator::LocalGet { local_index: BLOCK }), true) =
        (before.last(), before.iter().any(|op| matches!(op, Operator::Loop { .. })))
    else {
        return None;
    };
    let depths = targets.targets().chain([Ok(targets.default())]);
    let table = depths.map(|depth| usize::try_from(depth.ok()?).ok()).collect::<Option<Vec<_>>>()?;
    Some((at.checked_add(1)?, table))
}

/// The block that the `br` at this place goes to, if it jumps to one: `i32.const BLOCK`, `local.set 0`, `br`.
fn jump_target(code: &[Operator<'_>], at: usize) -> Option<usize> {
    match code.get(at.checked_sub(2)?..at)? {
        [Operator::I32Const { value }, Operator::LocalSet { local_index: BLOCK }] => usize::try_from(*value).ok(),
        _ => None,
    }
}
