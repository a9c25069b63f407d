//! Walks goroutines' stacks in a guest's memory.
//!
//! A Go frame keeps its return PC above its locals: at SP plus the size that the function table gives for the PC. Key
//! types: [`Memory`], what the walk reads; [`Walk`], its result; [`Registers`], the state of a running guest. Reference:
//! Go's `runtime/traceback.go`. Neighbours: [`crate::program`] below, [`crate::goroutines`] above.
//!
//! Memory is hostile: SP only ever rises, within the bounds of one goroutine's stack, and the frames are limited.

use std::ops::Range;

use crate::pclntab::{Function, block};
use crate::program::Program;
use crate::work::{self, Budget};

/// How many frames a walk follows; deeper stacks are cut off there. More than fit on the wasm stack of any home.
pub const MAX_FRAMES: usize = 1 << 21;

/// How many entries of tables a walk reads, for the size of each frame.
pub(crate) const WALK_STEPS: usize = 1 << 26;

/// A guest's linear memory.
pub trait Memory {
    /// Copies `out.len()` bytes from `address`; false, with `out` unspecified, if they do not all lie in the memory.
    fn read(&self, address: u64, out: &mut [u8]) -> bool;

    /// The byte at `address`.
    fn byte_at(&self, address: u64) -> Option<u8> {
        let mut out = [0; 1];
        self.read(address, &mut out).then(|| u8::from_le_bytes(out))
    }

    /// The `u32` at `address`, little-endian.
    fn u32_at(&self, address: u64) -> Option<u32> {
        let mut out = [0; 4];
        self.read(address, &mut out).then(|| u32::from_le_bytes(out))
    }

    /// The `u64` at `address`, little-endian.
    fn u64_at(&self, address: u64) -> Option<u64> {
        let mut out = [0; 8];
        self.read(address, &mut out).then(|| u64::from_le_bytes(out))
    }
}

/// A copy of the memory from address 0 on.
impl Memory for [u8] {
    fn read(&self, address: u64, out: &mut [u8]) -> bool {
        work::count(out.len());
        let bytes = usize::try_from(address).ok().and_then(|start| self.get(start..)?.get(..out.len()));
        bytes.map(|bytes| out.copy_from_slice(bytes)).is_some()
    }
}

/// One machine frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StackFrame {
    /// Where the function goes on; in a running leaf, its first instruction.
    pub pc: u64,
    /// SP there.
    pub sp: u64,
    /// True if `pc` is known only to the function: the leaf of a running guest.
    pub function_only: bool,
}

impl StackFrame {
    /// The PC whose source position is the frame's: that of the call, in front of the return PC.
    pub fn symbol_pc(&self) -> u64 {
        if block(self.pc) == 0 { self.pc } else { self.pc.saturating_sub(1) }
    }
}

/// Frames, innermost first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Walk {
    /// The frames.
    pub frames: Vec<StackFrame>,
    /// True if the walk came to the end of the stack, false if it met something that is no frame.
    pub complete: bool,
}

/// The frame pointer of a leaf's caller: where its frame begins, just above the return PC into it (`getcallerfp`). `None` for a
/// function that nobody called.
pub fn getcallerfp(walk: &Walk) -> Option<u64> {
    let mut callers = walk.frames.iter().skip_while(|frame| frame.function_only);
    if walk.frames.first().is_some_and(|leaf| !leaf.function_only) {
        callers.next();
    }
    callers.next().map(|frame| frame.sp)
}

/// The state of a guest that was interrupted while it ran.
#[derive(Debug, Clone, Copy)]
pub struct Registers<'a> {
    /// Global 0.
    pub sp: u64,
    /// Global 2: the goroutine that runs, the scheduler's (g0) included.
    pub g: u64,
    /// Ordinals of the defined functions on wasm's own stack, innermost first, as the engine's backtrace has them;
    /// imported functions left out.
    pub native: &'a [u32],
}

/// Walks the stack of a goroutine that does not run, from where it is to resume.
pub fn parked(program: &Program, memory: &(impl Memory + ?Sized), goroutine: u64) -> Walk {
    parked_within(program, memory, goroutine, &Budget::new(WALK_STEPS))
}

pub(crate) fn parked_within(
    program: &Program,
    memory: &(impl Memory + ?Sized),
    goroutine: u64,
    budget: &Budget,
) -> Walk {
    let Some((pc, sp, bounds)) = resume_point(program, memory, goroutine) else {
        return Walk::default();
    };
    let mut walk = Walk::default();
    walk.complete = ascend(program, memory, (pc, sp), &bounds, &mut walk.frames, budget) != End::Broken;
    walk
}

