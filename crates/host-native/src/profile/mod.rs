//! Sampling of guests: where their processor time goes, of any module, as it is, at no cost between two samples.
//!
//! [`signal`] interrupts the thread that runs a guest; [`slot`] copies what tells where it is into [`ring`]; a thread of the
//! profile's own takes that out and walks the stacks ([`symbols`]) into a [`Builder`]. [`locate`] finds a Go guest's
//! registers; [`goroutines`] looks at those that do not run. Key types: [`Profiler`], one guest's profile; [`Sampling`], what the guest itself carries.
//! Neighbours: `gopherix_profile` counts and writes, `gopherix_golang` walks.
//! Locks: `ended`, then `collected`; neither is held in the handler.

mod goroutines;
mod locate;
pub(crate) mod own;
mod ring;
mod signal;
mod slot;
mod symbols;

use std::io;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

use gopherix_kernel::os_wasm;
use gopherix_kernel::task::{Process, ThreadInfo};
use gopherix_profile::{Builder, Kind, Labels, Limits, Profile, ProgramId, Sample, Span};
use wasmtime::{AsContext, AsContextMut, Instance, Memory, WasmBacktrace};

use crate::HostError;
use crate::engine::Program;

use self::slot::Slot;
use self::symbols::{Record, Symbols};

/// Samples a second unless told otherwise.
pub const DEFAULT_RATE: u32 = 100;
/// How often the samples are taken out of their queue.
const COLLECT: Duration = Duration::from_millis(100);

/// Time between two samples.
pub(crate) fn period(rate: u32) -> Duration {
    Duration::from_secs(1).checked_div(rate).unwrap_or(Duration::from_secs(1))
}

/// The CPU profile of a guest.
pub struct Profiler {
    rate: u32,
    program: Program,
    slot: Arc<Slot>,
    process: OnceLock<Arc<Process>>,
    collected: Mutex<Collected>,
    /// The goroutines at the guest's end, once that has come: its memory is gone then.
    ended: Mutex<Option<Builder>>,
}

struct Collected {
    builder: Builder,
    program: ProgramId,
    name: String,
    symbols: Option<Symbols>,
    /// Names of the system calls met; records have their places.
    calls: Vec<&'static str>,
    started: SystemTime,
}

impl Collected {
    fn symbols(&mut self, program: &Program) -> &mut Symbols {
        let read = || Symbols::read(program.module(), program.source.as_ref(), program.preemption);
        self.symbols.get_or_insert_with(read)
    }
}

impl Profiler {
    /// A profiler for one process of `program`, `rate` times a second of processor time; 0 for goroutines only. `name` is what reports call the
    /// program.
    ///
    /// # Errors
    /// [`HostError::Io`] if the host's system or processor lets nobody sample.
    pub fn new(program: &Program, name: &str, rate: u32) -> Result<Arc<Self>, HostError> {
        if rate > 0 {
            let refused = HostError::io("cannot sample the program");
            if !cfg!(any(target_arch = "x86_64", target_arch = "aarch64")) {
                return Err(refused(io::ErrorKind::Unsupported.into()));
            }
            signal::install().map_err(refused)?;
        }
        let mut builder = Builder::new(Kind::Cpu { period: period(rate) }, Limits::default());
        let id = builder.program(name, "");
        let module = program.module();
        let text = module.text();
        let start = text.as_ptr().addr();
        let mut starts: Vec<usize> = module.functions().map(|function| start.saturating_add(function.offset)).collect();
        starts.sort_unstable();
        let slot = Arc::new(Slot::new(start..start.saturating_add(text.len()), starts));
        let collected = Collected {
            builder,
            program: id,
            name: name.to_owned(),
            symbols: None,
            calls: Vec::new(),
            started: SystemTime::now(),
        };
        let profiler = Profiler {
            rate,
            program: program.clone(),
            slot,
            process: OnceLock::new(),
            collected: Mutex::new(collected),
            ended: Mutex::new(None),
        };
        Ok(Arc::new(profiler))
    }

