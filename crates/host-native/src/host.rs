//! A host: one kernel, its platform, its engines and its executor.

use std::sync::Arc;
use std::time::Duration;

use gopherix_kernel::task::{ExitStatus, FdEntry, Process};
use gopherix_kernel::trace::TraceSink;
use gopherix_kernel::vfs::MountTable;
use gopherix_kernel::{Kernel, os_wasm};
use gopherix_quickjs::Network;
use wasmtime::{InstancePre, Store};

use crate::HostError;
use crate::clock::{NativePlatform, Tick};
use crate::crash::go::Inspection;
use crate::crash::{self, Watch};
use crate::engine::{Engines, Entry, Interruption, Program};
use crate::fetch::{HttpClient, NetPolicy};
use crate::go;
use crate::guest::{Guest, tick};
use crate::js;
use crate::preempt::Marks;
use crate::profile::{Profiler, Sampling};

/// What a host is made of.
pub struct HostConfig {
    /// Guests that may run at a time; the host's processors if `None`.
    pub cpus: Option<usize>,
    /// How guests are interrupted.
    pub interruption: Interruption,
    /// Whether goroutines of Go guests are preempted; if not, these guests are interrupted as all others are.
    pub preemption: bool,
    /// Period of preemption ticks.
    pub tick: Duration,
    /// Hosts that the `fetch` of GOOS=js guests may reach.
    pub network: NetPolicy,
    /// Where system calls are told to.
    pub trace: Option<Arc<dyn TraceSink>>,
}

/// A running kernel on this machine.
///
/// Guests are tasks of an executor with a thread a processor and one more: a guest that waits holds no thread.
pub struct Host {
    kernel: Arc<Kernel>,
    engines: Arc<Engines>,
    marks: Arc<Marks>,
    platform: Arc<NativePlatform>,
    network: Option<Arc<HttpClient>>,
    runtime: Option<tokio::runtime::Runtime>,
}

impl Host {
    /// Boots a kernel on what `mounts` makes for the platform.
    ///
    /// # Errors
    /// [`HostError::Io`] if the host refuses threads, timers or memory.
    pub fn boot(
        config: HostConfig,
        mounts: impl FnOnce(&Arc<NativePlatform>) -> Result<MountTable, HostError>,
    ) -> Result<Host, HostError> {
        let available = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let cpus = config.cpus.unwrap_or(available).max(1);
        let engines = Engines::new(config.interruption, config.preemption);
        let marks = Arc::new(Marks::default());
        let (ticked, marked) = (engines.clone(), marks.clone());
        let act = Box::new(move || {
            ticked.tick();
            marked.tick();
        });
        let tick = Tick { period: config.tick, act };
        let platform = NativePlatform::new(cpus, Some(tick)).map_err(HostError::io("cannot set up clocks"))?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            // One more than may run guest code, so that whoever wakes up is looked at and can queue for a turn while busy
            // guests hold all of them.
            .worker_threads(cpus.saturating_add(1))
            .max_blocking_threads(2)
            .thread_name("gopherix-cpu")
            .enable_io()
            // For the time that a request's connection may take.
            .enable_time()
            .build()
            .map_err(HostError::io("cannot start the executor"))?;
        let kernel = Kernel::boot(platform.clone(), mounts(&platform)?, config.trace);
        let guard = runtime.enter();
        platform.serve(&kernel).map_err(HostError::io("cannot set up timers"))?;
        drop(guard);
        let may_reach_some = !config.network.is_nothing();
        let network = may_reach_some.then(|| Arc::new(HttpClient::new(runtime.handle().clone(), config.network)));
        Ok(Host { kernel, engines, marks, platform, network, runtime: Some(runtime) })
    }

    /// The kernel.
    #[must_use]
    pub fn kernel(&self) -> &Arc<Kernel> {
        &self.kernel
    }

    /// The engines.
    #[must_use]
    pub fn engines(&self) -> &Arc<Engines> {
        &self.engines
    }

