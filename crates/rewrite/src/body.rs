//! Writes one function's body: its bytes as they were, but for what the passes change.
//!
//! Most of a module is code, and a program that is not in a cache waits for this: so instructions are read once, and all that
//! stays the same between two changes is copied as it is.

use wasm_encoder::{BranchHint, InstructionSink};
use wasmparser::{BinaryReaderError, FunctionBody, Operator, ValType};

use crate::heads::{self, Head};
use crate::prologue::{self, Check};
use crate::{Counts, hints, loops};

/// What is to be done to bodies.
pub(crate) struct Changes {
    /// How many functions the module imports, before any is added.
    pub(crate) imported: u32,
    /// By how much the indices of its own functions move.
    pub(crate) moved: u32,
    /// The function that loops call if the flag is set; `None` if goroutines are not marked: then loops do not look, and
    /// stack checks need no mending.
    pub(crate) looks: Option<u32>,
}

impl Changes {
    /// The new index of a function.
    pub(crate) fn function(&self, index: u32) -> u32 {
        if index < self.imported { index } else { index.saturating_add(self.moved) }
    }
}

/// A body on its way.
pub(crate) struct Copy<'a> {
    pub(crate) source: &'a [u8],
    /// Where the source is in the module.
    pub(crate) start: u64,
    /// How much of the source has been dealt with.
    pub(crate) done: usize,
    pub(crate) out: Vec<u8>,
}

impl Copy<'_> {
    /// The place in the source of a place in the module.
    pub(crate) fn at(&self, place: u64) -> usize {
        usize::try_from(place.saturating_sub(self.start)).unwrap_or(usize::MAX)
    }

    /// Where in the result the source's `at` will be, if nothing more is changed before it.
    fn place(&self, at: usize) -> usize {
        self.out.len().saturating_add(at.saturating_sub(self.done))
    }

    /// Copies up to `to`; goes on from `from`. What comes next is written between both.
    pub(crate) fn replace(&mut self, to: usize, from: usize) -> InstructionSink<'_> {
        self.out.extend_from_slice(self.source.get(self.done..to).unwrap_or_default());
        self.done = from;
        InstructionSink::new(&mut self.out)
    }
}

/// Writes a body and tells its hints; `head` comes first, with the function that it calls.
///
/// # Errors
/// If its instructions cannot be read.
pub(crate) fn write(
    body: &FunctionBody<'_>,
    parameters: &[ValType],
    head: Option<(Head, u32)>,
    changes: &Changes,
    counts: &mut Counts,
) -> Result<(Vec<u8>, Vec<BranchHint>), BinaryReaderError> {
    let source = body.as_bytes();
    let mut reader = body.get_operators_reader()?;
    let out = Vec::with_capacity(source.len().saturating_add(64));
    let mut copy = Copy { source, start: body.range().start, done: 0, out };
    let code = copy.at(reader.original_position());
    if let Some((head, import)) = head {
        heads::write(head, import, &mut copy.replace(code, code));
    }
    let mut stack = Some(prologue::Finder::default());
    let mut loops = changes.looks.map(|import| (import, loops::Finder::default()));
    // Where the result has room for a `br_table`, and where it is in the source.
    let mut table = None;
    let mut branches = hints::Finder::default();
    let mut unlikely = Vec::new();
    while !reader.eof() {
        let (op, place) = reader.read_with_offset()?;
        let (at, end) = (copy.at(place), copy.at(reader.original_position()));
        match op {
            Operator::Call { function_index } => {
                copy.replace(at, end).call(changes.function(function_index));
            }
            Operator::ReturnCall { function_index } => {
                copy.replace(at, end).return_call(changes.function(function_index));
            }
            Operator::RefFunc { function_index } => {
                copy.replace(at, end).ref_func(changes.function(function_index));
            }
            _ => {}
        }
        let check = stack.as_mut().and_then(|stack| stack.next(&op, at));
        if check.is_some() {
            // A function has one, at its start.
            stack = None;
        }
        if let Some(Check::Large { start, constant }) = check
            && changes.looks.is_some()
        {
            prologue::write(constant, &mut copy.replace(start, end));
            counts.prologues = counts.prologues.saturating_add(1);
        }
        if branches.next(&op, check.is_some()) {
            unlikely.push(hints::unlikely(copy.place(at)));
        }
        if let Some((_, finder)) = &mut loops
            && let Some(start) = finder.next(&op, at)
        {
            copy.replace(start, end);
            table = Some((copy.out.len(), start..end));
        }
    }
    let rest = source.len();
    copy.replace(rest, rest);
    if let (Some((import, finder)), Some((place, range))) = (loops, table) {
        let types = locals(body, parameters)?;
        let mut code = Vec::new();
        if let Some(dispatch) = finder.finish(&types) {
            loops::write(&dispatch, import, &types, &mut InstructionSink::new(&mut code));
            counts.loops = counts.loops.saturating_add(1);
        } else {
            code.extend_from_slice(source.get(range).unwrap_or_default());
        }
        hints::shift(&mut unlikely, place, code.len());
        copy.out.splice(place..place, code);
    }
    Ok((copy.out, unlikely))
}

/// The types of a function's locals, its parameters first.
fn locals(body: &FunctionBody<'_>, parameters: &[ValType]) -> Result<Vec<ValType>, BinaryReaderError> {
    let mut types = parameters.to_vec();
    for group in body.get_locals_reader()? {
        let (count, ty) = group?;
        // More than these are not kept.
        let room = loops::MOST_LOCALS.saturating_sub(types.len());
        types.extend(std::iter::repeat_n(ty, usize::try_from(count).unwrap_or(usize::MAX).min(room)));
    }
    Ok(types)
}
