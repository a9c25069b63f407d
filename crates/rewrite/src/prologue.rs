//! Stack checks of large frames.
//!
//! A Go function with a frame beyond some size compares SP with the guard plus a constant, in 32 bits. The guard that marks
//! a goroutine for preemption is 0xfffffade: plus 0x522 and more it wraps around, the check sees much room, and the frame is
//! laid over whatever is below the stack. In 64 bits the sum stays above every SP.

use wasm_encoder::InstructionSink;
use wasmparser::{MemArg, MemArgTarget, Operator};

/// The global that holds g, and where the guard is in it (Go's `runtime.g`, the same in every release).
const G: u32 = 2;
const STACKGUARD0: u64 = 16;
/// The local that caches SP.
const SP: u32 = 1;

/// A stack check, complete but for the `if` that follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Check {
    /// `SP <= uint32(g.stackguard0)`.
    Small,
    /// `SP <= uint32(g.stackguard0) + constant`, which begins at `start`.
    Large { start: usize, constant: u32 },
}

/// Finds the check among a function's instructions.
#[derive(Default)]
pub(crate) struct Finder {
    /// How many instructions of a check have been seen in a row.
    seen: u8,
    start: usize,
    constant: u32,
}

impl Finder {
    /// Takes the next instruction, which stands at `at`. The check, if it is complete now.
    pub(crate) fn next(&mut self, op: &Operator<'_>, at: usize) -> Option<Check> {
        let expected = match (self.seen, op) {
            (1, Operator::GlobalGet { global_index: G })
            | (2, Operator::I32WrapI64)
            | (3, Operator::I32Load { memarg: MemArg { offset: STACKGUARD0, target: MemArgTarget::Memory(0), .. } })
            | (5, Operator::I32Add) => true,
            (4, Operator::I32Const { value }) => {
                self.constant = value.cast_unsigned();
                true
            }
            (4, Operator::I32LeU) => return Some(Check::Small),
            (6, Operator::I32LeU) => return Some(Check::Large { start: self.start, constant: self.constant }),
            _ => false,
        };
        if expected {
            self.seen = self.seen.saturating_add(1);
        } else {
            self.seen = u8::from(matches!(op, Operator::LocalGet { local_index: SP }));
            self.start = at;
        }
        None
    }
}

/// Writes a check that does not wrap around.
pub(crate) fn write(constant: u32, code: &mut InstructionSink<'_>) {
    let guard = wasm_encoder::MemArg {
        offset: STACKGUARD0,
        align: 2,
        target: wasm_encoder::MemArgTarget::Memory(0),
        ordering: None,
    };
    code.local_get(SP).i64_extend_i32_u().global_get(G).i32_wrap_i64().i64_load32_u(guard);
    code.i64_const(i64::from(constant)).i64_add().i64_le_u();
}