/// Walks the stack of a running guest: from the leaf that the engine's backtrace tells, over the scheduler's stack to that
/// of the goroutine it works for.
///
/// Where in the leaf the guest is cannot be told, so SP may be that before or after the prologue. Both are tried; the walk
/// is right whose first caller is the next function on wasm's stack and that reaches the stack's end.
pub fn running(program: &Program, memory: &(impl Memory + ?Sized), registers: &Registers<'_>) -> Walk {
    running_within(program, memory, registers, &Budget::new(WALK_STEPS))
}

pub(crate) fn running_within(
    program: &Program,
    memory: &(impl Memory + ?Sized),
    registers: &Registers<'_>,
    budget: &Budget,
) -> Walk {
    let helpers = registers.native.iter().take_while(|&&ordinal| !program.is_go_function(ordinal)).count();
    let at_leaf = registers.native.get(helpers..).unwrap_or_default();
    let on_top = helpers.min(MAX_FRAMES);
    let first = at_leaf.first().and_then(|&ordinal| program.table().by_ordinal(ordinal));
    // Assembly may call a function without a frame as a helper, without a return PC: its callee is on top of it then.
    let called_so = first.is_some_and(|first| first.largest_frame() == 0) && at_leaf.len() > 1;
    for skipped in 0..=usize::from(called_so) {
        let native = at_leaf.get(skipped..).unwrap_or_default();
        if let Some(above) = above_leaves(program, memory, registers, native, on_top, budget) {
            let mut frames = leaves(program, registers, on_top.saturating_add(skipped).saturating_add(1));
            frames.extend(above);
            return Walk { frames, complete: true };
        }
    }
    Walk { frames: leaves(program, registers, on_top.saturating_add(usize::from(first.is_some()))), complete: false }
}

/// The innermost functions on wasm's stack, of which no return PC is on the Go stack.
fn leaves(program: &Program, registers: &Registers<'_>, count: usize) -> Vec<StackFrame> {
    let functions = registers.native.iter().take(count).filter_map(|&ordinal| program.table().by_ordinal(ordinal));
    functions.map(|function| StackFrame { pc: function.entry(), sp: registers.sp, function_only: true }).collect()
}

/// The frames above the first of `native`, the leaf; `None` unless they make sense.
fn above_leaves(
    program: &Program,
    memory: &(impl Memory + ?Sized),
    registers: &Registers<'_>,
    native: &[u32],
    helpers: usize,
    budget: &Budget,
) -> Option<Vec<StackFrame>> {
    let leaf = program.table().by_ordinal(*native.first()?)?;
    // Below a function that wasm_pc_f_loop resumed there is none of Go's on wasm's stack.
    let caller = native.get(1).copied().filter(|&ordinal| program.is_go_function(ordinal));
    let largest = u64::from(leaf.largest_frame());
    // A helper is called from the body, where the prologue is over.
    let before = (helpers == 0 && largest != 0).then_some(0);
    [Some(largest), before].into_iter().flatten().find_map(|size| {
        let slot = registers.sp.checked_add(size)?;
        above_leaf(program, memory, &leaf, slot, (registers.g, caller), budget)
    })
}

/// The frames above a leaf whose return PC is at `slot`; `None` unless they make sense.
fn above_leaf(
    program: &Program,
    memory: &(impl Memory + ?Sized),
    leaf: &Function<'_>,
    slot: u64,
    (g, caller): (u64, Option<u32>),
    budget: &Budget,
) -> Option<Vec<StackFrame>> {
    let mut frames = Vec::new();
    let end = if leaf.is_top_frame() {
        End::Top
    } else {
        let bounds = bounds(program, memory, g)?;
        let pc = memory.u64_at(slot).filter(|_| bounds.contains(&slot))?;
        let ordinal = program.table().by_pc(pc)?.ordinal();
        if caller.is_some_and(|caller| caller != ordinal) {
            return None;
        }
        ascend(program, memory, (pc, slot.checked_add(8)?), &bounds, &mut frames, budget)
    };
    if end == End::Broken {
        return None;
    }
    if let Some(user) = user_goroutine(program, memory, g)
        && let Some((pc, sp, bounds)) = saved_point(program, memory, user)
    {
        ascend(program, memory, (pc, sp), &bounds, &mut frames, budget);
    }
    Some(frames)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// A function where a stack ends, or where it was left for another.
    Top,
    /// The limit of frames.
    Limit,
    /// No frame, or none within the stack.
    Broken,
}

