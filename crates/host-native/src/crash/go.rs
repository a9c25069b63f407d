//! A Go program's goroutines after it has stopped.
//!
//! Two of its globals say where it ran; [`gopherix_golang`] reads the rest from its memory by the program's own tables, for
//! which the module is parsed again: nobody pays for a crash before there is one.

use std::sync::Arc;

use gopherix_golang::goroutines::{self, Dump};
use gopherix_golang::module::Module;
use gopherix_golang::program;
use gopherix_golang::stack;
use gopherix_rewrite::{EXPORT_G, EXPORT_SP};
use wasmtime::{AsContextMut, Instance, Memory, WasmBacktrace};

use super::{Frame, Goroutine, Registers};
use crate::go;

/// Where the state of a running guest is.
#[derive(Clone)]
pub(crate) struct Inspection {
    pub(crate) instance: Instance,
    /// A Go module before it was written anew.
    source: Option<Arc<Vec<u8>>>,
    memory: Option<Memory>,
    /// How many functions the module imports, as it runs.
    imported: u32,
}

/// What a Go program did.
pub(crate) struct GoState {
    /// Its runtime was ending it.
    pub(crate) is_dying: bool,
    /// Of what.
    pub(crate) dies_of: Option<String>,
    pub(crate) registers: Registers,
    pub(crate) running: Option<Goroutine>,
    /// All of them, if they were asked for or none ran.
    pub(crate) goroutines: Vec<Goroutine>,
    /// Of all that were asked for.
    pub(crate) traceback: String,
}

impl Inspection {
    pub(crate) fn new(
        source: Option<Arc<Vec<u8>>>,
        module: &wasmtime::Module,
        instance: Instance,
        memory: Option<Memory>,
    ) -> Self {
        let imported = module.imports().filter(|import| import.ty().func().is_some()).count();
        Inspection { instance, source, memory, imported: u32::try_from(imported).unwrap_or(u32::MAX) }
    }

    /// What its goroutines did when `error` ended it: the one that ran, or everything. `None` unless its module was written
    /// anew, which needs what this needs.
    pub(crate) fn go(
        &self,
        mut store: impl AsContextMut,
        error: &wasmtime::Error,
        now_ns: u64,
        everything: bool,
    ) -> Option<GoState> {
        let mut global = |name| Some(self.instance.get_global(&mut store, name)?.get(&mut store));
        let sp = global(EXPORT_SP)?.i32()?.cast_unsigned().into();
        let g = global(EXPORT_G)?.i64()?.cast_unsigned();
        let frames = error.downcast_ref::<WasmBacktrace>().map(WasmBacktrace::frames).unwrap_or_default();
        let native: Vec<u32> = frames.iter().filter_map(|f| f.func_index().checked_sub(self.imported)).collect();
        let program = go::program(&Module::parse(self.source.as_ref()?).ok()?)?;
        let registers = stack::Registers { sp, g, native: &native };
        let memory = self.memory?.data(&store);
        let now = i64::try_from(now_ns).ok();
        state(&Dump::new(&program, memory, Some(registers), now), &registers, everything)
    }
}

fn state(dump: &Dump<'_, [u8]>, registers: &stack::Registers<'_>, everything: bool) -> Option<GoState> {
    let listed = dump.listed();
    let running = listed.first().filter(|goroutine| goroutine.status.is_running());
    let mut traceback = String::new();
    let mut goroutines = Vec::new();
    match running {
        Some(running) if !everything => dump.write_goroutine(&mut traceback, running).ok()?,
        _ => {
            dump.write_all(&mut traceback).ok()?;
            goroutines = listed.iter().map(|goroutine| report(dump, goroutine)).collect();
        }
    }
    let leaf = dump.interrupted().and_then(|walk| walk.frames.first().map(|frame| frame.pc));
    Some(GoState {
        is_dying: dump.is_dying(),
        dies_of: dump.dies_of(),
        registers: Registers { sp: registers.sp, g: registers.g, pc: leaf },
        running: running.map(|goroutine| report(dump, goroutine)),
        goroutines,
        traceback,
    })
}

fn report(dump: &Dump<'_, [u8]>, goroutine: &goroutines::Goroutine) -> Goroutine {
    let mut state = String::new();
    // Writing to a string does not fail.
    let _ = dump.write_state(&mut state, goroutine);
    let calls = dump.calls_of(goroutine);
    Goroutine {
        id: goroutine.id,
        state,
        frames: calls.printed.into_iter().map(frame).collect(),
        elided: calls.elided,
        parent: goroutine.parent,
        created_by: dump.creator(goroutine).map(frame),
    }
}

fn frame(frame: program::Frame<'_>) -> Frame {
    let (file, line) = frame.position.map(|position| (position.file.into_owned(), position.line)).unzip();
    Frame { function: frame.function.into_owned(), file, line }
}
