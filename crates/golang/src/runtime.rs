//! The Go runtime inside a binary: its release's layout, checked against the binary's own code, and where its variables are.
//!
//! Key type: [`Runtime`]. Whoever reads or writes a running guest's goroutines starts here and, on an error, does without
//! all that needs them. Names come from the function table, so stripping (`-ldflags='-s -w'`) makes no difference.
//! Neighbours: [`crate::layout`] has the numbers, `code` reads the instructions.
//!
//! What is read (Go's `runtime/asm_wasm.s`, `runtime/proc.go`): `rt0_go` links `m0` and `g0` to each other;
//! `systemstack` compares g with `m.curg` and saves g's SP and PC; `morestack` compares g with `m.gsignal`; each prologue
//! compares SP with `stackguard0`; `execute` resets `waitsince`, `preempt` and `stackguard0`; `allgadd` appends to
//! `allgs`.

use std::collections::BTreeSet;

use crate::buildinfo::Toolchain;
use crate::code::{self, Event, Root, Value};
use crate::image::Image;
use crate::layout::{self, Layout};
use crate::module::Module;
use crate::pclntab::Pclntab;
use crate::release::{self, Release};

/// The wasm global that holds the current goroutine (Go's linker, `cmd/link/internal/wasm/asm.go`).
pub const GLOBAL_G: u32 = 2;
/// The wasm global that holds the Go stack pointer.
pub const GLOBAL_SP: u32 = 0;

/// Why nothing is known of a binary's runtime.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuntimeError {
    /// The binary does not say which Go release made it.
    #[error("the binary does not name its Go release")]
    NoVersion,
    /// A release without a row in the table of layouts.
    #[error("{0} is not among the Go releases known here")]
    UnknownRelease(String),
    /// The function table is not as that release writes it.
    #[error("the function table is not as {0} writes it")]
    Table(String),
    /// A function of the runtime that is looked at is not there.
    #[error("the Go runtime has no function {0}")]
    Missing(&'static str),
    /// A function's code does not do what the layout says.
    #[error("the code of {function} does not agree with the known layout of {what}")]
    Disagrees {
        /// The function looked at.
        function: &'static str,
        /// The fields or variables in question.
        what: &'static str,
    },
    /// `runtime.moduledata` was not found, or not as expected.
    #[error("the Go runtime's module data was not found")]
    Moduledata,
}

/// What is known of a binary's runtime. Addresses are byte addresses in memory 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Runtime {
    /// The release's row.
    pub release: &'static Release,
    /// Its structures.
    pub layout: &'static Layout,
    /// Address of `runtime.m0`, the first thread (stock Go on wasm has no other).
    pub m0: u64,
    /// Address of `runtime.g0`, that thread's scheduler goroutine.
    pub g0: u64,
    /// Address of `runtime.allgs`, a slice: pointer, length, capacity; 64 bits each. Its elements point to goroutines.
    pub allgs: u64,
    /// Address of `runtime.firstmoduledata`.
    pub moduledata: u64,
    /// What the offsets of functions' data are relative to.
    pub gofunc: u64,
}

impl Runtime {
    /// Reads a binary's runtime. `image` and `table` are those of `module`.
    pub fn read(module: &Module<'_>, image: &Image<'_>, table: &Pclntab) -> Result<Self, RuntimeError> {
        let version = Toolchain::read(module, image).version.ok_or(RuntimeError::NoVersion)?;
        let known = release::of_version(&version).zip(release::minor(&version).and_then(layout::of_minor));
        let Some((release, layout)) = known else {
            return Err(RuntimeError::UnknownRelease(version));
        };
        if (table.magic(), table.entry_unit(), table.header_size())
            != (release.magic, release.entry_unit, release.header_size)
        {
            return Err(RuntimeError::Table(version));
        }
        let checks = Checks { module, table, layout };
        let (m0, g0) = checks.rt0_go()?;
        checks.systemstack()?;
        checks.morestack()?;
        checks.prologues()?;
        checks.execute()?;
        let allgs = checks.allgs()?;
        let (moduledata, gofunc) = moduledata(image, table, layout).ok_or(RuntimeError::Moduledata)?;
        Ok(Self { release, layout, m0, g0, allgs, moduledata, gofunc })
    }
}

