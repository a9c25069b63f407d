//! Exceptions: what can be told of a guest that did not end by itself.
//!
//! Key types: [`Exception`], all that is known of such an end; [`Watch`], what an embedder wants to know and decide of it.
//! The guest has been unwound by then, but its memory and globals are as they were, and the engine's backtrace says which
//! functions were on the wasm stack. A guest's traceback is that backtrace; a Go program's is that of its goroutines, in
//! the words of Go's own ([`go`]).

pub(crate) mod go;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use gopherix_abi::{Fd, Signal};
use gopherix_kernel::Kernel;
use gopherix_kernel::task::{Cx, ExitStatus, Process};
use serde::{Serialize, Serializer};
use wasmtime::{AsContextMut, FrameInfo, Instance, Store, Val, WasmBacktrace, WasmCoreDump};

use self::go::{GoState, Inspection};
use crate::guest::{Live, Unwind, conclude};

/// The exit code of a Go program that SIGQUIT or a fatal error has ended (Go's `runtime/signal_unix.go`, `runtime/panic.go`).
const GO_FATAL: u32 = 2;

/// The end of a guest that did not end by itself: a trap, SIGQUIT, its wall time, or a fatal error of Go's runtime.
#[derive(Clone, Debug, Serialize)]
pub struct Exception {
    /// The signal that a native program would have got; `None` for a fatal error of Go's runtime, which exits with code 2,
    /// and for the end of its wall time.
    #[serde(serialize_with = "signal_name")]
    pub signal: Option<Signal>,
    /// How the process is going to end. An observer may decide otherwise.
    #[serde(rename = "exit_code", serialize_with = "exit_code")]
    pub status: ExitStatus,
    /// What happened: a trap's name; `panic: …` or `fatal error: …` as Go's runtime has said it, of several lines if the
    /// panic's text is, and without the value if that is neither a string nor an error nor a `Stringer`. An observer may add
    /// to it.
    pub message: String,
    /// It had asked for more memory than its limit, which may be why.
    pub hit_memory_limit: bool,
    /// The goroutine that ran, in a Go program.
    pub goroutine: Option<Goroutine>,
    /// All goroutines but the runtime's own, the running one first: if asked for ([`Watch::all_goroutines`]), if none ran, on
    /// SIGQUIT, and at the end of its wall time.
    pub goroutines: Vec<Goroutine>,
    /// What was on the wasm stack, innermost first, as far as the engine's backtrace goes.
    pub stack: Vec<Frame>,
    /// A Go program's registers.
    pub registers: Option<Registers>,
    /// The numbers in the globals that the module exports.
    pub globals: Vec<Global>,
    /// The traceback for people, of several lines.
    #[serde(skip)]
    pub traceback: String,
    /// A core dump ([WebAssembly's conventions](https://github.com/WebAssembly/tool-conventions/blob/main/Coredump.md)), if
    /// asked for ([`Watch::core`]) and wasm code was running.
    #[serde(skip)]
    pub core: Option<Vec<u8>>,
}

/// A goroutine of an [`Exception`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Goroutine {
    /// Its number.
    pub id: u64,
    /// What it did, or why it waited, as in brackets in Go's traceback: `running`, `chan receive, 3 minutes`.
    pub state: String,
    /// Its calls as Go's traceback shows them, innermost first. Of a deep stack only the first and the last.
    pub frames: Vec<Frame>,
    /// How many calls are left out in the middle of `frames`.
    pub elided: usize,
    /// The number of the goroutine that started it; 0 if none.
    pub parent: u64,
    /// Where it was started.
    pub created_by: Option<Frame>,
}

/// A call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Frame {
    /// The function's name, as the module has it.
    pub function: String,
    /// Its source file, if known.
    pub file: Option<String>,
    /// The line, from 1, if known.
    pub line: Option<u32>,
}

/// A Go program's registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Registers {
    /// The stack pointer, an address in linear memory.
    pub sp: u64,
    /// Address of the goroutine that ran; the scheduler's (g0) while that works.
    pub g: u64,
    /// Go's PC of the function that ran; where in it is not known. `None` if no wasm code ran.
    pub pc: Option<u64>,
}

