//! Looks at a flag in loops.
//!
//! A mark of preemption is noticed where a function checks its stack, and a loop may call none that does. Go's compiler lays a
//! function out as blocks in a row behind one `br_table` in a `loop`; every jump sets the block and goes back to it. A loop of
//! the program has a jump back to a block before its own, or to its own. In a function with such a jump the `br_table` takes
//! the flag into its index: 0 changes nothing, [`SET`] leads to a block of its own, which calls
//! [`SCHED`](crate::heads::SCHED) and goes back to the `br_table`. The host can end the process there, or let another have
//! its turn. Goroutines cannot be switched there, since what they have in the function's locals would be lost.
//!
//! Locals that are needed after the call are put into memory before it: so none has to outlive a call, and the engine keeps
//! them in registers as if there were none.
//! A function that is laid out otherwise (in assembly) is left as it is.

use wasm_encoder::{BlockType, InstructionSink, MemArg, MemArgTarget};
use wasmparser::{Operator, ValType};

/// Address of the flag, 32 bits, in the first page, where Go keeps nothing: a host sets it, and clears it when called.
pub const FLAG: u64 = 0xf00;
/// The flag's value where it is set: no function has so many blocks.
pub const SET: u32 = i32::MAX.cast_unsigned();

/// Where locals are kept meanwhile, in the same page.
pub(crate) const KEPT: u64 = 0x400;
/// Functions that need locals with a higher number than this are left as they are; Go's have fewer.
pub(crate) const MOST_LOCALS: usize = 64;
/// The local that holds the block.
const BLOCK: u32 = 0;

/// Finds the `br_table` and the jumps back among a function's instructions.
#[derive(Default)]
pub(crate) struct Finder {
    dispatch: Option<Dispatch>,
    /// How many blocks have been opened since the loop began.
    opened: Option<u32>,
    /// How many blocks around the table have ended. The first `end` closes the innermost, and stretch 0 of the code begins.
    stretches: u32,
    nested: u32,
    /// Locals that have been set since the stretch began.
    set: Locals,
    jumps_back: bool,
    before: Before,
    /// Where the last instruction stood.
    last: usize,
}

/// A `br_table` that every jump goes to.
#[derive(Debug)]
pub(crate) struct Dispatch {
    /// How many blocks it stands in, within the loop.
    depth: u32,
    /// The target of each index, the default last.
    targets: Vec<u32>,
    /// Locals that some block reads before it sets them.
    needed: Locals,
}

/// A set of locals.
#[derive(Clone, Copy, Debug, Default)]
struct Locals {
    first: u64,
    /// Whether there are any that have no place in `first`.
    more: bool,
}

impl Locals {
    fn bit(index: u32) -> u64 {
        1_u64.checked_shl(index).unwrap_or(0)
    }

    fn has(self, index: u32) -> bool {
        self.first & Self::bit(index) != 0
    }

    fn add(&mut self, index: u32) {
        self.first |= Self::bit(index);
        self.more |= Self::bit(index) == 0;
    }
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
    /// Takes the next instruction, which stands at `at`. If it is the `br_table`, where the writing of it begins.
    pub(crate) fn next(&mut self, op: &Operator<'_>, at: usize) -> Option<usize> {
        let before = std::mem::take(&mut self.before);
        let last = std::mem::replace(&mut self.last, at);
        self.before = match (op, &before) {
            (Operator::LocalGet { local_index: BLOCK }, _) => Before::GetsBlock,
            (Operator::I32Const { value }, _) => Before::Constant(*value),
            (Operator::LocalSet { local_index: BLOCK }, Before::Constant(value)) => Before::SetsBlock(*value),
            _ => Before::Other,
        };
        if self.dispatch.is_some() {
            self.follow(op, &before);
            return None;
        }
        match (op, &mut self.opened) {
            (Operator::Loop { .. }, opened) => *opened = Some(0),
            (Operator::Block { .. }, Some(opened)) => *opened = opened.saturating_add(1),
            (Operator::BrTable { targets }, Some(depth)) if matches!(before, Before::GetsBlock) => {
                let depth = *depth;
                let targets: Option<Vec<u32>> =
                    targets.targets().chain([Ok(targets.default())]).map(Result::ok).collect();
                let targets = targets.filter(|targets| targets.iter().all(|target| *target < depth))?;
                self.dispatch = Some(Dispatch { depth, targets, needed: Locals::default() });
                return Some(last);
            }
            (Operator::LocalGet { local_index: BLOCK }, _) => {}
            // Of another shape.
            (Operator::End | Operator::If { .. } | Operator::LocalGet { .. }, opened) => *opened = None,
            _ => {}
        }
        None
    }

