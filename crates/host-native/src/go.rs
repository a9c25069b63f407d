//! What Go programs get beyond their ABI: they are written anew before they are compiled, and preempted while they run.

use std::borrow::Cow;
use std::sync::Arc;

use gopherix_golang::image::Image;
use gopherix_golang::module::Module;
use gopherix_golang::pclntab::Pclntab;
use gopherix_golang::program::Program;
use gopherix_golang::{is_go, layout};
use gopherix_guest::gojs;
use gopherix_kernel::task::ThreadInfo;
use gopherix_rewrite::interrupt::{EXPORT_FLAG, interruptible};
use gopherix_rewrite::{Answered, Direct, EXPORT_M0, EXPORT_RELEASE, Plan, rewrite};
use wasmtime::{AsContextMut, Instance, Memory};

use crate::preempt::{Go, Marks, Preempted};
use crate::remote::Linear;

/// A module as it is compiled.
pub(crate) struct Prepared<'a> {
    pub(crate) bytes: Cow<'a, [u8]>,
    /// Whether its goroutines can be preempted, and it can be interrupted anywhere without any check of the engine's.
    pub(crate) interruptible: bool,
}

/// Makes a module ready to be compiled: Go's with the calls of the host that a kernel needs, any other as it is, or with looks at a
/// flag if it `looks`.
///
/// A module that is not understood runs as it is too, with a warning in the log.
pub(crate) fn prepare(bytes: &[u8], preemption: bool, looks: bool) -> Prepared<'_> {
    let as_it_is = Prepared { bytes: Cow::Borrowed(bytes), interruptible: false };
    if !is_go(bytes) {
        return match looks.then(|| interruptible(bytes)) {
            Some(Ok(written)) => Prepared { bytes: Cow::Owned(written), interruptible: true },
            Some(Err(error)) => {
                tracing::warn!("the module is interrupted by checks of the engine's: {error}");
                as_it_is
            }
            None => as_it_is,
        };
    }
    // A program of the other port has functions of these names too, which have nothing to do with JavaScript.
    let functions = gojs::DIRECT.map(|direct| Answered { symbol: direct.symbol, within: direct.within });
    let direct = Direct { functions: &functions, of: &gojs::MODULES };
    match rewrite(bytes, &Plan { direct, preemption }) {
        Ok(rewritten) => {
            if let Some(refused) = &rewritten.refused {
                tracing::warn!("goroutines are not preempted: {refused}");
            }
            let interruptible = preemption && rewritten.refused.is_none();
            Prepared { bytes: Cow::Owned(rewritten.bytes), interruptible }
        }
        Err(error) => {
            tracing::warn!("nothing of what is special to Go programs is on: {error}");
            as_it_is
        }
    }
}

/// What is known of a Go program by its module as it was given; `None` if that is not understood.
pub(crate) fn program(module: &Module<'_>) -> Option<Program> {
    let image = Image::new(module).ok()?;
    let table = Pclntab::find(&image, u32::try_from(module.functions.len()).ok()?).ok()?;
    Program::read(module, &image, table).ok()
}

/// Tells a guest of ticks from now on, if its module was written for that.
pub(crate) fn preempt(
    marks: &Arc<Marks>,
    thread: Arc<ThreadInfo>,
    instance: &Instance,
    memory: Option<Memory>,
    mut store: impl AsContextMut,
) -> Option<Preempted> {
    if let Some(flag) = instance.get_memory(&mut store, EXPORT_FLAG) {
        return Some(marks.add(thread, Linear(flag.data_ptr(&store).addr()), None));
    }
    let mut constant = |name| {
        let global = instance.get_global(&mut store, name)?;
        Some(global.get(&mut store).i32()?.cast_unsigned())
    };
    let (m0, release) = (constant(EXPORT_M0)?, constant(EXPORT_RELEASE)?);
    let layout = layout::of_minor(release)?;
    let memory = Linear(memory?.data_ptr(&store).addr());
    Some(marks.add(thread, memory, Some(Go { m0: m0.into(), layout })))
}
