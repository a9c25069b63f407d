//! GOOS=js guests: their imports, their thread, and the JavaScript engine beside them.
//!
//! Such a guest has an OS thread of its own. Its scripts and its wasm code call each other to any depth, so both run on that
//! thread's stack, and an event loop waits there for both. [`thread`] is its life, this module its imports,
//! [`world`] what an embedder adds to its world.
//! Neighbours: `gopherix_guest::gojs` is the adapter, `gopherix_quickjs` the engine.

mod thread;
mod world;

use std::rc::Rc;
use std::sync::Arc;

use futures::executor::block_on;
use gopherix_guest::gojs::engine::{Caller, Stop};
use gopherix_guest::gojs::{self, Gojs};
use gopherix_kernel::SysResult;
use gopherix_kernel::memory::SliceMemory;
use gopherix_kernel::syscall::PollRequest;
use gopherix_kernel::task::{Cx, Process};
use gopherix_quickjs::QuickJs;
use wasmtime::{AsContextMut, Linker, Memory, Module, ResourceLimiter, StoreContextMut, TypedFunc};

use crate::crash::Watched;
use crate::guest::{Live, Unwind, may_grow_memory, may_grow_table};
use crate::preempt::Preempted;
use crate::profile;

pub use gopherix_quickjs::{Handle, Inbox, JsValue};

pub(crate) use self::thread::{Start, spawn};
pub use self::world::{Function, Script, World};

/// What a store holds.
pub(crate) struct Guest {
    cx: Cx,
    gojs: Rc<Gojs<QuickJs>>,
    exports: Option<Exports>,
    /// What a nested call into the guest failed with, on its way out through a script.
    trap: Option<wasmtime::Error>,
    live: Live,
    limiter: Limiter,
}

#[derive(Clone)]
struct Exports {
    memory: Memory,
    getsp: TypedFunc<(), u32>,
    resume: TypedFunc<(), ()>,
}

impl Watched for Guest {
    fn parts(&mut self) -> (&Cx, &mut Live) {
        (&self.cx, &mut self.live)
    }
}

impl Guest {
    fn new(cx: Cx, gojs: Rc<Gojs<QuickJs>>) -> Guest {
        let limiter = Limiter(cx.process.clone());
        Guest { cx, gojs, exports: None, trap: None, live: Live::default(), limiter }
    }
}

/// Whether a module speaks the js ABI.
pub(crate) fn is_js(module: &Module) -> bool {
    module.imports().any(|import| gojs::MODULES.contains(&import.module()))
}

/// A guest in a call, or between two.
struct Running<'a>(StoreContextMut<'a, Guest>);

impl Running<'_> {
    fn call<R: wasmtime::WasmResults>(
        &mut self,
        function: impl FnOnce(&Exports) -> TypedFunc<(), R>,
    ) -> Result<R, Stop> {
        let Some(exports) = &self.0.data().exports else { return Err(Stop) };
        let function = function(exports);
        function.call(&mut self.0, ()).map_err(|error| {
            // The first to go wrong is the one to tell of.
            self.0.data_mut().trap.get_or_insert(error);
            Stop
        })
    }

    /// What unwinds the guest: a trap from further in, or the end of the process.
    fn stopped(&mut self) -> wasmtime::Error {
        self.0.data_mut().trap.take().unwrap_or_else(|| wasmtime::Error::new(Unwind))
    }
}

impl Caller<QuickJs> for Running<'_> {
    fn gojs(&self) -> &Rc<Gojs<QuickJs>> {
        &self.0.data().gojs
    }

    fn split(&mut self) -> (SliceMemory<'_>, &mut Cx) {
        match self.0.data().exports.as_ref().map(|exports| exports.memory) {
            Some(memory) => {
                let (bytes, guest) = memory.data_and_store_mut(&mut self.0);
                (SliceMemory(bytes), &mut guest.cx)
            }
            None => (SliceMemory(&mut []), &mut self.0.data_mut().cx),
        }
    }

    fn getsp(&mut self) -> Result<u32, Stop> {
        self.call(|exports| exports.getsp.clone())
    }

    fn resume(&mut self) -> Result<(), Stop> {
        self.call(|exports| exports.resume.clone())?;
        if self.0.data().cx.process.is_ending() { Err(Stop) } else { Ok(()) }
    }

    fn wait(&mut self, requests: &[PollRequest], deadline_ns: Option<u64>) -> SysResult<()> {
        let guest = self.0.data_mut();
        let message = guest.gojs.engine.message();
        block_on(guest.cx.wait(requests, deadline_ns, message))
    }

    fn must_stop(&mut self) -> bool {
        thread::charge(&mut self.0.data_mut().cx)
    }
}