/// Adds frames from this PC and SP on.
fn ascend(
    program: &Program,
    memory: &(impl Memory + ?Sized),
    (mut pc, mut sp): (u64, u64),
    bounds: &Range<u64>,
    frames: &mut Vec<StackFrame>,
    budget: &Budget,
) -> End {
    loop {
        if frames.len() >= MAX_FRAMES || !budget.spend(1) {
            return End::Limit;
        }
        let Some(function) = program.table().by_pc(pc) else { return End::Broken };
        frames.push(StackFrame { pc, sp, function_only: false });
        if function.is_top_frame() || program.switches_stack(function.ordinal()) {
            return End::Top;
        }
        let size = function.frame_size_within(block(pc), budget).map(u64::from);
        let slot = size.and_then(|size| sp.checked_add(size)).filter(|slot| bounds.contains(slot));
        let next = slot.and_then(|slot| memory.u64_at(slot).zip(slot.checked_add(8)));
        match next {
            Some(next) => (pc, sp) = next,
            None => return End::Broken,
        }
    }
}

/// PC and SP at which a goroutine is to resume, and its stack's bounds: those of its system call while it is in one.
fn resume_point(program: &Program, memory: &(impl Memory + ?Sized), goroutine: u64) -> Option<(u64, u64, Range<u64>)> {
    let layout = &program.runtime().layout.g;
    match field(memory, goroutine, layout.syscallsp)? {
        0 => saved_point(program, memory, goroutine),
        sp => Some((field(memory, goroutine, layout.syscallpc)?, sp, bounds(program, memory, goroutine)?)),
    }
}

/// PC, SP and stack bounds that a goroutine saved when it was left for the scheduler's stack.
fn saved_point(program: &Program, memory: &(impl Memory + ?Sized), goroutine: u64) -> Option<(u64, u64, Range<u64>)> {
    let layout = &program.runtime().layout.g;
    let sp = field(memory, goroutine, layout.sched_sp).filter(|&sp| sp != 0)?;
    Some((field(memory, goroutine, layout.sched_pc)?, sp, bounds(program, memory, goroutine)?))
}

/// Where the return PCs of a goroutine lie. The scheduler's runs on a stack whose bounds it only guesses, from a local
/// variable of a function that has callers: there the whole memory counts.
fn bounds(program: &Program, memory: &(impl Memory + ?Sized), goroutine: u64) -> Option<Range<u64>> {
    let layout = program.runtime().layout;
    let m = field(memory, goroutine, layout.g.m)?;
    if m != 0 && field(memory, m, layout.m.g0)? == goroutine {
        return Some(0..u64::MAX);
    }
    Some(field(memory, goroutine, layout.g.stack_lo)?..field(memory, goroutine, layout.g.stack_hi)?)
}

fn field(memory: &(impl Memory + ?Sized), structure: u64, offset: u64) -> Option<u64> {
    memory.u64_at(structure.checked_add(offset)?)
}

/// The goroutine that the scheduler's goroutine `g` works for; `None` if `g` is a user's or works for none.
pub fn user_goroutine(program: &Program, memory: &(impl Memory + ?Sized), g: u64) -> Option<u64> {
    let layout = program.runtime().layout;
    let m = field(memory, g, layout.g.m)?;
    let user = field(memory, m, layout.m.curg)?;
    (field(memory, m, layout.m.g0)? == g && user != 0 && user != g).then_some(user)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caller_of_a_leaf_has_the_next_frame() {
        let frame = |sp, function_only| StackFrame { pc: 0x1000_0001, sp, function_only };
        let callerfp = |frames: &[StackFrame]| getcallerfp(&Walk { frames: frames.to_vec(), complete: true });
        assert_eq!(callerfp(&[frame(16, true), frame(40, false), frame(64, false)]), Some(40));
        assert_eq!(callerfp(&[frame(16, true), frame(16, true), frame(40, false)]), Some(40), "a helper on top");
        assert_eq!(callerfp(&[frame(16, false), frame(40, false)]), Some(40), "a goroutine that does not run");
        assert_eq!((callerfp(&[frame(16, false)]), callerfp(&[])), (None, None));
    }
}
