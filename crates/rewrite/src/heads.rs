//! Calls of the host at the start of Go functions.
//!
//! A Go function is entered with block 0; any other block means that it is gone on with after a goroutine switch, when its
//! start has been done. At block 0 nothing has moved yet: SP points to the return address, the arguments are above it.

use std::collections::BTreeMap;

use gopherix_golang::module::{Module, ValType};
use gopherix_golang::pclntab::Pclntab;
use wasm_encoder::{BlockType, InstructionSink};

use crate::RewriteError;

/// Name of the import that may answer a call: (place in [`Direct::symbols`](crate::Direct), SP) -> whether it did. Type (i32, i32) -> i32.
pub const DIRECT: &str = "go_direct";
/// Name of the import called where a goroutine gives way, on the scheduler's stack. Type () -> ().
pub const SCHED: &str = "go_sched";

/// The function a goroutine that gives way passes through, whether it was asked to or asked itself.
const GIVES_WAY: &str = "runtime.goschedImpl";

/// The global that holds SP.
const SP: u32 = 0;
/// The local that holds the block.
const BLOCK: u32 = 0;

/// What is called at the start of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Head {
    /// [`DIRECT`] with this place.
    Direct(i32),
    /// [`SCHED`].
    Sched,
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
        direct: &[&str],
        preemption: bool,
    ) -> Result<Heads, RewriteError> {
        let mut wanted: BTreeMap<&str, Head> = direct.iter().copied().zip((0..).map(Head::Direct)).collect();
        if preemption {
            wanted.insert(GIVES_WAY, Head::Sched);
        }
        let mut heads = BTreeMap::new();
        for function in pclntab.functions() {
            if let Some(head) = wanted.remove(&*function.name()) {
                let index = module.imported_functions.saturating_add(function.ordinal());
                let is_gos = module
                    .function_type(index)
                    .is_some_and(|ty| ty.params() == [ValType::I32] && ty.results() == [ValType::I32]);
                if !is_gos {
                    return Err(RewriteError::Shape("a function of Go's has not the type of one"));
                }
                heads.insert(function.ordinal(), head);
            }
        }
        if wanted.contains_key(GIVES_WAY) {
            return Err(RewriteError::Shape("there is no runtime.goschedImpl"));
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
        Head::Direct(place) => {
            code.i32_const(place).global_get(SP).call(import).if_(BlockType::Empty);
            // As a Go function returns: the return address is popped, and 0 says that no stack is being unwound.
            code.global_get(SP).i32_const(8).i32_add().global_set(SP).i32_const(0).return_().end();
        }
        Head::Sched => {
            code.call(import);
        }
    }
    code.end();
}
