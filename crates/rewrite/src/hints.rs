//! Which branches are hardly ever taken.
//!
//! Go's code leaves a function early after every call that returns anything but 0 (its goroutine gives way), and asks for
//! more stack in few of the calls that look whether there is enough. An engine that knows (the branch hinting proposal)
//! moves what is behind such branches out of the way, and keeps registers for the rest.

use wasm_encoder::BranchHint;
use wasmparser::Operator;

/// Follows a function's instructions.
#[derive(Default)]
pub(crate) struct Finder {
    /// Whether the value that a branch would look at is hardly ever anything but 0.
    rare: bool,
}

impl Finder {
    /// Takes the next instruction; whether it is a branch that is hardly ever taken. `checks` says that the instruction
    /// completed a stack check.
    pub(crate) fn next(&mut self, op: &Operator<'_>, checks: bool) -> bool {
        let rare = self.rare;
        self.rare = match op {
            Operator::Call { .. } | Operator::CallIndirect { .. } => true,
            // SP is read anew between a call and the branch.
            Operator::GlobalGet { .. } | Operator::LocalSet { .. } => rare,
            _ => checks,
        };
        rare && matches!(op, Operator::If { .. } | Operator::BrIf { .. })
    }
}

/// The hint for such a branch, `offset` bytes from its body's start.
pub(crate) fn unlikely(offset: usize) -> BranchHint {
    BranchHint { branch_func_offset: u32::try_from(offset).unwrap_or(u32::MAX), branch_hint_value: 0 }
}

/// Something of this length has been put in at `place`.
pub(crate) fn shift(hints: &mut [BranchHint], place: usize, length: usize) {
    let (place, length) = (u32::try_from(place).unwrap_or(u32::MAX), u32::try_from(length).unwrap_or(u32::MAX));
    for hint in hints.iter_mut().filter(|hint| hint.branch_func_offset >= place) {
        hint.branch_func_offset = hint.branch_func_offset.saturating_add(length);
    }
}
