//! The life of a GOOS=js guest on its thread: its world is made, preludes run, Go's `run`, the main script, then events.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use futures::executor::block_on;
use gopherix_abi::Signal;
use gopherix_guest::gojs::Gojs;
use gopherix_guest::gojs::args::put_args;
use gopherix_guest::gojs::engine::{Caller, Stop};
use gopherix_kernel::memory::SliceMemory;
use gopherix_kernel::task::{Cx, ExitStatus, Process};
use gopherix_kernel::{Kernel, os_wasm};
use gopherix_quickjs::{Config, Network, QuickJs};
use wasmtime::{AsContextMut, Instance, InstancePre, Store, StoreContextMut, UpdateDeadline};

use super::{Exports, Function, Guest, Running, World};
use crate::HostError;
use crate::crash::go::Inspection;
use crate::crash::{self, Watch};
use crate::engine::{Interruption, WASM_STACK_WITH_EPOCHS};
use crate::go;
use crate::guest::{Unwind, charge_tick};
use crate::preempt::Marks;
use crate::profile::{Profiler, Sampling};

/// Bytes of stack: what the guest's code may use, as much again for scripts, and the host's frames between both.
const STACK: usize = 2 * WASM_STACK_WITH_EPOCHS;
/// Bytes that frames of the host may use beyond the last one that was measured.
const HOST_FRAMES: usize = 1 << 20;
/// Bytes that JavaScript values may take, if the process has no limit of its own.
const HEAP: usize = 4 << 30;
/// What `process.execPath` shows.
const EXEC_PATH: &str = "/usr/bin/gopherix";

/// What is known of a guest before its thread starts.
pub(crate) struct Start {
    pub(crate) kernel: Arc<Kernel>,
    pub(crate) process: Arc<Process>,
    pub(crate) marks: Arc<Marks>,
    pub(crate) program: Arc<InstancePre<Guest>>,
    pub(crate) source: Option<Arc<Vec<u8>>>,
    pub(crate) interruption: Interruption,
    pub(crate) world: World,
    pub(crate) network: Option<Arc<dyn Network>>,
    pub(crate) executor: tokio::runtime::Handle,
    pub(crate) watch: Watch,
    pub(crate) profiler: Option<Arc<Profiler>>,
}

/// Starts a guest on a thread of its own.
///
/// # Errors
/// [`HostError::Module`] if its arguments and environment do not fit where Go looks for them, [`HostError::Io`] if the host
/// refuses a thread.
pub(crate) fn spawn(start: Start) -> Result<(), HostError> {
    // Only to see whether they fit; the guest's memory comes later, and where nobody could be told.
    let mut memory = vec![0; 1 << 16];
    put_args(&mut SliceMemory(&mut memory), &start.process.args, &start.process.env)
        .map_err(|e| HostError::Module(e.to_string()))?;
    let thread = std::thread::Builder::new().name("gopherix-js".into()).stack_size(STACK);
    thread.spawn(move || live(start)).map_err(HostError::io("cannot start a thread"))?;
    Ok(())
}

fn live(mut start: Start) {
    // Waiting for descriptors registers them with the executor.
    let _executor = start.executor.enter();
    let mut cx = os_wasm::mpreinit(&start.kernel, &start.process);
    block_on(os_wasm::minit(&mut cx));
    // As Node: a closed pipe is an error of the write, no end of the program.
    start.process.set_ignored(Signal::SIGPIPE, true);
    let functions = std::mem::take(&mut start.world.functions);
    let engine = match engine(&start, functions) {
        Ok(engine) => engine,
        Err(error) => {
            let note = format!("the JavaScript engine cannot start: {error}");
            start.world.inbox.close();
            start.process.end(ExitStatus::Signaled(Signal::SIGABRT), Some(note));
            os_wasm::unminit(&mut cx);
            return os_wasm::mdestroy(cx);
        }
    };
    let gojs = Gojs::new(engine);
    let mut store = Store::new(start.program.module().engine(), Guest::new(cx, gojs));
    store.limiter(|guest| &mut guest.limiter);
    if start.interruption == Interruption::Epochs {
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(tick);
    }
    let thread = store.data().cx.m.info();
    let sampling = start.profiler.take().map(|profiler| Sampling::new(profiler, thread));
    if let Some(sampling) = &sampling {
        let _ = store.data().live.sampling.set(sampling.clone());
    }
    let outcome = match sampling {
        Some(sampling) => sampling.run(|| run(&mut store, &start)),
        None => run(&mut store, &start),
    };
    crash::settle(&mut store, &outcome, &start.watch);
    let mut guest = store.into_data();
    guest.gojs.engine.shut_down();
    os_wasm::unminit(&mut guest.cx);
    os_wasm::mdestroy(guest.cx);
}

