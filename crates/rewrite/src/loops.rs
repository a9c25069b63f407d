//! Looks at a flag in loops that call nothing, where no stack check would notice a mark of preemption.
//!
//! Go's compiler lays a function out as blocks in a row behind one `br_table`; every jump sets the block and goes back to it.
//! So loops are found in the graph of blocks: a jump backwards is on a loop without calls if its own block can be reached
//! from where it goes through blocks that call nothing. Such jumps get a load of the flag and, if it is set, a call of
//! [`SCHED`](crate::heads::SCHED). A function that is laid out otherwise (in assembly) has no such loop to find.

use std::collections::BTreeSet;

use wasm_encoder::{BlockType, Function, MemArg, MemArgTarget};
use wasmparser::Operator;

/// Address of the flag, 32 bits, in the first page, where Go keeps nothing: a host sets it, and clears it when called.
pub const FLAG: u64 = 0xf00;

/// The local that holds the block.
const BLOCK: u32 = 0;

/// A stretch of code between two targets of the `br_table`.
#[derive(Default)]
struct Stretch {
    /// Whether running through it calls something, whatever the data.
    calls: bool,
    /// Whether its end is reached, and so the next one.
    falls: bool,
    /// Where it jumps to.
    targets: BTreeSet<usize>,
}

/// A jump: the place of its `br` among the function's instructions, and the stretches it leads from and to.
struct Jump {
    at: usize,
    from: usize,
    to: usize,
}

/// The places of the `br` instructions that go round a loop which calls nothing.
#[must_use]
pub fn find(code: &[Operator<'_>]) -> BTreeSet<usize> {
    let Some((start, table)) = dispatch(code) else { return BTreeSet::new() };
    let (stretches, jumps) = walk(code, start, &table);
    let back = jumps.iter().filter(|jump| jump.to <= jump.from && reaches(&stretches, jump.to, jump.from));
    back.map(|jump| jump.at).collect()
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

/// Divides the code behind the `br_table` into stretches.
fn walk(code: &[Operator<'_>], start: usize, table: &[usize]) -> (Vec<Stretch>, Vec<Jump>) {
    // The first `end` closes the innermost of the blocks around the table, and stretch 0 begins.
    let mut stretches: Vec<Stretch> = Vec::new();
    let mut jumps = Vec::new();
    let mut nested = 0u32;
    let mut block = None;
    let mut ended = false;
    for (at, op) in code.iter().enumerate().skip(start) {
        let from = stretches.len().wrapping_sub(1);
        match op {
            Operator::End if nested == 0 => {
                if let Some(last) = stretches.last_mut() {
                    last.falls = !ended;
                }
                stretches.push(Stretch::default());
            }
            Operator::End => nested = nested.saturating_sub(1),
            Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => nested = nested.saturating_add(1),
            Operator::Call { .. } | Operator::CallIndirect { .. } if nested == 0 => {
                if let Some(last) = stretches.last_mut() {
                    last.calls = true;
                }
            }
            Operator::Br { .. } => {
                if let (Some(target), Some(last)) = (block.and_then(|block| table.get(block)), stretches.last_mut()) {
                    last.targets.insert(*target);
                    jumps.push(Jump { at, from, to: *target });
                }
            }
            _ => {}
        }
        ended = matches!(op, Operator::Br { .. } | Operator::Return | Operator::Unreachable);
        block = jump_target(code, at);
    }
    (stretches, jumps)
}

/// The block that was just set, if `at` is what sets it: `i32.const BLOCK`, `local.set 0`.
fn jump_target(code: &[Operator<'_>], at: usize) -> Option<usize> {
    match (code.get(at.checked_sub(1)?)?, code.get(at)?) {
        (Operator::I32Const { value }, Operator::LocalSet { local_index: BLOCK }) => usize::try_from(*value).ok(),
        _ => None,
    }
}

/// Whether `to` is reached from `from` through stretches that call nothing, both included.
fn reaches(stretches: &[Stretch], from: usize, to: usize) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = vec![from];
    while let Some(at) = open.pop() {
        let Some(stretch) = stretches.get(at).filter(|stretch| !stretch.calls) else { continue };
        if at == to {
            return true;
        }
        if !seen.insert(at) {
            continue;
        }
        open.extend(&stretch.targets);
        if stretch.falls {
            open.push(at.saturating_add(1));
        }
    }
    false
}
