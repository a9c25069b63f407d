//! Writes one function's body: its bytes as they were, but for what the passes change.
//!
//! Most of a module is code, and a program that is not in a cache waits for this: so instructions are read once, and all that
//! stays the same between two changes is copied as it is.

use wasm_encoder::InstructionSink;
use wasmparser::{BinaryReaderError, FunctionBody, Operator};

use crate::heads::{self, Head};
use crate::{Counts, loops, prologue};

/// What is to be done to bodies.
pub(crate) struct Changes {
    /// How many functions the module imports, before any is added.
    pub(crate) imported: u32,
    /// By how much the indices of its own functions move.
    pub(crate) moved: u32,
    /// Whether stack checks are mended.
    pub(crate) mends: bool,
    /// The function that loops call if the flag is set; `None` if they do not look.
    pub(crate) looks: Option<u32>,
}

impl Changes {
    /// The new index of a function.
    pub(crate) fn function(&self, index: u32) -> u32 {
        if index < self.imported { index } else { index.saturating_add(self.moved) }
    }
}

/// A body on its way.
struct Copy<'a> {
    source: &'a [u8],
    /// Where the source is in the module.
    start: u64,
    /// How much of the source has been dealt with.
    done: usize,
    out: Vec<u8>,
}

impl Copy<'_> {
    /// The place in the source of a place in the module.
    fn at(&self, place: u64) -> usize {
        usize::try_from(place.saturating_sub(self.start)).unwrap_or(usize::MAX)
    }

    /// Copies up to `to`; goes on from `from`. What comes next is written between both.
    fn replace(&mut self, to: usize, from: usize) -> InstructionSink<'_> {
        self.out.extend_from_slice(self.source.get(self.done..to).unwrap_or_default());
        self.done = from;
        InstructionSink::new(&mut self.out)
    }
}

/// Writes a body; `head` comes first, with the function that it calls.
///
/// # Errors
/// If its instructions cannot be read.
pub(crate) fn write(
    body: &FunctionBody<'_>,
    head: Option<(Head, u32)>,
    changes: &Changes,
    counts: &mut Counts,
) -> Result<Vec<u8>, BinaryReaderError> {
    let source = body.as_bytes();
    let mut reader = body.get_operators_reader()?;
    let out = Vec::with_capacity(source.len().saturating_add(64));
    let mut copy = Copy { source, start: body.range().start, done: 0, out };
    let code = copy.at(reader.original_position());
    if let Some((head, import)) = head {
        heads::write(head, import, &mut copy.replace(code, code));
    }
    let mut check = prologue::Finder::default();
    let mut jumps = loops::Finder::default();
    let mut mends = changes.mends;
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
        if mends && let Some((start, constant)) = check.next(&op, at) {
            prologue::write(constant, &mut copy.replace(start, end));
            counts.prologues = counts.prologues.saturating_add(1);
            mends = false;
        }
        if let Some(import) = changes.looks
            && jumps.next(&op)
        {
            loops::write(import, &mut copy.replace(at, at));
            counts.loops = counts.loops.saturating_add(1);
        }
    }
    let rest = source.len();
    copy.replace(rest, rest);
    Ok(copy.out)
}
