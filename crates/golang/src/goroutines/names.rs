//! The names of what a dump prints, each looked up once, and all of them together within bounds.
//!
//! A hostile program may have a name of a megabyte, or tables that take long to read, for each of a million frames. What a
//! reader can want of a real one stays far below [`STEPS`].

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use crate::program::{Frame, Program};
use crate::work::Budget;

/// How many bytes of names, and entries of tables, a dump may look at.
const STEPS: usize = 1 << 28;
/// What a name that is looked up takes besides: so memory is bounded, too.
const LOOKUP: usize = 1 << 8;
/// What stands for names that are not looked up any more.
const UNNAMED: &str = "...";

/// The names of a program.
#[derive(Debug)]
pub(super) struct Names<'a> {
    program: &'a Program,
    /// The calls at a PC.
    known: RefCell<HashMap<u64, Rc<[Frame<'a>]>>>,
    budget: Budget,
}

impl<'a> Names<'a> {
    pub(super) fn new(program: &'a Program) -> Self {
        Self { program, known: RefCell::default(), budget: Budget::new(STEPS) }
    }

    /// The calls at `pc`, as [`Program::frames`] has them.
    pub(super) fn frames(&self, pc: u64) -> Rc<[Frame<'a>]> {
        let mut known = self.known.borrow_mut();
        let frames = match known.get(&pc) {
            Some(frames) => frames.clone(),
            None if self.budget.is_spent() => return [unnamed()].into(),
            None => {
                let frames: Rc<[Frame<'a>]> = self.program.frames_within(pc, &self.budget).into();
                self.budget.spend(frames.len().saturating_add(1).saturating_mul(LOOKUP));
                known.insert(pc, frames.clone());
                frames
            }
        };
        // They are going to be read, and perhaps printed.
        if self.budget.spend(frames.iter().map(length).sum()) { frames } else { [unnamed()].into() }
    }

    /// The name of the function that holds `pc`.
    pub(super) fn function(&self, pc: u64) -> Option<Cow<'a, str>> {
        self.frames(pc).last().map(|frame| frame.function.clone())
    }
}

/// Bytes that naming a call takes.
fn length(frame: &Frame<'_>) -> usize {
    let file = frame.position.as_ref().map_or(0, |position| position.file.len());
    frame.function.len().saturating_add(file).saturating_add(1)
}

fn unnamed() -> Frame<'static> {
    Frame {
        function: UNNAMED.into(),
        position: None,
        start_line: None,
        inlined: false,
        wrapper: false,
        no_arguments: false,
    }
}