/// An exported global.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Global {
    /// The name it is exported by.
    pub name: String,
    /// Its value in decimal, signed.
    pub value: String,
}

/// Looks at an exception, on the guest's thread, before the process is over. It may change the message and the status.
pub type Observer = Arc<dyn Fn(&mut Exception) + Send + Sync>;

/// What an embedder wants of a guest's exceptions.
#[derive(Clone, Default)]
pub struct Watch {
    /// List every goroutine.
    pub all_goroutines: bool,
    /// The end of its wall time is an exception too.
    pub timeouts: bool,
    /// Make a core dump.
    pub core: bool,
    /// The traceback is written to the process' stderr, as nobody else tells of it.
    pub on_stderr: bool,
    /// Who is told of them. Fatal errors of Go's runtime are exceptions only if somebody is.
    pub observer: Option<Observer>,
}

/// Why an end is an exception.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    Trap,
    Quit,
    Timeout,
    /// Go's runtime may have ended it.
    Exit,
}

impl Cause {
    fn of(status: ExitStatus, error: &wasmtime::Error, watch: &Watch) -> Option<Cause> {
        match status {
            ExitStatus::Signaled(Signal::SIGQUIT) => Some(Cause::Quit),
            ExitStatus::Signaled(_) if !error.is::<Unwind>() => Some(Cause::Trap),
            ExitStatus::TimedOut if watch.timeouts => Some(Cause::Timeout),
            ExitStatus::Exited(GO_FATAL) if watch.observer.is_some() => Some(Cause::Exit),
            _ => None,
        }
    }
}

/// A store's data, as far as its guest's end is concerned.
pub(crate) trait Watched {
    /// The guest's thread, and what has watched it.
    fn parts(&mut self) -> (&Cx, &mut Live);
}

/// The end of a guest's code, while its memory is still there: stops what watches it, decides how the process ends, and tells
/// of an exception.
pub(crate) fn settle<T: Watched + 'static>(store: &mut Store<T>, outcome: &wasmtime::Result<()>, watch: &Watch) {
    let (cx, live) = store.data_mut().parts();
    live.preempted = None;
    if let Some(sampling) = live.sampling.get() {
        sampling.end();
    }
    conclude(cx, outcome);
    let (kernel, process, inspection) = (cx.kernel.clone(), cx.process.clone(), live.inspection.take());
    if let Err(error) = outcome {
        explain(&kernel, &process, watch, inspection, store, error);
    }
}

/// Finds out what ended a guest by `error`, tells the observer, and adds it to the process' end.
fn explain(
    kernel: &Kernel,
    process: &Process,
    watch: &Watch,
    inspection: Option<Inspection>,
    mut store: impl AsContextMut,
    error: &wasmtime::Error,
) {
    let Some(status) = process.decided() else { return };
    let Some(cause) = Cause::of(status, error, watch) else { return };
    let everything = watch.all_goroutines || matches!(cause, Cause::Quit | Cause::Timeout);
    let now = kernel.platform().monotonic_ns();
    let go = inspection.as_ref().and_then(|inspection| inspection.go(&mut store, error, now, everything));
    if cause == Cause::Exit && !go.as_ref().is_some_and(|go| go.is_dying) {
        return;
    }
    let is_go = go.is_some();
    let mut exception = describe(process, cause, status, go);
    if let Some(stack) = error.downcast_ref::<WasmBacktrace>() {
        exception.stack = stack.frames().iter().flat_map(frames).collect();
    }
    exception.globals = inspection.map(|inspection| globals(&inspection.instance, &mut store)).unwrap_or_default();
    if watch.core
        && let Some(core) = error.downcast_ref::<WasmCoreDump>()
    {
        exception.core = Some(core.serialize(&mut store, &String::from_utf8_lossy(process.name())));
    }
    let message = exception.message.clone();
    if let Some(observer) = &watch.observer {
        // A panic must not keep the process from being over.
        let _ = catch_unwind(AssertUnwindSafe(|| observer(&mut exception)));
    }
    if cause == Cause::Exit && exception.message == message && exception.status == status {
        // Go's runtime has said it all.
        return;
    }
    let separator = if is_go { "\n\n" } else { "\n" };
    let note = [&*exception.message, &*exception.traceback].join(separator);
    if watch.on_stderr {
        let stderr = process.fds.lock().get(Fd(2)).map(|entry| entry.file.clone());
        if let Ok(stderr) = stderr {
            // A full pipe takes no more of it: nobody is held up for a report.
            let _ = stderr.write(format!("{}\n", note.trim_end()).as_bytes());
        }
    }
    process.revise(exception.status, note);
}