macro_rules! define {
    ($($import:literal $name:ident;)*) => {
        /// Defines every import that js guests may have, under both names of their module.
        pub(crate) fn link(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
            for module in gojs::MODULES {
                $(linker.func_wrap(
                    module,
                    $import,
                    |mut caller: wasmtime::Caller<'_, Guest>, sp: u32| -> wasmtime::Result<()> {
                        let sampled = profile::enter(caller.data().live.sampling.get());
                        let mut running = Running(caller.as_context_mut());
                        let done = gojs::$name(&mut running, sp).map_err(|Stop| running.stopped());
                        profile::leave(sampled, $import, &caller, || caller.data().live.sampling.get().cloned());
                        done
                    },
                )?;)*
            }
            link_heads(linker)?;
            link_test_functions(linker)
        }
    };
}

gopherix_guest::for_each_gojs_function!(define);

/// Defines what modules written anew call at the start of some functions.
fn link_heads(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    let sched = |mut caller: wasmtime::Caller<'_, Guest>| {
        if !caller.data().live.preempted.as_ref().is_some_and(Preempted::take_tick) {
            return Ok(());
        }
        if thread::charge(&mut caller.data_mut().cx) { Err(wasmtime::Error::new(Unwind)) } else { Ok(()) }
    };
    for name in [gopherix_rewrite::heads::SCHED, gopherix_rewrite::interrupt::LOOK] {
        linker.func_wrap(gopherix_rewrite::MODULE, name, sched)?;
    }
    let direct = |mut caller: wasmtime::Caller<'_, Guest>, index: u32, sp: u32| {
        let sampled = profile::enter(caller.data().live.sampling.get());
        let mut running = Running(caller.as_context_mut());
        let answered = gojs::direct(&mut running, index, sp).map(u32::from).map_err(|Stop| running.stopped());
        let name = usize::try_from(index).ok().and_then(|index| gojs::DIRECT.get(index));
        let name = name.map_or(gopherix_rewrite::heads::DIRECT, gojs::Direct::name);
        profile::leave(sampled, name, &caller, || caller.data().live.sampling.get().cloned());
        answered
    };
    linker.func_wrap(gopherix_rewrite::MODULE, gopherix_rewrite::heads::DIRECT, direct)?;
    Ok(())
}

/// What the tests of Go's `syscall/js` import to see that a module can have functions of its own, and be called by the host
/// while it calls. Go's own runner has these too.
fn link_test_functions(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    linker.func_wrap("_gotest", "add", |a: i32, b: i32| a.wrapping_add(b))?;
    let call_export = |mut caller: wasmtime::Caller<'_, Guest>, a: i32, b: i64| -> wasmtime::Result<i64> {
        let mut function = |name| {
            let export = caller.get_export(name).and_then(wasmtime::Extern::into_func);
            export.ok_or_else(|| wasmtime::format_err!("the module exports no function {name}"))
        };
        let (first, second) = (function("testExport0")?, function("testExport")?);
        first.typed::<(), ()>(&caller)?.call(&mut caller, ())?;
        second.typed::<(i32, i64), i64>(&caller)?.call(&mut caller, (a, b))
    };
    linker.func_wrap("_gotest", "callExport", call_export)?;
    Ok(())
}

/// What a guest may grow to. The engine wants it by itself, since it may ask from any thread.
pub(crate) struct Limiter(Arc<Process>);

impl ResourceLimiter for Limiter {
    fn memory_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        // Buffers over the memory stay valid, if too short, until Go says that it has grown: it never moves.
        Ok(may_grow_memory(&self.0, current, desired, maximum))
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(may_grow_table(desired))
    }
}