    /// Starts sampling a process that has not run yet, to its end.
    ///
    /// # Errors
    /// [`HostError::Kernel`] with EBUSY if it is being sampled, [`HostError::Io`] if the host refuses a thread.
    pub(crate) fn attach(self: &Arc<Self>, process: &Arc<Process>) -> Result<(), HostError> {
        os_wasm::set_process_cpu_profiler(process, self.rate)?;
        if self.process.set(process.clone()).is_err() {
            let why = gopherix_kernel::SysError::new(gopherix_abi::Errno::EBUSY, "the profiler has a process");
            return Err(why.into());
        }
        if self.rate == 0 {
            // Nothing comes to be collected.
            return Ok(());
        }
        let profiler = Arc::downgrade(self);
        let collect = move || {
            while let Some(profiler) = profiler.upgrade() {
                drop(profiler.collect());
                drop(profiler);
                std::thread::park_timeout(COLLECT);
            }
        };
        let thread = std::thread::Builder::new().name("gopherix-profile".into());
        thread.spawn(collect).map_err(HostError::io("cannot start a thread"))?;
        Ok(())
    }

    /// Goes on with sampling where it was stopped.
    ///
    /// # Errors
    /// [`HostError::Kernel`] with EBUSY if the process is being sampled, ESRCH if there is none.
    pub fn start(&self) -> Result<(), HostError> {
        Ok(os_wasm::set_process_cpu_profiler(self.process()?, self.rate)?)
    }

    /// Stops sampling. The profile stays.
    ///
    /// # Errors
    /// [`HostError::Kernel`] with ESRCH if there is no process.
    pub fn stop(&self) -> Result<(), HostError> {
        Ok(os_wasm::set_process_cpu_profiler(self.process()?, 0)?)
    }

    fn process(&self) -> Result<&Arc<Process>, HostError> {
        let none = gopherix_kernel::SysError::new(gopherix_abi::Errno::ESRCH, "the profiler has no process yet");
        self.process.get().ok_or(none.into())
    }

    /// What has been sampled so far; the process may go on.
    #[must_use]
    pub fn profile(&self) -> Profile {
        let mut collected = self.collect();
        let (started, symbols) = (collected.started, collected.symbols.take());
        let span = Span {
            started: started.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default(),
            length: started.elapsed().unwrap_or_default(),
        };
        let profile = collected.builder.profile(span, |_, pc| symbols.as_ref()?.frames(pc));
        collected.symbols = symbols;
        profile
    }

    /// Where its goroutines are, or were at its end. Empty if it is no Go program, or has not run yet.
    #[must_use]
    pub fn goroutines(&self) -> Profile {
        let ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        let builder = ended.clone().unwrap_or_else(|| self.count_goroutines());
        let collected = self.lock();
        let span = Span {
            started: SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default(),
            length: Duration::ZERO,
        };
        builder.profile(span, |_, pc| collected.symbols.as_ref()?.frames(pc))
    }

    fn count_goroutines(&self) -> Builder {
        let mut builder = Builder::new(Kind::Goroutine, Limits::default());
        let mut collected = self.lock();
        let name = collected.name.clone();
        let id = builder.program(&name, "");
        let process = self.process.get().map(|process| process.pid.0);
        if let Some(place) = self.slot.go.get()
            && let Some(program) = collected.symbols(&self.program).go()
        {
            goroutines::count(program, place.memory, id, process, &mut builder);
        }
        builder
    }

    /// The guest has ended, and its memory is about to go.
    fn end(&self) {
        let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        if ended.is_none() {
            *ended = Some(self.count_goroutines());
        }
    }