    /// Runs `make` where host streams and listeners can be made (within the executor).
    pub fn enter<T>(&self, make: impl FnOnce() -> T) -> T {
        let _guard = self.runtime.as_ref().map(tokio::runtime::Runtime::enter);
        make()
    }

    /// Starts a program as a process that the kernel has made, with these descriptors from 0 on, and tells `watch` of its
    /// exceptions; sampled if there is a profiler.
    ///
    /// # Errors
    /// [`HostError::Kernel`] if there are more descriptors than the process may have, [`HostError::Module`] if the program
    /// starts with more memory than that.
    pub fn start(
        &self,
        program: &Program,
        process: &Arc<Process>,
        fds: Vec<FdEntry>,
        world: js::World,
        watch: Watch,
        profiler: Option<Arc<Profiler>>,
    ) -> Result<(), HostError> {
        if let (Some(need), Some(limit)) = (program.initial_memory(), process.limits.memory)
            && need > limit
        {
            let what = format!("it needs {need} bytes of memory to start, and its limit is {limit}");
            return Err(HostError::Module(what));
        }
        os_wasm::osinit(&self.kernel, process, fds)?;
        if let Some(profiler) = &profiler {
            profiler.attach(process)?;
        }
        let Some(runtime) = &self.runtime else { return Ok(()) };
        let (kernel, process, marks) = (self.kernel.clone(), process.clone(), self.marks.clone());
        if let Some(limit) = process.limits.wall_time_ns {
            runtime.spawn(end_at(kernel.clone(), process.clone(), limit));
        }
        let interruption = program.interruption;
        let source = program.source.clone();
        match program.entry.clone() {
            Entry::Wasi(program) => {
                let start = Start { kernel, process, marks, program, source, interruption, watch, profiler };
                runtime.spawn(async move { run(start).await });
            }
            Entry::Js(program) => {
                let executor = runtime.handle().clone();
                let network = self.network.clone().map(|network| -> Arc<dyn Network> { network });
                js::spawn(js::Start {
                    kernel,
                    process,
                    marks,
                    program,
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

impl Drop for Host {
    fn drop(&mut self) {
        self.platform.stop();
        // Guests may be in the middle of an endless loop; their threads are left to the end of the process.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Ends a process when its wall time is up.
async fn end_at(kernel: Arc<Kernel>, process: Arc<Process>, limit_ns: u64) {
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
    program: Arc<InstancePre<Guest>>,
    source: Option<Arc<Vec<u8>>>,
    interruption: Interruption,
    watch: Watch,
    profiler: Option<Arc<Profiler>>,
}

/// The life of a process' first thread.
async fn run(mut start: Start) {
    let mut cx = os_wasm::mpreinit(&start.kernel, &start.process);
    os_wasm::minit(&mut cx).await;
    let mut store = Store::new(start.program.module().engine(), Guest::new(cx));
    let thread = store.data().cx.m.info();
    store.data_mut().live.sampling = start.profiler.take().map(|profiler| Sampling::new(profiler, thread));
    store.limiter(|guest| guest);
    if start.interruption == Interruption::Epochs {
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
    let program = &start.program;
    let instance = program.instantiate_async(&mut *store).await?;
    let memory = instance.get_memory(&mut *store, "memory");
    store.data_mut().live.inspection = Some(Inspection::new(start.source.clone(), program.module(), instance, memory));
    let thread = store.data().cx.m.info();
    store.data_mut().live.preempted = go::preempt(&start.marks, thread, &instance, memory, &mut *store);
    let entry = instance.get_typed_func::<(), ()>(&mut *store, "_start")?;
    match store.data().live.sampling.clone() {
        Some(sampling) => {
            sampling.locate(&instance, memory, "_start", &mut *store);
            sampling.follow(entry.call_async(&mut *store, ())).await
        }
        None => entry.call_async(&mut *store, ()).await,
    }
}
