//! A guest: a store's data, its imports, and how its end is told apart.

use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use gopherix_abi::Signal;
use gopherix_guest::wasip1::{ThreadExit, answer, proc_exit};
use gopherix_kernel::memory::SliceMemory;
use gopherix_kernel::task::{Cx, ExitStatus, Process};
use wasmtime::{
    AsContextMut, Caller, Extern, Instance, Linker, Memory, ResourceLimiter, StoreContextMut, Trap, UpdateDeadline,
    WasmBacktrace,
};

use crate::crash::Watched;
use crate::crash::go::Inspection;
use crate::engine::Program;
use crate::preempt::Preempted;
use crate::profile::{self, Sampling};

/// Bytes of a page of linear memory, and of the memory that has the flag ([`gopherix_rewrite::interrupt`]).
const PAGE: usize = 65536;
/// Most elements a guest's table may have; each costs the host a pointer.
const TABLE_ELEMENTS: usize = 10_000_000;

/// What a store holds.
pub(crate) struct Guest {
    pub(crate) cx: Cx,
    memory: Option<Memory>,
    pub(crate) live: Live,
    /// What it is an instance of.
    pub(crate) program: Option<Program>,
    pub(crate) instance: Option<Instance>,
}

/// What watches a guest of either ABI while it runs.
#[derive(Default)]
pub(crate) struct Live {
    /// Its goroutines are preempted. To be dropped before the memory is.
    pub(crate) preempted: Option<Preempted>,
    /// How to look into it once it has crashed.
    pub(crate) inspection: Option<Inspection>,
    /// It is being sampled, from its start or from some time on.
    pub(crate) sampling: Arc<OnceLock<Sampling>>,
}

impl Watched for Guest {
    fn parts(&mut self) -> (&Cx, &mut Live) {
        (&self.cx, &mut self.live)
    }
}

impl Guest {
    pub(crate) fn new(cx: Cx) -> Guest {
        Guest { cx, memory: None, live: Live::default(), program: None, instance: None }
    }
}

/// How a thread that must stop is unwound through the engine.
#[derive(Debug)]
pub(crate) struct Unwind;

impl std::fmt::Display for Unwind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the process has ended")
    }
}

impl std::error::Error for Unwind {}

fn unwind(_: ThreadExit) -> wasmtime::Error {
    wasmtime::Error::new(Unwind)
}

/// The caller's memory and context. A module without a memory gets an empty one, in which every pointer is bad.
fn split<'a>(caller: &'a mut Caller<'_, Guest>) -> (SliceMemory<'a>, &'a mut Cx) {
    if caller.data().memory.is_none() {
        let found = caller.get_export("memory").and_then(Extern::into_memory);
        caller.data_mut().memory = found;
    }
    match caller.data().memory {
        Some(memory) => {
            let (bytes, guest) = memory.data_and_store_mut(caller);
            (SliceMemory(bytes), &mut guest.cx)
        }
        None => (SliceMemory(&mut []), &mut caller.data_mut().cx),
    }
}

macro_rules! define {
    ($module:ident; $($kind:ident $name:ident($($arg:ident: $ty:ty),*);)*) => {
        mod $module {
            #[allow(clippy::wildcard_imports, reason = "what the wrappers name, and nothing else is here")]
            use super::*;
            use gopherix_guest::$module as abi;

            pub(super) fn link(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
                $(define!(@$kind linker, $module, $name, $($arg: $ty),*);)*
                Ok(())
            }
        }
    };
    (@quick $linker:ident, $module:ident, $name:ident, $($arg:ident: $ty:ty),*) => {
        $linker.func_wrap(
            abi::MODULE,
            stringify!($name),
            |mut caller: Caller<'_, Guest>, $($arg: $ty),*| -> wasmtime::Result<u32> {
                let sampled = profile::enter(caller.data().live.sampling.get());
                let (mut mem, cx) = split(&mut caller);
                let result = abi::$name(cx, &mut mem, $($arg),*);
                let answer = answer(cx, result).map(u32::from).map_err(unwind);
                profile::leave(sampled, stringify!($name), &caller, || caller.data().live.sampling.get().cloned());
                answer
            },
        )?
    };
    (@waits $linker:ident, $module:ident, $name:ident, $($arg:ident: $ty:ty),*) => {
        $linker.func_wrap_async(
            abi::MODULE,
            stringify!($name),
            |mut caller: Caller<'_, Guest>, ($($arg,)*): ($($ty,)*)| {
                Box::new(async move {
                    let sampled = profile::enter(caller.data().live.sampling.get());
                    let (mut mem, cx) = split(&mut caller);
                    let waits = cx.waits;
                    let result = abi::$name(cx, &mut mem, $($arg),*).await;
                    cx.stand_still().await;
                    let answer = answer(cx, result).map(u32::from).map_err(unwind);
                    if cx.waits != waits {
                        // Its turn has just begun: epochs that passed meanwhile are no ticks of this one.
                        caller.as_context_mut().set_epoch_deadline(1);
                    }
                    profile::leave(sampled, stringify!($name), &caller, || caller.data().live.sampling.get().cloned());
                    answer
                })
            },
        )?
    };
}

gopherix_guest::for_each_wasip1_function!(define);
gopherix_guest::for_each_gopherix_function!(define);