struct Checks<'a> {
    module: &'a Module<'a>,
    table: &'a Pclntab,
    layout: &'static Layout,
}

impl Checks<'_> {
    fn events(&self, function: &'static str) -> Result<Vec<Event>, RuntimeError> {
        let found = self.table.by_name(function).and_then(|found| self.module.body(found.ordinal()));
        found.map(code::events).ok_or(RuntimeError::Missing(function))
    }

    /// Addresses of `m0` and `g0`: m0.g0 = g0, g0.m = m0, g = g0.
    fn rt0_go(&self) -> Result<(u64, u64), RuntimeError> {
        let function = "runtime.rt0_go";
        let events = self.events(function)?;
        let g0 = events.iter().find_map(|event| match event {
            Event::SetGlobal(GLOBAL_G, value) => value.number(),
            _ => None,
        });
        let stored: Vec<(u64, u64)> = events
            .iter()
            .filter_map(|event| match event {
                Event::Store { at, bytes: 8, value } => at.number().zip(value.as_ref().and_then(Value::number)),
                _ => None,
            })
            .collect();
        let linked = |g0: u64| {
            let m = g0.checked_add(self.layout.g.m)?;
            let (_, m0) = *stored.iter().find(|(at, _)| *at == m)?;
            stored.contains(&(m0.checked_add(self.layout.m.g0)?, g0)).then_some((m0, g0))
        };
        g0.and_then(linked).ok_or(RuntimeError::Disagrees { function, what: "g.m and m.g0" })
    }

    fn systemstack(&self) -> Result<(), RuntimeError> {
        let (g, m) = (&self.layout.g, &self.layout.m);
        let function = "runtime.systemstack";
        let events = self.events(function)?;
        check(compares_g(&events, &[g.m, m.g0]), function, "g.m and m.g0")?;
        check(compares_g(&events, &[g.m, m.curg]), function, "m.curg")?;
        check(stores_to_g(&events, g.sched_pc) && stores_to_g(&events, g.sched_sp), function, "g.sched")
    }

    fn morestack(&self) -> Result<(), RuntimeError> {
        let function = "runtime.morestack";
        let events = self.events(function)?;
        check(compares_g(&events, &[self.layout.g.m, self.layout.m.gsignal]), function, "m.gsignal")
    }

    /// Of two functions that any program has. The first comparison in a function is its prologue's.
    fn prologues(&self) -> Result<(), RuntimeError> {
        for function in ["runtime.main", "runtime.gopanic"] {
            let events = self.events(function)?;
            let first = events.iter().find_map(|event| match event {
                Event::Compare(sp, guard) => Some((sp, guard)),
                _ => None,
            });
            let agrees = first.is_some_and(|(sp, guard)| {
                sp.root == Root::Global(GLOBAL_SP)
                    && guard.root == Root::Global(GLOBAL_G)
                    && guard.loads == [self.layout.g.stackguard0]
            });
            check(agrees, function, "g.stackguard0")?;
        }
        Ok(())
    }

    fn execute(&self) -> Result<(), RuntimeError> {
        let g = &self.layout.g;
        let function = "runtime.execute";
        let events = self.events(function)?;
        let zeroed = |offset: u64, size: u8| {
            let bases = events.iter().filter_map(move |event| match event {
                Event::Store { at, bytes, value: Some(value) }
                    if *bytes == size && at.add == offset && value.number() == Some(0) =>
                {
                    Some(&at.loads)
                }
                _ => None,
            });
            bases.collect::<BTreeSet<_>>()
        };
        let preempt = zeroed(g.preempt, 1);
        check(zeroed(g.waitsince, 8).intersection(&preempt).next().is_some(), function, "g.preempt and g.waitsince")?;
        let resets_guard = events.iter().any(|event| match event {
            Event::Store { at, bytes: 8, value: Some(value) } => {
                at.add == g.stackguard0 && value.loads.last() == Some(&g.stack_lo) && value.add != 0
            }
            _ => false,
        });
        check(resets_guard, function, "g.stackguard0 and g.stack")
    }

    /// The only slice variable of `allgadd`: three words at a constant address are read, and written back.
    fn allgs(&self) -> Result<u64, RuntimeError> {
        let function = "runtime.allgadd";
        let events = self.events(function)?;
        let mut read = BTreeSet::new();
        let mut written = BTreeSet::new();
        for event in &events {
            match event {
                Event::Load { at } => read.extend(at.number()),
                Event::Store { at, bytes: 8, .. } => written.extend(at.number()),
                _ => {}
            }
        }
        let is_slice = |address: u64| {
            [0u64, 8, 16].iter().all(|&offset| {
                address.checked_add(offset).is_some_and(|word| read.contains(&word) && written.contains(&word))
            })
        };
        let mut slices = read.iter().copied().filter(|&address| is_slice(address));
        match (slices.next(), slices.next()) {
            (Some(address), None) => Ok(address),
            _ => Err(RuntimeError::Disagrees { function, what: "runtime.allgs" }),
        }
    }
}

