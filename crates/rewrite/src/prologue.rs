//! Stack checks of large frames.
//!
//! A Go function with a frame beyond some size compares SP with the guard plus a constant, in 32 bits. The guard that marks
//! a goroutine for preemption is 0xfffffade: plus 0x522 and more it wraps around, the check sees much room, and the frame is
//! laid over whatever is below the stack. In 64 bits the sum stays above every SP.

use wasm_encoder::Function;
use wasmparser::{MemArg, MemArgTarget, Operator};

/// The global that holds g, and where the guard is in it (Go's `runtime.g`, the same in every release).
const G: u32 = 2;
const STACKGUARD0: u64 = 16;
/// The local that caches SP.
const SP: u32 = 1;
/// How many instructions a check has, up to its comparison.
pub(crate) const LENGTH: usize = 7;

/// The constant of a check, if `at` begins with one: `SP <= uint32(g.stackguard0) + constant`.
pub(crate) fn constant(at: &[Operator<'_>]) -> Option<u32> {
    match at {
        [
            Operator::LocalGet { local_index: SP },
            Operator::GlobalGet { global_index: G },
            Operator::I32WrapI64,
            Operator::I32Load { memarg: MemArg { offset: STACKGUARD0, target: MemArgTarget::Memory(0), .. } },
            Operator::I32Const { value },
            Operator::I32Add,
            Operator::I32LeU,
            ..,
        ] => Some(value.cast_unsigned()),
        _ => None,
    }
}

/// Writes a check that does not wrap around.
pub(crate) fn write(constant: u32, code: &mut Function) {
    let guard = wasm_encoder::MemArg {
        offset: STACKGUARD0,
        align: 2,
        target: wasm_encoder::MemArgTarget::Memory(0),
        ordering: None,
    };
    let mut code = code.instructions();
    code.local_get(SP).i64_extend_i32_u().global_get(G).i32_wrap_i64().i64_load32_u(guard);
    code.i64_const(i64::from(constant)).i64_add().i64_le_u();
}