    /// An instruction behind the table.
    fn follow(&mut self, op: &Operator<'_>, before: &Before) {
        let Some(dispatch) = &mut self.dispatch else { return };
        match op {
            Operator::End if self.nested == 0 => {
                self.stretches = self.stretches.saturating_add(1);
                self.set = Locals::default();
            }
            Operator::End => self.nested = self.nested.saturating_sub(1),
            Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => {
                self.nested = self.nested.saturating_add(1);
            }
            Operator::Br { .. } => {
                let Before::SetsBlock(block) = before else { return };
                let target = usize::try_from(*block).ok().and_then(|block| dispatch.targets.get(block));
                self.jumps_back |= target.is_some_and(|target| *target < self.stretches);
            }
            Operator::LocalGet { local_index } if !self.set.has(*local_index) => dispatch.needed.add(*local_index),
            Operator::LocalSet { local_index } | Operator::LocalTee { local_index } if self.nested == 0 => {
                self.set.add(*local_index);
            }
            _ => {}
        }
    }

    /// Once all instructions have been taken: the `br_table`, if the function has loops and its locals can be kept; `types`
    /// are theirs.
    pub(crate) fn finish(self, types: &[ValType]) -> Option<Dispatch> {
        let numbers = types.iter().all(|ty| matches!(ty, ValType::I32 | ValType::I64 | ValType::F32 | ValType::F64));
        self.dispatch.filter(|dispatch| self.jumps_back && numbers && !dispatch.needed.more)
    }
}

/// Writes the `br_table` with a look at the flag; `import` is the index of [`SCHED`](crate::heads::SCHED), `types` the locals'.
pub(crate) fn write(dispatch: &Dispatch, import: u32, types: &[ValType], code: &mut InstructionSink<'_>) {
    let kept = || {
        let indexed = (0..).zip(types.iter().copied());
        let needed = indexed.filter(|(index, _)| *index == BLOCK || dispatch.needed.has(*index));
        (0..).step_by(8).zip(needed).map(|(place, (index, ty))| (at(KEPT.saturating_add(place)), index, ty))
    };
    code.block(BlockType::Empty).local_get(BLOCK).i32_const(0).i32_load(at(FLAG)).i32_or();
    // One block further out than they were.
    let targets: Vec<u32> = dispatch.targets.iter().map(|target| target.saturating_add(1)).collect();
    code.br_table(targets, 0).end();
    for (place, index, ty) in kept() {
        code.i32_const(0).local_get(index);
        match ty {
            ValType::I32 => code.i32_store(place),
            ValType::F32 => code.f32_store(place),
            ValType::F64 => code.f64_store(place),
            _ => code.i64_store(place),
        };
    }
    code.call(import);
    for (place, index, ty) in kept() {
        code.i32_const(0);
        match ty {
            ValType::I32 => code.i32_load(place),
            ValType::F32 => code.f32_load(place),
            ValType::F64 => code.f64_load(place),
            _ => code.i64_load(place),
        };
        code.local_set(index);
    }
    code.br(dispatch.depth);
}

fn at(offset: u64) -> MemArg {
    MemArg { offset, align: 2, target: MemArgTarget::Memory(0), ordering: None }
}