fn check(agrees: bool, function: &'static str, what: &'static str) -> Result<(), RuntimeError> {
    if agrees { Ok(()) } else { Err(RuntimeError::Disagrees { function, what }) }
}

/// Whether g is compared with what `loads` lead to from g.
fn compares_g(events: &[Event], loads: &[u64]) -> bool {
    events.iter().any(|event| match event {
        Event::Compare(left, right) => left.is_global(GLOBAL_G, &[]) && right.is_global(GLOBAL_G, loads),
        _ => false,
    })
}

fn stores_to_g(events: &[Event], offset: u64) -> bool {
    let field = Value { root: Root::Global(GLOBAL_G), loads: Vec::new(), add: offset };
    events.iter().any(|event| matches!(event, Event::Store { at, bytes: 8, .. } if *at == field))
}

/// Addresses of `firstmoduledata` and `go:func.*`. The structure starts with the function table's address and goes on
/// with slices of its parts.
fn moduledata(image: &Image<'_>, table: &Pclntab, layout: &Layout) -> Option<(u64, u64)> {
    /// How many places that hold the table's address are tried.
    const CANDIDATES: usize = 64;
    let fields = &layout.moduledata;
    let address = table.address();
    // A search needs a first byte that is not zero; the table is aligned, so its address may end in zeros.
    let bytes = address.to_le_bytes();
    let skipped = bytes.iter().position(|&byte| byte != 0)?;
    let needle = bytes.get(skipped..)?;
    let [names, units, files, tables, functions] = table.part_addresses();
    let expected = [
        (fields.pc_header, address),
        (fields.funcnametab, names),
        (fields.cutab, units),
        (fields.filetab, files),
        (fields.pctab, tables),
        (fields.pclntable, functions),
        (fields.minpc, table.functions().next()?.entry()),
    ];
    let is_moduledata = |start: u64| {
        expected.iter().all(|&(offset, value)| {
            start.checked_add(offset).and_then(|field| image.u64_at(field)).is_some_and(|found| found == value)
        })
    };
    let skipped = u64::try_from(skipped).ok()?;
    image
        .find(needle)
        .take(CANDIDATES)
        .filter_map(|hit| hit.checked_sub(skipped)?.checked_sub(fields.pc_header))
        .find(|&start| start.is_multiple_of(8) && is_moduledata(start))
        .and_then(|start| {
            let gofunc = image.u64_at(start.checked_add(fields.gofunc)?)?;
            (gofunc >= image.start() && gofunc < image.end()).then_some((start, gofunc))
        })
}
