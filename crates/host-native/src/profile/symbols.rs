//! What samples' addresses mean: places in compiled code → functions and places in the module → a Go program's PCs → names.
//!
//! Counters ([`Symbols::stack`]) are Go's PCs for Go programs, function indices for others. Names of other programs' functions
//! are those of the name section, demangled. Key type: [`Symbols`].

use std::collections::BTreeMap;
use std::sync::Arc;

use gopherix_golang::blocks::Blocks;
use gopherix_golang::module::Module;
use gopherix_golang::program::Program;
use gopherix_golang::stack::{Memory, Registers, running, user_goroutine};
use gopherix_profile::Frame;
use gopherix_profile::frame::go_frames;

use crate::go;

use super::slot::{FROM_CALL, FROM_CODE};

/// A compiled function.
struct Compiled {
    start: usize,
    end: usize,
    index: u32,
}

/// What can be told of a module's code.
pub(super) struct Symbols {
    /// By place in the compiled code.
    functions: Vec<Compiled>,
    /// By function index.
    names: BTreeMap<u32, String>,
    /// Place in the compiled code → place in the module.
    places: Vec<(usize, Option<u32>)>,
    imported: u32,
    go: Option<Go>,
}

/// A Go program, and the module it is compiled from.
struct Go {
    program: Program,
    module: Vec<u8>,
    /// Where bodies begin and end in it, by ordinal.
    bodies: Vec<(usize, usize)>,
    /// Of functions asked for.
    blocks: BTreeMap<u32, Blocks>,
}

/// A goroutine: the address of its `g`, and its number.
pub(super) type Goroutine = (u64, u64);

/// A sample as it was recorded.
pub(super) struct Record {
    pub(super) kind: u64,
    /// What it stands for.
    pub(super) count: u64,
    /// Which system call, for those.
    pub(super) call: u64,
    frames: Vec<u64>,
    go: Option<Regions>,
}

/// What was copied of a Go guest.
struct Regions {
    sp: u64,
    g: u64,
    /// Address and words.
    regions: Vec<(u64, Vec<u64>)>,
}

impl Record {
    /// Reads a record; `None` for what is none.
    pub(super) fn read(words: &[u64]) -> Option<Self> {
        let (&[kind, count, frames], rest) = words.split_first_chunk()?;
        let (frames, rest) = rest.split_at_checked(usize::try_from(frames).ok()?)?;
        let go = rest.split_first_chunk().map(|(&[sp, g], mut rest)| {
            let mut regions = Vec::new();
            while let Some((&[address, bytes], words)) = rest.split_first_chunk() {
                let length = usize::try_from(bytes >> 3).unwrap_or(usize::MAX);
                let Some((words, after)) = words.split_at_checked(length) else { break };
                regions.push((address, words.to_vec()));
                rest = after;
            }
            Regions { sp, g, regions }
        });
        Some(Record { kind: kind & 0xff, count, call: kind >> 8, frames: frames.to_vec(), go })
    }
}

impl Memory for Regions {
    fn read(&self, address: u64, out: &mut [u8]) -> bool {
        let end = u64::try_from(out.len()).ok().and_then(|length| address.checked_add(length));
        let found = self.regions.iter().find_map(|(start, words)| {
            let size = u64::try_from(size_of_val(words.as_slice())).ok()?;
            (*start <= address && end? <= start.checked_add(size)?).then_some((start, words))
        });
        let Some((start, words)) = found else { return false };
        let offset = address.saturating_sub(*start);
        let skipped = usize::try_from(offset >> 3).unwrap_or(usize::MAX);
        let within = usize::try_from(offset & 7).unwrap_or(0);
        let bytes = words.iter().skip(skipped).flat_map(|word| word.to_le_bytes()).skip(within);
        out.iter_mut().zip(bytes).for_each(|(out, byte)| *out = byte);
        true
    }
}

impl Symbols {
    /// Of compiled code, and of the source if that is a Go program.
    pub(super) fn read(module: &wasmtime::Module, source: Option<&Arc<Vec<u8>>>, preemption: bool) -> Self {
        let mut names = BTreeMap::new();
        let functions = module.functions().map(|function| {
            let index = function.index.as_u32();
            names.extend(function.name.map(|name| (index, name)));
            Compiled { start: function.offset, end: function.offset.saturating_add(function.len), index }
        });
        let mut functions: Vec<Compiled> = functions.collect();
        functions.sort_unstable_by_key(|function| function.start);
        let imported = functions.iter().map(|function| function.index).min().unwrap_or(0);
        let places = module.address_map().map(Iterator::collect).unwrap_or_default();
        let go = source.and_then(|source| Go::read(source, preemption));
        Symbols { functions, names, places, imported, go }
    }

    /// The Go program, if it is one that is understood.
    pub(super) fn go(&self) -> Option<&Program> {
        self.go.as_ref().map(|go| &go.program)
    }

    /// Function index and place in the module of a place in the compiled code.
    fn place(&self, at: usize) -> Option<(u32, u32)> {
        let next = self.functions.partition_point(|function| function.start <= at);
        let function = self.functions.get(next.checked_sub(1)?).filter(|function| at < function.end)?;
        let next = self.places.partition_point(|(start, _)| *start <= at);
        let known = self.places.get(..next)?.iter().rev().take_while(|(start, _)| *start >= function.start);
        // Code that is of no one place belongs to what precedes it.
        Some((function.index, known.filter_map(|(_, place)| *place).next().unwrap_or(0)))
    }

