//! Compiling modules and keeping engines.
//!
//! Two compilers stand behind one settings fingerprint: the baseline one (Winch) starts a program at once, the optimising
//! one (Cranelift) makes what the cache keeps. An engine's code runs only in stores of that engine, so each has its own.

use std::sync::{Arc, OnceLock};

use wasmtime::{Config, Engine, InstancePre, Linker, Module, RegallocAlgorithm, Strategy};

use crate::HostError;
use gopherix_golang::is_go;
use gopherix_rewrite::interrupt::EXPORT_FLAG;

use crate::cache::{Key, ModuleCache};
use crate::go;
use crate::guest::{Guest, link};
use crate::js;

/// Bytes of wasm stack: Go's own runners give the same, and deep recursion in Go's wasm needs it.
pub const WASM_STACK: usize = 8 << 20;
/// Bytes of wasm stack with epoch checks, whose spilled registers make small frames half as large again and more: what
/// fits without them must fit with them. Only what a guest touches takes memory.
pub(crate) const WASM_STACK_WITH_EPOCHS: usize = 2 * WASM_STACK;
/// Bytes a host call may use on the guest's stack beyond that.
const HOST_STACK: usize = 1 << 20;

/// Bytes of a page of linear memory. Custom page sizes are not enabled.
const PAGE: u64 = 65536;

/// How a running guest can be interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Interruption {
    /// At any time: kill, limits and fair turns work wherever a guest is. By looks at a flag that are written into it, and where
    /// that cannot be done by Wasmtime's epochs, which cost more.
    Epochs,
    /// Only in system calls. For one guest whose embedder can end the whole host process instead.
    InCalls,
}

/// Which compiler serves a module that is not in the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CompilePolicy {
    /// Baseline now, and tell that the optimised code is missing ([`Program::how`]).
    BaselineFirst,
    /// Baseline always.
    Baseline,
    /// Optimising always; its code goes into the cache.
    Optimizing,
}

/// Where a program's code came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HowCompiled {
    /// Mapped from the cache.
    Cached,
    /// Compiled by the optimising compiler now.
    Optimized,
    /// Compiled by the baseline compiler now.
    Baseline,
}

/// A module ready to be started any number of times.
#[derive(Clone)]
pub struct Program {
    pub(crate) entry: Entry,
    pub(crate) interruption: Interruption,
    /// Its module as it was given, to tell of a crash; only Go's is kept.
    pub(crate) source: Option<Arc<Vec<u8>>>,
    /// How that was written anew ([`go::prepare`]).
    pub(crate) preemption: bool,
    /// Bytes of its module.
    pub bytes: u64,
    /// Where its code came from.
    pub how: HowCompiled,
    /// Its key in the cache.
    pub key: Key,
}

/// A linked module, by the ABI it speaks.
#[derive(Clone)]
pub(crate) enum Entry {
    /// WASI preview 1: `_start`.
    Wasi(Arc<InstancePre<Guest>>),
    /// GOOS=js: `run`, then events.
    Js(Arc<InstancePre<js::Guest>>),
}

impl Program {
    pub(crate) fn module(&self) -> &Module {
        match &self.entry {
            Entry::Wasi(pre) => pre.module(),
            Entry::Js(pre) => pre.module(),
        }
    }

    /// Whether it can be interrupted in the middle of its code, so that it may run beside others.
    pub(crate) fn is_shared(&self) -> bool {
        self.interruption == Interruption::Epochs
            || self.module().get_export(gopherix_rewrite::EXPORT_RELEASE).is_some()
    }

    /// Whether the Go toolchain made it.
    pub(crate) fn is_go(&self) -> bool {
        self.source.is_some()
    }

    /// Whether it is a Go program built with GOOS=js.
    #[must_use]
    pub fn is_js(&self) -> bool {
        matches!(self.entry, Entry::Js(_))
    }

    /// Bytes of linear memory it starts with; `None` without a memory of its own.
    #[must_use]
    pub fn initial_memory(&self) -> Option<u64> {
        let pages = self.module().resources_required().max_initial_memory_size?;
        Some(pages.saturating_mul(PAGE))
    }
}

/// The engines of a host.
pub struct Engines {
    interruption: Interruption,
    /// Whether goroutines of Go guests are preempted.
    preemption: bool,
    /// By interruption and compiler; made when first needed.
    made: [[OnceLock<Engine>; 2]; 2],
}

