//! Looks at a flag in loops.
//!
//! A mark of preemption is noticed where a function checks its stack, and a loop may call none that does. Go's compiler lays a
//! function out as blocks in a row behind one `br_table`; every jump sets the block and goes back to it. A loop has a jump
//! back to a block before its own, or to its own. Each such jump gets a load of the flag and, if it is set, a call of
//! [`SCHED`](crate::heads::SCHED): the host can end the process there, or let another have its turn. Goroutines cannot be switched there,
//! since what they have in the function's locals would be lost.
//! A function that is laid out otherwise (in assembly) is left as it is.

use wasm_encoder::{BlockType, InstructionSink, MemArg, MemArgTarget};
use wasmparser::Operator;

/// Address of the flag, 32 bits, in the first page, where Go keeps nothing: a host sets it, and clears it when called.
pub const FLAG: u64 = 0xf00;

/// The local that holds the block.
const BLOCK: u32 = 0;

/// Finds the jumps back among a function's instructions.
#[derive(Default)]
pub(crate) struct Finder {
    /// The stretch of code that each block begins, once the `br_table` has been seen.
    table: Option<Vec<usize>>,
    in_loop: bool,
    /// How many blocks around the table have ended. The first `end` closes the innermost, and stretch 0 of the code begins.
    stretches: usize,
    nested: usize,
    before: Before,
}

/// What the last instructions did.
#[derive(Default)]
enum Before {
    #[default]
    Other,
    /// `local.get 0`.
    GetsBlock,
    /// `i32.const` of this.
    Constant(i32),
    /// `i32.const` of this, `local.set 0`.
    SetsBlock(i32),
}

impl Finder {
    /// Takes the next instruction; whether it is a jump back.
    pub(crate) fn next(&mut self, op: &Operator<'_>) -> bool {
        let before = std::mem::take(&mut self.before);
        self.before = match (op, &before) {
            (Operator::LocalGet { local_index: BLOCK }, _) => Before::GetsBlock,
            (Operator::I32Const { value }, _) => Before::Constant(*value),
            (Operator::LocalSet { local_index: BLOCK }, Before::Constant(value)) => Before::SetsBlock(*value),
            _ => Before::Other,
        };
        let Some(table) = &self.table else {
            self.in_loop |= matches!(op, Operator::Loop { .. });
            if let (Operator::BrTable { targets }, Before::GetsBlock, true) = (op, before, self.in_loop) {
                let depths = targets.targets().chain([Ok(targets.default())]);
                self.table = depths.map(|depth| usize::try_from(depth.ok()?).ok()).collect();
            }
            return false;
        };
        match op {
            Operator::End if self.nested == 0 => self.stretches = self.stretches.saturating_add(1),
            Operator::End => self.nested = self.nested.saturating_sub(1),
            Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => {
                self.nested = self.nested.saturating_add(1);
            }
            Operator::Br { .. } => {
                let Before::SetsBlock(block) = before else { return false };
                let target = usize::try_from(block).ok().and_then(|block| table.get(block));
                return target.is_some_and(|target| *target < self.stretches);
            }
            _ => {}
        }
        false
    }
}

/// Writes a look at the flag; `import` is the index of [`SCHED`](crate::heads::SCHED).
pub(crate) fn write(import: u32, code: &mut InstructionSink<'_>) {
    let flag = MemArg { offset: FLAG, align: 2, target: MemArgTarget::Memory(0), ordering: None };
    code.i32_const(0).i32_load(flag).if_(BlockType::Empty).call(import).end();
}