fn describe(process: &Process, cause: Cause, status: ExitStatus, go: Option<GoState>) -> Exception {
    let note = process.note().unwrap_or_default();
    let (first, rest) = note.split_once('\n').unwrap_or((&note, ""));
    let message = match cause {
        // As Go says it; of other programs, their end says which signal it was.
        Cause::Quit if go.is_some() => format!("SIGQUIT: {}", Signal::SIGQUIT.description()),
        Cause::Quit => Signal::SIGQUIT.description().to_owned(),
        Cause::Exit => go.as_ref().and_then(|go| go.dies_of.clone()).unwrap_or_else(|| "fatal error".into()),
        Cause::Trap | Cause::Timeout => first.to_owned(),
    };
    let signal = match status {
        ExitStatus::Signaled(signal) => Some(signal),
        ExitStatus::Exited(_) | ExitStatus::TimedOut => None,
    };
    let status = if cause == Cause::Quit && go.is_some() { ExitStatus::Exited(GO_FATAL) } else { status };
    let (traceback, goroutine, goroutines, registers) = match go {
        Some(go) => (go.traceback, go.running, go.goroutines, Some(go.registers)),
        None => (rest.to_owned(), None, Vec::new(), None),
    };
    Exception {
        signal,
        status,
        message,
        hit_memory_limit: process.usage.hit_memory.load(Ordering::Relaxed),
        goroutine,
        goroutines,
        stack: Vec::new(),
        registers,
        globals: Vec::new(),
        traceback,
        core: None,
    }
}

/// The calls of a frame on the wasm stack: several where debug information tells of inlined ones.
fn frames(info: &FrameInfo) -> Vec<Frame> {
    let of_symbol = |symbol: &wasmtime::FrameSymbol| Frame {
        function: symbol.name().or(info.func_name()).unwrap_or("?").to_owned(),
        file: symbol.file().map(str::to_owned),
        line: symbol.line(),
    };
    match info.symbols() {
        [] => {
            let function = info.func_name().map_or_else(|| format!("function {}", info.func_index()), str::to_owned);
            vec![Frame { function, file: None, line: None }]
        }
        symbols => symbols.iter().map(of_symbol).collect(),
    }
}

fn globals(instance: &Instance, mut store: impl AsContextMut) -> Vec<Global> {
    let export = |export: wasmtime::Export<'_>| {
        let name = export.name().to_owned();
        export.into_global().map(|global| (name, global))
    };
    let exported: Vec<_> = instance.exports(store.as_context_mut()).filter_map(export).collect();
    let number = |(name, global): (String, wasmtime::Global)| {
        let value = match global.get(&mut store) {
            Val::I32(value) => value.to_string(),
            Val::I64(value) => value.to_string(),
            Val::F32(bits) => f32::from_bits(bits).to_string(),
            Val::F64(bits) => f64::from_bits(bits).to_string(),
            _ => return None,
        };
        Some(Global { name, value })
    };
    exported.into_iter().filter_map(number).collect()
}

#[expect(clippy::ref_option, reason = "serde's signature")]
fn signal_name<S: Serializer>(signal: &Option<Signal>, out: S) -> Result<S::Ok, S::Error> {
    signal.and_then(Signal::name).serialize(out)
}

fn exit_code<S: Serializer>(status: &ExitStatus, out: S) -> Result<S::Ok, S::Error> {
    status.code().serialize(out)
}
