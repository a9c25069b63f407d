//! Calls of the host at the start of Go functions.
//!
//! A Go function is entered with block 0; any other block means that it is gone on with after a goroutine switch, when its
//! start has been done. At block 0 nothing has moved yet: SP points to the return address, the arguments are above it.

use std::collections::{BTreeMap, BTreeSet};

use gopherix_golang::module::{Module, ValType};
use gopherix_golang::pclntab::Pclntab;
use wasm_encoder::{BlockType, InstructionSink, MemArg, MemArgTarget};

use crate::{Answered, RewriteError};

/// Name of the import that may answer a call: (place in [`Direct::functions`](crate::Direct), SP) -> whether it did.
/// Type (i32, i32) -> i32.
pub const DIRECT: &str = "go_direct";
/// Name of the import called where a goroutine gives way, on the scheduler's stack. Type () -> ().
pub const SCHED: &str = "go_sched";

/// The function a goroutine that gives way passes through, whether it was asked to or asked itself.
const GIVES_WAY: &str = "runtime.goschedImpl";

/// The global that holds SP.
const SP: u32 = 0;
/// The local that holds the block.
const BLOCK: u32 = 0;

/// Bits of a PC that are its block; the rest tells the function.
const BLOCK_BITS: i64 = 16;

/// What is called at the start of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Head {
    /// [`DIRECT`].
    Direct(Places),
    /// [`SCHED`].
    Sched,
}

/// The place that a function's calls have in the list of the plan, by who calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Places {
    /// Of calls from anywhere.
    pub(crate) anywhere: Option<i32>,
    /// Of those from the function that has these bits of its PCs above the block.
    pub(crate) within: Option<(i64, i32)>,
}

/// The heads of a module, by ordinal.
#[derive(Debug)]
pub(crate) struct Heads(BTreeMap<u32, Head>);

impl Heads {
    /// Finds the functions.
    ///
    /// # Errors
    /// [`RewriteError::Shape`] if one is not of a Go function's type, or `runtime.goschedImpl` is wanted and not there.
    pub(crate) fn plan(
        module: &Module<'_>,
        pclntab: &Pclntab,
        direct: &[Answered<'_>],
        preemption: bool,
    ) -> Result<Heads, RewriteError> {
        let mut entries = BTreeMap::new();
        let names = direct.iter().flat_map(|answered| [Some(answered.symbol), answered.within]).flatten();
        let wanted: BTreeSet<&str> = names.chain(preemption.then_some(GIVES_WAY)).collect();
        for function in pclntab.functions() {
            if let Some(name) = wanted.get(&*function.name()) {
                // A name that is there twice is that of the first.
                entries.entry(*name).or_insert((function.ordinal(), function.entry()));
            }
        }
        let mut heads = BTreeMap::new();
        for (answered, place) in direct.iter().zip(0..) {
            let Some((ordinal, _)) = entries.get(answered.symbol) else { continue };
            let Head::Direct(places) = heads.entry(*ordinal).or_insert(Head::Direct(Places::default())) else {
                continue;
            };
            match answered.within {
                None => places.anywhere = Some(place),
                Some(caller) => {
                    let function = |(_, entry): &(u32, u64)| (entry >> BLOCK_BITS).cast_signed();
                    places.within = entries.get(caller).map(|entry| (function(entry), place));
                }
            }
        }
        heads.retain(|_, head| *head != Head::Direct(Places::default()));
        if preemption {
            let (ordinal, _) = entries.get(GIVES_WAY).ok_or(RewriteError::Shape("there is no runtime.goschedImpl"))?;
            heads.insert(*ordinal, Head::Sched);
        }
        let is_gos = |ordinal: &u32| {
            let ty = module.function_type(module.imported_functions.saturating_add(*ordinal));
            ty.is_some_and(|ty| ty.params() == [ValType::I32] && ty.results() == [ValType::I32])
        };
        if !heads.keys().all(is_gos) {
            return Err(RewriteError::Shape("a function of Go's has not the type of one"));
        }
        Ok(Heads(heads))
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether any function is of this kind.
    pub(crate) fn any(&self, kind: impl Fn(Head) -> bool) -> bool {
        self.0.values().any(|head| kind(*head))
    }

    /// The head of a function.
    pub(crate) fn of(&self, ordinal: u32) -> Option<Head> {
        self.0.get(&ordinal).copied()
    }
}

#[cfg(test)]
impl FromIterator<(u32, Head)> for Heads {
    fn from_iter<T: IntoIterator<Item = (u32, Head)>>(heads: T) -> Self {
        Heads(heads.into_iter().collect())
    }
}

/// Writes a head in front of a function's own code. `import` is the index of what it calls.
pub(crate) fn write(head: Head, import: u32, code: &mut InstructionSink<'_>) {
    code.local_get(BLOCK).i32_eqz().if_(BlockType::Empty);
    match head {
        Head::Direct(Places { anywhere, within }) => match (anywhere, within) {
            (Some(place), None) => {
                code.i32_const(place);
                write_answer(import, code);
            }
            (Some(place), Some((caller, of_caller))) => {
                code.i32_const(of_caller).i32_const(place);
                write_is_within(caller, code);
                code.select();
                write_answer(import, code);
            }
            (None, Some((caller, place))) => {
                write_is_within(caller, code);
                code.if_(BlockType::Empty).i32_const(place);
                write_answer(import, code);
                code.end();
            }
            (None, None) => {}
        },
        Head::Sched => {
            code.call(import);
        }
    }
    code.end();
}

/// Calls the host with the place on the stack, and returns if it has answered.
fn write_answer(import: u32, code: &mut InstructionSink<'_>) {
    code.global_get(SP).call(import).if_(BlockType::Empty);
    // As a Go function returns: the return address is popped, and 0 says that no stack is being unwound.
    code.global_get(SP).i32_const(8).i32_add().global_set(SP).i32_const(0).return_().end();
}

/// Whether the return address is in this function.
fn write_is_within(function: i64, code: &mut InstructionSink<'_>) {
    let word = MemArg { offset: 0, align: 3, target: MemArgTarget::Memory(0), ordering: None };
    code.global_get(SP).i64_load(word).i64_const(BLOCK_BITS).i64_shr_u().i64_const(function).i64_eq();
}