fn tick(mut store: StoreContextMut<'_, Guest>) -> wasmtime::Result<UpdateDeadline> {
    if charge(&mut store.data_mut().cx) { Err(wasmtime::Error::new(Unwind)) } else { Ok(UpdateDeadline::Continue(1)) }
}

/// Charges for the time since the last look, and passes the turn on if others wait for one or the process stands still; whether
/// the process must end.
/// As for other guests, but that nothing else runs on this thread.
pub(super) fn charge(cx: &mut Cx) -> bool {
    if charge_tick(cx) {
        return true;
    }
    if cx.must_pass_turn() {
        block_on(cx.pass_turn());
    }
    cx.process.is_ending()
}

fn run(store: &mut Store<Guest>, start: &Start) -> wasmtime::Result<()> {
    let instance = start.program.instantiate(&mut *store)?;
    let exports = exports(&instance, store)?;
    let (memory, thread) = (exports.memory, store.data().cx.m.info());
    store.data_mut().live.preempted = go::preempt(&start.marks, thread, &instance, Some(memory), &mut *store);
    let module = start.program.module();
    store.data_mut().live.inspection = Some(Inspection::new(start.source.clone(), module, instance, Some(memory)));
    store.data_mut().exports = Some(exports);
    if let Some(sampling) = store.data().live.sampling.get().cloned() {
        sampling.locate(&instance, Some(memory), "run", &mut *store);
    }
    let entry = instance.get_typed_func::<(u32, u32), ()>(&mut *store, "run")?;
    let mut running = Running(store.as_context_mut());
    let gojs = running.gojs().clone();
    for script in &start.world.preludes {
        let outcome = gojs.engine.run_script(&mut running, &script.name, &script.source);
        gojs.finish(&mut running, outcome).map_err(|Stop| running.stopped())?;
    }
    let (mut memory, _) = running.split();
    let (argc, argv) = put_args(&mut memory, &start.process.args, &start.process.env).map_err(wasmtime::Error::new)?;
    gojs.set_driver(start.world.main.as_ref().map(|script| &*script.name));
    entry.call(&mut running.0, (argc, argv))?;
    gojs.set_driver(None);
    let lasts = || {
        if start.world.is_driven || start.world.main.is_some() {
            gojs.set_library();
        }
        if let Some(script) = &start.world.main {
            let outcome = gojs.engine.run_async_script(&mut running, &script.name, &script.source);
            gojs.finish(&mut running, outcome)?;
        }
        gojs.run_events(&mut running)
    };
    match { lasts }() {
        Ok(never) => match never {},
        Err(Stop) => Err(running.stopped()),
    }
}

fn exports(instance: &Instance, store: &mut Store<Guest>) -> wasmtime::Result<Exports> {
    let memory = instance.get_memory(&mut *store, "mem");
    Ok(Exports {
        memory: memory.ok_or_else(|| wasmtime::format_err!("the module exports no memory named mem"))?,
        getsp: instance.get_typed_func(&mut *store, "getsp")?,
        resume: instance.get_typed_func(&mut *store, "resume")?,
    })
}

fn engine(start: &Start, functions: Vec<Function>) -> Result<Rc<QuickJs>, String> {
    let engine = QuickJs::new(engine_config(start)).map_err(|error| error.to_string())?;
    for function in functions {
        function.define(&engine)?;
    }
    Ok(engine)
}

/// What scripts see of the process.
fn engine_config(start: &Start) -> Config {
    let process = &start.process;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut argv: Vec<String> = process.args.iter().map(|arg| text(arg)).collect();
    argv.insert(0, EXEC_PATH.into());
    let variable = |entry: &Vec<u8>| text(entry).split_once('=').map(|(name, value)| (name.into(), value.into()));
    let ending = process.clone();
    Config {
        argv,
        env: process.env.iter().filter_map(variable).collect(),
        exec_path: EXEC_PATH.into(),
        pid: process.pid.0,
        ppid: process.parent.load(Ordering::Relaxed),
        started: (start.kernel.platform().wall_time(), start.kernel.platform().monotonic_ns()),
        heap_bytes: process.limits.memory.map_or(HEAP, |limit| usize::try_from(limit).unwrap_or(usize::MAX)),
        stack_bytes: STACK.saturating_sub(HOST_FRAMES),
        network: start.network.clone(),
        inbox: start.world.inbox.clone(),
        is_ending: Box::new(move || ending.is_ending()),
    }
}