    /// Program counters of a sample, innermost first, and the goroutine.
    pub(super) fn stack(&mut self, record: &Record) -> (Vec<u64>, Option<Goroutine>) {
        let mut native: Vec<(u32, u32)> = Vec::new();
        for (depth, &frame) in record.frames.iter().enumerate() {
            if record.kind == FROM_CALL {
                native.push((u32::try_from(frame >> 32).unwrap_or(0), u32::try_from(frame & 0xffff_ffff).unwrap_or(0)));
            } else {
                // A return address may be that of another line, or function, already.
                let before = u64::from(depth > 0 || record.kind != FROM_CODE);
                let at = usize::try_from(frame.saturating_sub(before)).unwrap_or(usize::MAX);
                native.extend(self.place(at));
            }
        }
        let imported = self.imported;
        match &mut self.go {
            Some(go) => go.stack(&native, imported, record.go.as_ref()),
            None => (native.into_iter().map(|(index, _)| u64::from(index)).collect(), None),
        }
    }

    /// The calls at a program counter.
    pub(super) fn frames(&self, pc: u64) -> Option<Vec<Frame>> {
        let index = match &self.go {
            Some(go) => match go_frames(&go.program, pc) {
                Some(frames) => return Some(frames),
                None => u32::try_from(pc >> 16).ok()?.checked_sub(FUNCTIONS)?.checked_add(self.imported)?,
            },
            None => u32::try_from(pc).ok()?,
        };
        let name = self.names.get(&index)?;
        Some(vec![Frame { function: demangled(name), ..Frame::default() }])
    }
}

/// PCs of Go's count functions from here (Go's linker, `cmd/link/internal/wasm/asm.go`).
const FUNCTIONS: u32 = 0x1000;

impl Go {
    fn read(source: &[u8], preemption: bool) -> Option<Self> {
        let program = go::program(&Module::parse(source).ok()?)?;
        let module = go::prepare(source, preemption, false).bytes.into_owned();
        let written = Module::parse(&module).ok()?;
        let offset = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
        let bodies = written.bodies.iter().map(|body| (offset(body.start), offset(body.end))).collect();
        Some(Go { program, bodies, module, blocks: BTreeMap::new() })
    }

    /// The PC of a place in a function.
    fn pc(&mut self, ordinal: u32, place: u32) -> u64 {
        let body = usize::try_from(ordinal).ok().and_then(|at| self.bodies.get(at)).copied();
        let offset = usize::try_from(place).ok().zip(body).and_then(|(at, (start, _))| at.checked_sub(start));
        let module = &self.module;
        let blocks = self.blocks.entry(ordinal).or_insert_with(|| {
            let bytes = body.and_then(|(start, end)| module.get(start..end));
            Blocks::read(bytes.unwrap_or_default())
        });
        let block = offset.map_or(0, |offset| blocks.at(offset));
        u64::from(FUNCTIONS).saturating_add(u64::from(ordinal)) << 16 | u64::from(block)
    }

    fn stack(
        &mut self,
        native: &[(u32, u32)],
        imported: u32,
        regions: Option<&Regions>,
    ) -> (Vec<u64>, Option<Goroutine>) {
        let mut defined: Vec<(u32, u32)> = Vec::new();
        for &(index, place) in native {
            defined.extend(index.checked_sub(imported).map(|ordinal| (ordinal, place)));
        }
        let ordinals: Vec<u32> = defined.iter().map(|&(ordinal, _)| ordinal).collect();
        let walk = regions.map(|memory| {
            let registers = Registers { sp: memory.sp, g: memory.g, native: &ordinals };
            (
                running(&self.program, memory, &registers),
                user_goroutine(&self.program, memory, memory.g).unwrap_or(memory.g),
            )
        });
        let goroutine = walk.as_ref().zip(regions).and_then(|((_, user), memory)| {
            let id = memory.u64_at(user.checked_add(self.program.runtime().layout.g.goid)?)?;
            Some((*user, id))
        });
        if let Some((walk, _)) = walk
            && walk.complete
        {
            // Of what is on wasm's own stack the engine knows the place; helpers have no frame of Go's.
            let exact = walk.frames.iter().take_while(|frame| frame.function_only).count();
            let mut pcs: Vec<u64> =
                defined.iter().take(exact).map(|&(ordinal, place)| self.pc(ordinal, place)).collect();
            pcs.extend(walk.frames.iter().skip(exact).map(|frame| frame.symbol_pc()));
            return (pcs, goroutine);
        }
        (defined.iter().map(|&(ordinal, place)| self.pc(ordinal, place)).collect(), goroutine)
    }
}

/// A name as people read it: Rust's and C++'s are spelled out.
fn demangled(name: &str) -> String {
    if let Ok(rust) = rustc_demangle::try_demangle(name) {
        return format!("{rust:#}");
    }
    let cpp = cpp_demangle::Symbol::new(name).ok().filter(|_| name.starts_with("_Z"));
    cpp.and_then(|symbol| symbol.demangle().ok()).unwrap_or_else(|| name.to_owned())
}

#[cfg(test)]
mod tests;
