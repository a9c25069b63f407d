//! A host: one kernel, its platform, its engines and its executor.

use std::sync::Arc;
use std::time::Duration;

use gopherix_kernel::Kernel;
use gopherix_kernel::task::{FdEntry, Process};
use gopherix_kernel::trace::TraceSink;
use gopherix_kernel::vfs::MountTable;

use crate::HostError;
use crate::cache::ModuleCache;
use crate::clock::{NativePlatform, Tick};
use crate::crash::Watch;
use crate::engine::{CompilePolicy, Engines, Interruption, Program};
use crate::fetch::HttpClient;
use crate::foreign::Granted;
use crate::js;
use crate::launch::{Launch, Launcher};
use crate::net::{HostNetwork, NetPolicy};
use crate::preempt::Marks;
use crate::profile::Profiler;
use crate::spawn::{Compiling, OnBaseline, Spawner};

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
    /// What of this machine's network guests may use.
    pub network: NetPolicy,
    /// Where system calls are told to.
    pub trace: Option<Arc<dyn TraceSink>>,
    /// Which compiler serves programs that guests start.
    pub policy: CompilePolicy,
    /// Where the code of those is kept.
    pub cache: Option<ModuleCache>,
    /// Told of each of those that had to do with the baseline compiler's code, although there is a cache.
    pub on_baseline: Option<OnBaseline>,
    /// Programs of the host that guests may start, by name.
    pub granted: Granted,
}

/// A running kernel on this machine.
///
/// Guests are tasks of an executor with a thread a processor and one more: a guest that waits holds no thread.
pub struct Host {
    kernel: Arc<Kernel>,
    engines: Arc<Engines>,
    launcher: Arc<Launcher>,
    spawner: Arc<Spawner>,
    platform: Arc<NativePlatform>,
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
            // They compile what guests start: no more at a time than there are processors, and what waits for a program that
            // another thread compiles.
            .max_blocking_threads(cpus.saturating_mul(2).max(4))
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
        if may_reach_some {
            let outside = Arc::new(HostNetwork::new(runtime.handle().clone()));
            kernel.net().attach(outside, config.network.rules());
        }
        let network = may_reach_some.then(|| Arc::new(HttpClient::new(runtime.handle().clone(), config.network)));
        let launcher =
            Arc::new(Launcher { kernel: Arc::downgrade(&kernel), marks, network, executor: runtime.handle().clone() });
        let spawner = Spawner::new(
            launcher.clone(),
            engines.clone(),
            Compiling { policy: config.policy, cache: config.cache, on_baseline: config.on_baseline },
            config.granted,
        );
        kernel.set_programs(spawner.clone());
        Ok(Host { kernel, engines, launcher, spawner, platform, runtime: Some(runtime) })
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
        self.spawner.remember(program);
        self.launcher.launch(Launch { program, process, fds, world, watch, profiler })
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