/// Defines every import that guests may have.
pub(crate) fn link(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    wasip1::link(linker)?;
    gopherix::link(linker)?;
    link_profiler(linker)?;
    linker.func_wrap(
        gopherix_guest::wasip1::MODULE,
        "proc_exit",
        |mut caller: Caller<'_, Guest>, code: u32| -> wasmtime::Result<()> {
            Err(unwind(proc_exit(&mut caller.data_mut().cx, code)))
        },
    )?;
    for name in [gopherix_rewrite::heads::SCHED, gopherix_rewrite::interrupt::LOOK] {
        linker.func_wrap_async(gopherix_rewrite::MODULE, name, |mut caller: Caller<'_, Guest>, (): ()| {
            let look = gives_way(&mut caller);
            Box::new(async move {
                look?.await;
                Ok::<(), wasmtime::Error>(())
            })
        })?;
    }
    Ok(())
}

/// A guest that wants to be sampled is made ready for it first.
fn link_profiler(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    let wrapper = |mut caller: Caller<'_, Guest>, hz: u32| -> wasmtime::Result<u32> {
        if hz > 0
            && let Err(error) = profile::own::prepare(&mut caller)
        {
            tracing::warn!("a program cannot sample itself: {error}");
        }
        let (mut mem, cx) = split(&mut caller);
        let result = gopherix_guest::gopherix::set_process_cpu_profiler(cx, &mut mem, hz);
        answer(cx, result).map(u32::from).map_err(unwind)
    };
    linker.allow_shadowing(true);
    linker.func_wrap(gopherix_guest::gopherix::MODULE, "set_process_cpu_profiler", wrapper)?;
    linker.allow_shadowing(false);
    Ok(())
}

/// A goroutine gives way, or code has seen the flag: the end of the process, its CPU limit, and others' turns, if a tick has passed since.
fn gives_way(caller: &mut Caller<'_, Guest>) -> wasmtime::Result<futures::future::OptionFuture<Pass>> {
    if !caller.data().live.preempted.as_ref().is_some_and(Preempted::take_tick) {
        return Ok(None.into());
    }
    look_up(&mut caller.data_mut().cx).map(|pass| Some(pass).into())
}

impl ResourceLimiter for Guest {
    fn memory_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        Ok(may_grow_memory(&self.cx.process, current, desired, maximum))
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(may_grow_table(desired))
    }
}

/// Whether a guest may have so many bytes of linear memory; from then on it has.
pub(crate) fn may_grow_memory(process: &Process, current: usize, desired: usize, maximum: Option<usize>) -> bool {
    if current == 0 && desired == PAGE && maximum == Some(PAGE) {
        // The flag's, or one of the guest's that is as small and stays so.
        return true;
    }
    let within = maximum.is_none_or(|maximum| desired <= maximum);
    within && process.usage.grow_memory(&process.limits, u64::try_from(desired).unwrap_or(u64::MAX))
}

/// Whether a guest may have so many elements in a table.
pub(crate) fn may_grow_table(desired: usize) -> bool {
    desired <= TABLE_ELEMENTS
}

/// What happens at an epoch.
pub(crate) fn tick(mut store: StoreContextMut<'_, Guest>) -> wasmtime::Result<UpdateDeadline> {
    Ok(UpdateDeadline::YieldCustom(1, look_up(&mut store.data_mut().cx)?))
}

/// Others' turns.
type Pass = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What happens at a preemption tick: the end of the process, its CPU limit, and others' turns.
fn look_up(cx: &mut Cx) -> wasmtime::Result<Pass> {
    if charge_tick(cx) {
        return Err(wasmtime::Error::new(Unwind));
    }
    if cx.must_pass_turn() {
        return Ok(Box::pin(cx.pass_turn()));
    }
    // Whom this guest woke may sit in its executor thread's own slot, where no other thread can take it up.
    Ok(Box::pin(tokio::task::yield_now()))
}

/// Charges the time since the last tick; whether the process must end, its limit being used up or for another reason.
pub(crate) fn charge_tick(cx: &mut Cx) -> bool {
    cx.charge();
    cx.process.is_ending()
}

/// Decides the process' end by how its guest code ended: returned, unwound, or trapped.
pub(crate) fn conclude(cx: &Cx, outcome: &wasmtime::Result<()>) {
    let Err(error) = outcome else { return };
    if error.is::<Unwind>() {
        return;
    }
    let signal = error.downcast_ref::<Trap>().map_or(Signal::SIGABRT, signal_of);
    cx.process.end(ExitStatus::Signaled(signal), Some(describe(error)));
}

/// The trap, or whatever else it was, and the guest's stack. Never the host's own stack, which says nothing to a user.
fn describe(error: &wasmtime::Error) -> String {
    let what = match error.downcast_ref::<Trap>() {
        Some(trap) => trap.to_string(),
        None => error.root_cause().to_string(),
    };
    match error.downcast_ref::<WasmBacktrace>() {
        Some(stack) => format!("{what}\n{stack}"),
        None => what,
    }
}

/// The signal a native program would have got.
fn signal_of(trap: &Trap) -> Signal {
    match trap {
        Trap::MemoryOutOfBounds | Trap::HeapMisaligned | Trap::StackOverflow | Trap::NullReference => Signal::SIGSEGV,
        Trap::IntegerDivisionByZero | Trap::IntegerOverflow | Trap::BadConversionToInteger => Signal::SIGFPE,
        Trap::TableOutOfBounds | Trap::IndirectCallToNull | Trap::BadSignature => Signal::SIGILL,
        // `unreachable` is what abort(3) and Rust's and Go's fatal errors compile to.
        _ => Signal::SIGABRT,
    }
}