impl Engines {
    /// Engines for guests that are interrupted in this way; Go's differently, with `preemption`. They are made when first
    /// needed.
    #[must_use]
    pub fn new(interruption: Interruption, preemption: bool) -> Arc<Self> {
        Arc::new(Engines { interruption, preemption, made: Default::default() })
    }

    /// How guests are interrupted.
    #[must_use]
    pub fn interruption(&self) -> Interruption {
        self.interruption
    }

    /// One tick for every engine with epochs that is in use.
    pub fn tick(&self) {
        let [with_epochs, _] = &self.made;
        for engine in with_epochs.iter().filter_map(OnceLock::get) {
            engine.increment_epoch();
        }
    }

    /// The engine of a compiler.
    ///
    /// # Errors
    /// [`HostError::Engine`] if the host's processor or system lacks what the engine needs.
    fn engine(&self, strategy: Strategy, interruption: Interruption) -> Result<&Engine, HostError> {
        let [with_epochs, without] = &self.made;
        let [baseline, optimizing] = if interruption == Interruption::Epochs { with_epochs } else { without };
        let slot = if matches!(strategy, Strategy::Winch) { baseline } else { optimizing };
        if let Some(engine) = slot.get() {
            return Ok(engine);
        }
        let engine = Engine::new(&config(strategy, interruption)).map_err(HostError::Engine)?;
        Ok(slot.get_or_init(|| engine))
    }

    /// Makes a program of wasm bytes, out of the cache where it is there.
    ///
    /// # Errors
    /// [`HostError::Module`] for bytes that are no module that can be run here.
    pub fn load(
        &self,
        bytes: &Arc<Vec<u8>>,
        cache: Option<&ModuleCache>,
        policy: CompilePolicy,
    ) -> Result<Program, HostError> {
        self.load_as(self.interruption, bytes, cache, policy)
    }

    /// [`Engines::load`] of a program that shares the host's processors with others, and that must be ended while those go on.
    pub(crate) fn load_shared(
        &self,
        bytes: &Arc<Vec<u8>>,
        cache: Option<&ModuleCache>,
        policy: CompilePolicy,
    ) -> Result<Program, HostError> {
        self.load_as(Interruption::Epochs, bytes, cache, policy)
    }

    /// What [`Engines::load_shared`] keeps a program's code by, if that is as one would think.
    pub(crate) fn shared_key(&self, bytes: &[u8]) -> Result<Key, HostError> {
        let written = self.preemption || !is_go(bytes);
        let interruption = if written { Interruption::InCalls } else { Interruption::Epochs };
        let looks = written && !is_go(bytes);
        Ok(Key::of(bytes, self.engine(Strategy::Cranelift, interruption)?, self.preemption, looks))
    }

    fn load_as(
        &self,
        interruption: Interruption,
        bytes: &Arc<Vec<u8>>,
        cache: Option<&ModuleCache>,
        policy: CompilePolicy,
    ) -> Result<Program, HostError> {
        check_header(bytes)?;
        // Most are interrupted by what is written into them, which costs Go programs next to nothing and others little.
        if interruption == Interruption::Epochs
            && (self.preemption || !is_go(bytes))
            && let Some(program) = self.load_for(Interruption::InCalls, true, bytes, cache, policy)?
        {
            return Ok(program);
        }
        match self.load_for(interruption, false, bytes, cache, policy)? {
            Some(program) => Ok(program),
            None => Err(HostError::Module("the module cannot be interrupted".into())),
        }
    }

