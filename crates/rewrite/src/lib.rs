//! Writes WebAssembly modules anew at load, Go's above all, so that a kernel can reach into unmodified binaries.
//!
//! One traversal of the module makes all changes; what a pass does to a function is in a file of its own:
//! - [`heads`]: calls of the host at the start of functions chosen by name (a direct system call, a point of preemption), or of
//!   one's calls of another;
//! - `hints`: which branches are hardly ever taken;
//! - [`loops`]: looks at a flag in loops;
//! - [`prologue`]: stack checks of large frames that would wrap around once the guard is a mark of preemption;
//! - `writer`: the traversal, new imports and exports, and the indices they move.
//!
//! Modules that are not Go's can be made to look at such a flag, too: that is all of [`interrupt`].
//!
//! Go's PCs count defined functions only, so added imports leave them alone, and everything the runtime knows of itself
//! stays true. Debug information does not: it counts bytes of the code section, and is left out of what is written.
//! Engine-independent: every home loads the same module. Input is hostile; a module that is not understood is an error, for
//! the caller to run as it is.

mod body;
pub mod heads;
mod hints;
pub mod interrupt;
pub mod loops;
pub mod prologue;
#[cfg(test)]
mod tests;
mod writer;

use gopherix_golang::image::{Image, ImageError};
use gopherix_golang::module::{Module, ModuleError};
use gopherix_golang::pclntab::{Pclntab, PclntabError};
use gopherix_golang::runtime::{Runtime, RuntimeError};

/// Name of the module that added imports come from.
pub const MODULE: &str = "gopherix";
/// Name of the exported constant that is the address of `runtime.m0`, in modules whose goroutines can be preempted.
pub const EXPORT_M0: &str = "gopherix.m0";
/// Name of the exported constant that is the Go release of such a module: 27 for Go 1.27.
pub const EXPORT_RELEASE: &str = "gopherix.go";
/// Name of the exported global that is SP, in such a module.
pub const EXPORT_SP: &str = "gopherix.sp";
/// Name of the exported global that is the running goroutine, in such a module.
pub const EXPORT_G: &str = "gopherix.g";
/// Changes whenever the same module would be written differently: part of a compiled module's key in a cache.
pub const REVISION: u32 = 6;

/// What is to change in a module.
#[derive(Clone, Copy, Debug, Default)]
pub struct Plan<'a> {
    /// Functions whose calls the host may answer by itself.
    pub direct: Direct<'a>,
    /// Whether goroutines are to be preempted by a mark in the guest's memory: prologues are mended,
    /// `runtime.goschedImpl` calls the host ([`heads::SCHED`]), and so do loops once a flag is set ([`loops::FLAG`]).
    pub preemption: bool,
}

/// Functions that call [`heads::DIRECT`] first, which may answer in their place.
#[derive(Clone, Copy, Debug, Default)]
pub struct Direct<'a> {
    /// Which; a call tells the place in this list. Those that the module lacks are passed over.
    pub functions: &'a [Answered<'a>],
    /// Only in modules that import from one of these.
    pub of: &'a [&'a str],
}

/// A function that may be answered.
#[derive(Clone, Copy, Debug)]
pub struct Answered<'a> {
    /// Its symbol name.
    pub symbol: &'a str,
    /// The function that must have called it. One function can be in the list once with a caller and once without, which
    /// then stands for all other callers.
    pub within: Option<&'a str>,
}

/// A module written anew.
#[derive(Clone, Debug)]
pub struct Rewritten {
    /// The module.
    pub bytes: Vec<u8>,
    /// What was changed.
    pub counts: Counts,
    /// Why the goroutines are not preempted, where that was asked for and the program's Go is not known well enough.
    pub refused: Option<RuntimeError>,
}

/// How often a module was changed in which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Functions that call the host at their start.
    pub heads: usize,
    /// Stack checks that were mended.
    pub prologues: usize,
    /// Functions that look at the flag.
    pub loops: usize,
    /// Branches that are said to be hardly ever taken.
    pub hints: usize,
}

/// Why a module is not written anew.
#[derive(Debug, thiserror::Error)]
pub enum RewriteError {
    /// It cannot be read.
    #[error("the module cannot be read")]
    Module(#[from] ModuleError),
    /// Its initial memory cannot be told.
    #[error("the module's initial memory cannot be told")]
    Image(#[from] ImageError),
    /// Its function table cannot be read.
    #[error("Go's function table cannot be read")]
    Pclntab(#[from] PclntabError),
    /// It is not laid out as Go's linker does.
    #[error("{0}")]
    Shape(&'static str),
    /// It cannot be written.
    #[error("the module cannot be written anew: {0}")]
    Encode(String),
}

/// Refuses what was written anew already, or looks so.
fn check_names(module: &Module<'_>) -> Result<(), RewriteError> {
    if module.exports.iter().any(|export| export.name.starts_with("gopherix.")) {
        return Err(RewriteError::Shape("it exports names that are kept for what is written anew"));
    }
    Ok(())
}

/// Writes the Go module `bytes` anew.
///
/// # Errors
/// [`RewriteError`] for what is no Go module, or none that is understood.
pub fn rewrite(bytes: &[u8], plan: &Plan<'_>) -> Result<Rewritten, RewriteError> {
    let module = Module::parse(bytes)?;
    check_names(&module)?;
    let image = Image::new(&module)?;
    let functions = u32::try_from(module.functions.len()).unwrap_or(u32::MAX);
    let pclntab = Pclntab::find(&image, functions)?;
    let runtime = plan.preemption.then(|| Runtime::read(&module, &image, &pclntab));
    let (runtime, refused) = match runtime {
        Some(Ok(runtime)) => (Some(runtime), None),
        Some(Err(error)) => (None, Some(error)),
        None => (None, None),
    };
    let marks = runtime.and_then(|runtime| {
        Some(writer::Marks { m0: u32::try_from(runtime.m0).ok()?, release: runtime.release.minor })
    });
    let wants_direct = module.imports.iter().any(|import| plan.direct.of.contains(&import.module));
    let direct = if wants_direct { plan.direct.functions } else { &[] };
    let heads = heads::Heads::plan(&module, &pclntab, direct, marks.is_some())?;
    Ok(Rewritten { refused, ..writer::write(&module, heads, marks)? })
}