    fn lock(&self) -> MutexGuard<'_, Collected> {
        self.collected.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the samples out of the queue.
    fn collect(&self) -> MutexGuard<'_, Collected> {
        let mut guard = self.lock();
        let collected = &mut *guard;
        let labels = Labels { process: self.process.get().map(|process| process.pid.0), ..Labels::default() };
        let mut words = Vec::new();
        while self.slot.ring.take(&mut words) {
            let Some(record) = Record::read(&words) else { continue };
            let (stack, goroutine) = collected.symbols(&self.program).stack(&record);
            let call = usize::try_from(record.call).ok().and_then(|call| collected.calls.get(call)).copied();
            let system_call = match record.kind {
                slot::FROM_CALL => call,
                // The engine at work for an instruction, such as memory.copy: the guest's own, if it is known where.
                slot::FROM_HELPER if stack.is_empty() => Some("engine"),
                _ => None,
            };
            let labels = Labels { goroutine: goroutine.map(|(_, id)| id), ..labels };
            let (program, count) = (collected.program, record.count);
            collected.builder.add(&Sample { program, stack: &stack, system_call, labels, count });
        }
        let lost = self.slot.lost.swap(0, Ordering::Relaxed);
        collected.builder.lose(lost);
        guard
    }

    /// The number of a system call in records.
    fn call(&self, name: &'static str) -> u64 {
        let calls = &mut self.lock().calls;
        let place = calls.iter().position(|known| *known == name).unwrap_or_else(|| {
            calls.push(name);
            calls.len().saturating_sub(1)
        });
        u64::try_from(place).unwrap_or(u64::MAX)
    }
}

/// What a guest that is being sampled carries.
#[derive(Clone)]
pub(crate) struct Sampling {
    profiler: Arc<Profiler>,
    thread: Arc<ThreadInfo>,
}

impl Sampling {
    pub(crate) fn new(profiler: Arc<Profiler>, thread: Arc<ThreadInfo>) -> Self {
        Sampling { profiler, thread }
    }

    /// Finds a Go guest's registers, before it runs. `entry` is a function of its own that it exports.
    pub(crate) fn locate(&self, instance: &Instance, memory: Option<Memory>, entry: &str, store: impl AsContextMut) {
        // Other modules may have exports of these names, too.
        if self.profiler.program.source.is_some()
            && let Some(go) = locate::go(instance, memory, entry, store)
        {
            let _ = self.profiler.slot.go.set(go);
        }
    }

    /// The guest has ended, and its memory is about to go.
    pub(crate) fn end(&self) {
        if self.profiler.slot.go.get().is_some() {
            self.profiler.end();
        }
    }

    /// Runs guest code on this thread.
    pub(crate) fn run<R>(&self, code: impl FnOnce() -> R) -> R {
        let rate = self.thread.cpu_profiler_hz();
        let entered = (rate > 0).then(|| signal::enter(&self.profiler.slot, rate));
        let result = code();
        drop(entered);
        result
    }
}

/// Runs a guest that may change threads whenever it waits, and may come to be sampled at any time.
pub(crate) async fn follow<F: Future>(sampling: &OnceLock<Sampling>, guest: F) -> F::Output {
    let mut guest = std::pin::pin!(guest);
    std::future::poll_fn(|cx| match sampling.get() {
        Some(sampling) => sampling.run(|| guest.as_mut().poll(cx)),
        None => guest.as_mut().poll(cx),
    })
    .await
}

/// A system call begins; what [`leave`] wants to know.
pub(crate) fn enter(sampling: Option<&Sampling>) -> Option<bool> {
    sampling.map(|sampling| sampling.profiler.slot.begin_call())
}

/// It ends. If samples were due meanwhile, they are taken here.
pub(crate) fn leave(
    entered: Option<bool>,
    name: &'static str,
    store: impl AsContext,
    sampling: impl FnOnce() -> Option<Sampling>,
) {
    let Some((outer, sampling)) = entered.and_then(|outer| Some((outer, sampling()?))) else { return };
    let profiler = &sampling.profiler;
    profiler.slot.end_call(
        outer,
        || profiler.call(name),
        || {
            let stack = WasmBacktrace::capture(store);
            let place = |at: Option<usize>| at.and_then(|at| u32::try_from(at).ok()).unwrap_or(0);
            stack.frames().iter().map(|frame| (frame.func_index(), place(frame.module_offset()))).collect()
        },
    );
}
