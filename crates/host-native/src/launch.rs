//! Starting a program as a process of the kernel, and the life of its first thread.

use std::sync::{Arc, Weak};

use gopherix_abi::Errno;
use gopherix_kernel::task::{ExitStatus, FdEntry, Process};
use gopherix_kernel::{Kernel, SysError, os_wasm};
use gopherix_quickjs::Network;
use wasmtime::{InstancePre, Store};

use crate::HostError;
use crate::crash::go::Inspection;
use crate::crash::{self, Watch};
use crate::engine::{Entry, Interruption, Program};
use crate::fetch::HttpClient;
use crate::go;
use crate::guest::{Guest, tick};
use crate::js;
use crate::preempt::Marks;
use crate::profile::{self, Profiler, Sampling};

/// What starts guests: of the host that a kernel runs on, what they need.
pub(crate) struct Launcher {
    pub(crate) kernel: Weak<Kernel>,
    pub(crate) marks: Arc<Marks>,
    pub(crate) network: Option<Arc<HttpClient>>,
    pub(crate) executor: tokio::runtime::Handle,
}

/// A program that is to be started.
pub(crate) struct Launch<'a> {
    pub(crate) program: &'a Program,
    pub(crate) process: &'a Arc<Process>,
    /// What it gets behind the descriptors that the process has already.
    pub(crate) fds: Vec<FdEntry>,
    pub(crate) world: js::World,
    pub(crate) watch: Watch,
    pub(crate) profiler: Option<Arc<Profiler>>,
}

impl Launcher {
    pub(crate) fn kernel(&self) -> Result<Arc<Kernel>, HostError> {
        self.kernel.upgrade().ok_or(SysError::new(Errno::ESRCH, "the machine is gone").into())
    }

    /// Starts a program; see [`Host::start`](crate::Host::start).
    pub(crate) fn launch(&self, launch: Launch<'_>) -> Result<(), HostError> {
        let Launch { program, process, fds, world, watch, profiler } = launch;
        if let (Some(need), Some(limit)) = (program.initial_memory(), process.limits.memory)
            && need > limit
        {
            let what = format!("it needs {need} bytes of memory to start, and its limit is {limit}");
            return Err(HostError::Module(what));
        }
        let (kernel, process, marks) = (self.kernel()?, process.clone(), self.marks.clone());
        os_wasm::osinit(&kernel, &process, fds)?;
        if let Some(profiler) = &profiler {
            profiler.attach(&process)?;
        }
        if let Some(limit) = process.limits.wall_time_ns {
            self.executor.spawn(end_at(kernel.clone(), process.clone(), limit));
        }
        match program.entry.clone() {
            Entry::Wasi(linked) => {
                let program = program.clone();
                let start = Start { kernel, process, marks, linked, program, watch, profiler };
                self.executor.spawn(async move { run(start).await });
            }
            Entry::Js(linked) => {
                let (interruption, source) = (program.interruption, program.source.clone());
                let executor = self.executor.clone();
                let network = self.network.clone().map(|network| -> Arc<dyn Network> { network });
                js::spawn(js::Start {
                    kernel,
                    process,
                    marks,
                    program: linked,
                    source,
                    interruption,
                    world,
                    network,
                    executor,
                    watch,
                    profiler,
                })?;
            }
        }
        Ok(())
    }
}

/// Ends a process when its wall time is up.
pub(crate) async fn end_at(kernel: Arc<Kernel>, process: Arc<Process>, limit_ns: u64) {
    let deadline = process.started_ns.saturating_add(limit_ns);
    let sleep = kernel.timers().sleep_until(deadline);
    let ended = process.wait();
    futures::pin_mut!(ended);
    if let futures::future::Either::Left(_) = futures::future::select(sleep, ended).await {
        process.end(ExitStatus::TimedOut, Some("its wall time is up".into()));
    }
}

/// What is known of a guest before it runs.
struct Start {
    kernel: Arc<Kernel>,
    process: Arc<Process>,
    marks: Arc<Marks>,
    linked: Arc<InstancePre<Guest>>,
    program: Program,
    watch: Watch,
    profiler: Option<Arc<Profiler>>,
}

/// The life of a process' first thread.
async fn run(mut start: Start) {
    let mut cx = os_wasm::mpreinit(&start.kernel, &start.process);
    os_wasm::minit(&mut cx).await;
    let mut store = Store::new(start.linked.module().engine(), Guest::new(cx));
    let thread = store.data().cx.m.info();
    store.data_mut().program = Some(start.program.clone());
    if let Some(profiler) = start.profiler.take() {
        let _ = store.data().live.sampling.set(Sampling::new(profiler, thread));
    }
    store.limiter(|guest| guest);
    if start.program.interruption == Interruption::Epochs {
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(tick);
    }
    let outcome = call_start(&mut store, &start).await;
    crash::settle(&mut store, &outcome, &start.watch);
    let mut guest = store.into_data();
    os_wasm::unminit(&mut guest.cx);
    os_wasm::mdestroy(guest.cx);
}

async fn call_start(store: &mut Store<Guest>, start: &Start) -> wasmtime::Result<()> {
    let linked = &start.linked;
    let instance = linked.instantiate_async(&mut *store).await?;
    store.data_mut().instance = Some(instance);
    let memory = instance.get_memory(&mut *store, "memory");
    store.data_mut().live.inspection =
        Some(Inspection::new(start.program.source.clone(), linked.module(), instance, memory));
    let thread = store.data().cx.m.info();
    store.data_mut().live.preempted = go::preempt(&start.marks, thread, &instance, memory, &mut *store);
    let entry = instance.get_typed_func::<(), ()>(&mut *store, "_start")?;
    let sampling = store.data().live.sampling.clone();
    if let Some(sampling) = sampling.get() {
        sampling.locate(&instance, memory, "_start", &mut *store);
    }
    profile::follow(&sampling, entry.call_async(&mut *store, ())).await
}
