//! A Go program as a reader of its memory needs it: function table, runtime layout and inlined calls together.
//!
//! Key types: [`Program`], which owns all of it and outlives the module's bytes, and [`Frame`], one call in the source,
//! of which several may share a machine frame. References: Go's `runtime/symtabinl.go`, `internal/abi/symtab.go`.
//! Neighbours: [`crate::pclntab`] and [`crate::runtime`] below, [`crate::stack`] and [`crate::goroutines`] above.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::bytes::u32_at;
use crate::image::Image;
use crate::module::{Module, ValType};
use crate::pclntab::{
    FUNCDATA_ARGUMENTS, FUNCDATA_INLINE_TREE, Function, PCDATA_INLINE_INDEX, Pclntab, Position, block,
};
use crate::runtime::{Runtime, RuntimeError};
use crate::work::Budget;

/// How many calls inlined into each other are followed.
const INLINE_DEPTH: usize = 200;
/// Steps that one program counter may take: many times what the largest functions need.
const FRAME_STEPS: usize = 1 << 20;
/// Size of an entry of an inline tree: function id and padding, name offset, parent PC, start line; 32 bits each.
const INLINED_CALL: usize = 16;
/// How much is kept behind the start of the last function's data.
const LAST_DATA: u64 = 0x1_0000;

/// One call in the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Symbol name, such as `main.(*T).Run`.
    pub function: Cow<'a, str>,
    /// Where in it, as far as the table tells.
    pub position: Option<Position<'a>>,
    /// Line of the function's declaration, if it is recorded.
    pub start_line: Option<u32>,
    /// True if its code is part of the frame that follows.
    pub inlined: bool,
    /// The compiler made this function to wrap another.
    pub wrapper: bool,
    /// It takes no arguments, as far as is known.
    pub no_arguments: bool,
}

/// What is known of a program.
#[derive(Debug, Clone)]
pub struct Program {
    table: Pclntab,
    runtime: Runtime,
    /// Functions' data from offset `data_start` on.
    data: Vec<u8>,
    data_start: u32,
    /// Ordinals of the functions with Go's calling convention.
    go_functions: BTreeSet<u32>,
    /// Ordinals of the functions that go over to the scheduler's stack.
    switches: Vec<u32>,
}

impl Program {
    /// Puts a program together. `image` and `table` are those of `module`.
    pub fn read(module: &Module<'_>, image: &Image<'_>, table: Pclntab) -> Result<Self, RuntimeError> {
        let runtime = Runtime::read(module, image, &table)?;
        let (data_start, data) = function_data(image, &table, runtime.gofunc).unwrap_or_default();
        let convention = |&type_index: &u32| {
            let ty = usize::try_from(type_index).ok().and_then(|index| module.types.get(index)?.as_ref());
            ty.is_some_and(|ty| ty.params() == [ValType::I32] && ty.results() == [ValType::I32])
        };
        let go_functions = (0u32..).zip(&module.functions).filter(|(_, ty)| convention(ty)).map(|(o, _)| o).collect();
        let switches = ["runtime.systemstack", "runtime.mcall", "runtime.morestack"];
        let switches = switches.iter().filter_map(|name| table.by_name(name)).map(|found| found.ordinal()).collect();
        Ok(Self { table, runtime, data, data_start, go_functions, switches })
    }

    /// The function table.
    pub fn table(&self) -> &Pclntab {
        &self.table
    }

    /// The runtime's layout and variables.
    pub fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    /// True for defined functions with Go's calling convention, which keep their frames on the Go stack; false for the
    /// runtime's helpers that compute on wasm's stack alone.
    pub fn is_go_function(&self, ordinal: u32) -> bool {
        self.go_functions.contains(&ordinal)
    }

    /// True for the functions whose callers are on a goroutine's stack while they run on the scheduler's.
    pub fn switches_stack(&self, ordinal: u32) -> bool {
        self.switches.contains(&ordinal)
    }

    /// The calls at `pc`, innermost first; the last is the function that the code belongs to. Empty for a PC outside of
    /// the program. For a caller's frame give the return PC less one ([`crate::stack::StackFrame::symbol_pc`]).
    pub fn frames(&self, pc: u64) -> Vec<Frame<'_>> {
        self.frames_within(pc, &Budget::new(FRAME_STEPS))
    }

    /// [`Program::frames`], with what the budget allows.
    pub(crate) fn frames_within(&self, pc: u64, budget: &Budget) -> Vec<Frame<'_>> {
        let Some(function) = self.table.by_pc(pc) else {
            return Vec::new();
        };
        let mut frames = Vec::new();
        let mut block = block(pc);
        while let Some(call) = self.inlined(&function, block, budget).filter(|_| frames.len() < INLINE_DEPTH) {
            frames.push(Frame { position: function.position_within(block, budget), ..call.frame });
            block = call.parent;
        }
        frames.push(Frame {
            function: function.name(),
            position: function.position_within(block, budget),
            start_line: function.start_line(),
            inlined: false,
            wrapper: function.id() == Some(self.runtime.layout.wrapper_id),
            no_arguments: self.no_arguments(&function),
        });
        frames
    }

    fn inlined(&self, function: &Function<'_>, block: u32, budget: &Budget) -> Option<InlinedCall<'_>> {
        let index = usize::try_from(function.pcdata(PCDATA_INLINE_INDEX, block, budget)?).ok()?;
        let tree = self.data_at(function.funcdata(FUNCDATA_INLINE_TREE)?)?;
        let entry = tree.get(index.checked_mul(INLINED_CALL)?..)?.get(..INLINED_CALL)?;
        let frame = Frame {
            function: self.table.name_at(u32_at(entry, 4)?)?,
            position: None,
            start_line: u32_at(entry, 12),
            inlined: true,
            wrapper: entry.first() == Some(&self.runtime.layout.wrapper_id),
            no_arguments: false,
        };
        Some(InlinedCall { frame, parent: u32_at(entry, 8)? })
    }

    /// Argument descriptions are bytes up to 0xff; functions written in assembly have none.
    fn no_arguments(&self, function: &Function<'_>) -> bool {
        function
            .funcdata(FUNCDATA_ARGUMENTS)
            .is_none_or(|offset| self.data_at(offset).and_then(|data| data.first()) == Some(&0xff))
    }

    fn data_at(&self, offset: u32) -> Option<&[u8]> {
        self.data.get(usize::try_from(offset.checked_sub(self.data_start)?).ok()?..)
    }
}

struct InlinedCall<'a> {
    frame: Frame<'a>,
    /// Block of the call in the function that it was inlined into.
    parent: u32,
}

/// Copies the part of the functions' data that holds inline trees and argument descriptions.
fn function_data(image: &Image<'_>, table: &Pclntab, gofunc: u64) -> Option<(u32, Vec<u8>)> {
    let offsets = || {
        table.functions().flat_map(|function| {
            [FUNCDATA_INLINE_TREE, FUNCDATA_ARGUMENTS].into_iter().filter_map(move |number| function.funcdata(number))
        })
    };
    let (first, last) = (offsets().min()?, offsets().max()?);
    let start = gofunc.checked_add(u64::from(first))?;
    let end = gofunc.checked_add(u64::from(last))?.checked_add(LAST_DATA)?.min(image.end());
    Some((first, image.copy(start, end.checked_sub(start)?)?))
}