    /// [`Engines::load`] for engines of one kind; `None` if only a module would do that is `written` to be interrupted
    /// everywhere, and it cannot be.
    fn load_for(
        &self,
        interruption: Interruption,
        written: bool,
        bytes: &Arc<Vec<u8>>,
        cache: Option<&ModuleCache>,
        policy: CompilePolicy,
    ) -> Result<Option<Program>, HostError> {
        let program = |module: &Module, how, key| {
            let entry = if js::is_js(module) { Entry::Js(js_entry(module)?) } else { Entry::Wasi(wasi_entry(module)?) };
            let source = is_go(bytes).then(|| bytes.clone());
            let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            Ok(Program { entry, interruption, source, preemption: self.preemption, bytes: size, how, key })
        };
        let optimizing = self.engine(Strategy::Cranelift, interruption)?;
        let looks = written && !is_go(bytes);
        let key = Key::of(bytes, optimizing, self.preemption, looks);
        if policy != CompilePolicy::Baseline
            && let Some(module) = cache.and_then(|cache| cache.get(key, optimizing))
        {
            let proof = if looks { EXPORT_FLAG } else { gopherix_rewrite::EXPORT_RELEASE };
            let does = !written || module.get_export(proof).is_some();
            return if does { program(&module, HowCompiled::Cached, key).map(Some) } else { Ok(None) };
        }
        let prepared = go::prepare(bytes, self.preemption, looks);
        if written && !prepared.interruptible {
            return Ok(None);
        }
        let wasm = &*prepared.bytes;
        if policy != CompilePolicy::Optimizing {
            // What the baseline compiler does not take (it lacks a few proposals), the other may.
            let baseline = self.engine(Strategy::Winch, interruption).and_then(|engine| compile(engine, wasm));
            if let Ok(module) = baseline {
                return program(&module, HowCompiled::Baseline, key).map(Some);
            }
        }
        let module = match compile(optimizing, wasm) {
            // Too much for some bound of the engine's, or no valid module, as will be told of it as it is.
            Err(_) if looks => return Ok(None),
            module => module?,
        };
        if let Some(cache) = cache {
            cache.put(key, &module);
        }
        program(&module, HowCompiled::Optimized, key).map(Some)
    }
}

fn wasi_entry(module: &Module) -> Result<Arc<InstancePre<Guest>>, HostError> {
    let mut linker = Linker::new(module.engine());
    link(&mut linker).map_err(HostError::Engine)?;
    let pre = linker.instantiate_pre(module).map_err(|e| missing_import(&e))?;
    if !exports_function(module, "_start") {
        let what = "the module has no _start function: it is a library (a WASI reactor, such as Go's \
                    -buildmode=c-shared makes), not a program";
        return Err(HostError::Module(what.into()));
    }
    Ok(Arc::new(pre))
}

fn js_entry(module: &Module) -> Result<Arc<InstancePre<js::Guest>>, HostError> {
    let mut linker = Linker::new(module.engine());
    js::link(&mut linker).map_err(HostError::Engine)?;
    let pre = linker.instantiate_pre(module).map_err(|e| missing_import(&e))?;
    if let Some(missing) = ["run", "resume", "getsp"].into_iter().find(|name| !exports_function(module, name)) {
        return Err(HostError::Module(format!("the module imports gojs, and exports no function {missing}")));
    }
    Ok(Arc::new(pre))
}

fn exports_function(module: &Module, name: &str) -> bool {
    module.get_export(name).is_some_and(|export| export.func().is_some())
}

fn config(strategy: Strategy, interruption: Interruption) -> Config {
    let stack = match interruption {
        Interruption::Epochs => WASM_STACK_WITH_EPOCHS,
        Interruption::InCalls => WASM_STACK,
    };
    let mut config = Config::new();
    config
        .strategy(strategy)
        .epoch_interruption(interruption == Interruption::Epochs)
        .max_wasm_stack(stack)
        // Scripts of js guests hold buffers over it. All 4 GiB of a 32-bit memory are reserved.
        .memory_may_move(false)
        // Advice only; Go modules that were written anew carry it.
        .wasm_branch_hinting(true)
        .async_stack_size(stack.saturating_add(HOST_STACK))
        // For core dumps. It costs something at the end of a guest only.
        .coredump_on_trap(true)
        .cranelift_regalloc_algorithm(RegallocAlgorithm::Backtracking);
    config
}

fn compile(engine: &Engine, bytes: &[u8]) -> Result<Module, HostError> {
    Module::from_binary(engine, bytes).map_err(|e| HostError::Module(format!("not a valid module: {e:#}")))
}

/// Says early, and in words for people, what a file that is no module is.
fn check_header(bytes: &[u8]) -> Result<(), HostError> {
    match bytes.first_chunk::<8>() {
        Some(b"\0asm\x01\0\0\0") => Ok(()),
        Some(b"\0asm\x0d\0\x01\0") => Err(HostError::Module(
            "this is a WebAssembly component; gopherix runs core modules (GOOS=wasip1, WASI preview 1)".into(),
        )),
        Some([0, b'a', b's', b'm', ..]) => Err(HostError::Module("a WebAssembly version that is not known".into())),
        _ if bytes.is_empty() => Err(HostError::Module("the file is empty".into())),
        _ => Err(HostError::Module("not a WebAssembly module (it does not start with \\0asm)".into())),
    }
}

/// Why a module cannot be linked: an import that nobody gives.
fn missing_import(error: &wasmtime::Error) -> HostError {
    HostError::Module(format!("the module's imports cannot be satisfied: {error:#}"))
}
