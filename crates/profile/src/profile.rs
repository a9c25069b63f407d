//! Samples with names, in tables that the outputs share.
//!
//! Key type: [`Profile`]. Its tables are those of the pprof format: strings, functions, locations (a program counter with
//! the calls inlined there), stacks of locations, samples. Reports see [`Profile::stacks`]. Neighbours:
//! [`crate::builder`] below; [`crate::pprof`], [`crate::folded`] and [`crate::top`] above.
//!
//! A binary can claim a great many inlined calls and long names at each program counter, so tables are bounded: past
//! [`MAX_LINES`] only the function itself is kept, past [`MAX_TEXT`] new names are `[unnamed]`.

use std::iter;

use indexmap::{IndexMap, IndexSet};

use crate::builder::{Builder, Dropped, Kind, Labels, Program, ProgramId, Span};
use crate::frame::{Frame, clean};

/// Source positions that are kept in all.
const MAX_LINES: usize = 1 << 20;
/// Bytes of names that are kept in all.
const MAX_TEXT: usize = 64 << 20;

/// A finished profile.
#[derive(Debug, Clone)]
pub struct Profile {
    pub(crate) kind: Kind,
    pub(crate) span: Span,
    pub(crate) dropped: Dropped,
    pub(crate) programs: IndexSet<Program>,
    pub(crate) strings: Strings,
    pub(crate) functions: IndexSet<Function>,
    pub(crate) locations: Vec<Location>,
    /// Indices of locations, innermost first.
    pub(crate) stacks: Vec<Vec<usize>>,
    pub(crate) samples: Vec<Counted>,
}

/// Names; numbers of functions, files and names are places in here. The empty one is first, as in the pprof format.
#[derive(Debug, Clone)]
pub(crate) struct Strings {
    pub(crate) table: IndexSet<Box<str>>,
    bytes: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Function {
    pub(crate) name: usize,
    pub(crate) file: usize,
    pub(crate) start_line: u32,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Line {
    pub(crate) function: usize,
    /// The function's name, which reports ask for most.
    pub(crate) name: usize,
    pub(crate) line: u32,
}

#[derive(Debug, Clone)]
pub(crate) struct Location {
    /// `None`: the host's.
    pub(crate) program: Option<ProgramId>,
    pub(crate) address: u64,
    /// Innermost first, never empty.
    pub(crate) lines: Vec<Line>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Counted {
    pub(crate) stack: usize,
    pub(crate) labels: Labels,
    pub(crate) count: u64,
}

/// What a location stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Place {
    Counter(ProgramId, u64),
    SystemCall(&'static str),
    Truncated,
    Unknown,
}

/// A call of a stack, for reports.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call {
    /// Function name, in [`Profile::name`].
    pub(crate) name: usize,
    /// Inlined into its caller.
    pub(crate) inlined: bool,
}

impl Strings {
    fn new() -> Self {
        Self { table: iter::once("".into()).collect(), bytes: 0 }
    }

    /// The number of a text that is clean.
    fn intern(&mut self, text: &str) -> usize {
        if let Some(known) = self.table.get_index_of(text) {
            return known;
        }
        let bytes = self.bytes.saturating_add(text.len());
        if bytes > MAX_TEXT {
            return self.table.insert_full("[unnamed]".into()).0;
        }
        self.bytes = bytes;
        self.table.insert_full(text.into()).0
    }
}

impl Profile {
    pub(crate) fn resolve(
        builder: &Builder,
        span: Span,
        symbolise: impl FnMut(ProgramId, u64) -> Option<Vec<Frame>>,
    ) -> Self {
        let mut resolver = Resolver {
            symbolise,
            known: IndexMap::new(),
            strings: Strings::new(),
            functions: IndexSet::new(),
            locations: Vec::new(),
            lines: 0,
        };
        let stacks = builder.stacks.iter().map(|stack| {
            let leaf = stack.system_call.map(Place::SystemCall);
            let calls = stack.pcs.iter().map(|&pc| Place::Counter(stack.program, pc));
            let root = stack.truncated.then_some(Place::Truncated);
            let places = leaf.into_iter().chain(calls).chain(root);
            let mut locations: Vec<usize> = places.filter_map(|place| resolver.location(place)).collect();
            if locations.is_empty() {
                locations.extend(resolver.location(Place::Unknown));
            }
            locations
        });
        let stacks = stacks.collect();
        let counted = |(&(stack, labels), &count): (&(usize, Labels), &u64)| Counted { stack, labels, count };
        Self {
            kind: builder.kind,
            span,
            dropped: builder.dropped(),
            programs: builder.programs.clone(),
            strings: resolver.strings,
            functions: resolver.functions,
            locations: resolver.locations,
            stacks,
            samples: builder.counters.iter().map(counted).collect(),
        }
    }

    /// What it counts.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// What is not in it.
    pub fn dropped(&self) -> Dropped {
        self.dropped
    }

    /// The sum of the values that reports show: nanoseconds of processor time, or goroutines. Below 2^63.
    pub fn total(&self) -> i64 {
        self.samples.iter().fold(0, |sum, sample| sum.saturating_add(self.value(sample)))
    }

    /// The value of a sample that reports show.
    pub(crate) fn value(&self, sample: &Counted) -> i64 {
        i64::try_from(sample.count).unwrap_or(i64::MAX).saturating_mul(self.kind.unit_value())
    }

    pub(crate) fn name(&self, name: usize) -> &str {
        self.strings.table.get_index(name).map_or("", |name| name)
    }

    /// Every sample's value with its calls, outermost first.
    pub(crate) fn stacks(&self) -> impl Iterator<Item = (i64, impl Iterator<Item = Call>)> {
        self.samples.iter().map(|sample| {
            let stack = self.stacks.get(sample.stack).map(Vec::as_slice).unwrap_or_default();
            let locations = stack.iter().rev().filter_map(|&location| self.locations.get(location));
            let calls = locations.flat_map(|location| {
                let inlined = iter::once(false).chain(iter::repeat(true));
                location.lines.iter().rev().zip(inlined).map(|(line, inlined)| Call { name: line.name, inlined })
            });
            (self.value(sample), calls)
        })
    }
}

struct Resolver<S> {
    symbolise: S,
    /// Locations by place; `None` for those that are left out.
    known: IndexMap<Place, Option<usize>>,
    strings: Strings,
    functions: IndexSet<Function>,
    locations: Vec<Location>,
    lines: usize,
}

impl<S: FnMut(ProgramId, u64) -> Option<Vec<Frame>>> Resolver<S> {
    fn location(&mut self, place: Place) -> Option<usize> {
        if let Some(&known) = self.known.get(&place) {
            return known;
        }
        let named = |name: &str| vec![Frame { function: name.to_owned(), ..Frame::default() }];
        let (program, address, frames) = match place {
            Place::Counter(program, pc) => (Some(program), pc, (self.symbolise)(program, pc)),
            Place::SystemCall(name) => (None, 0, Some(named(&format!("[host].{name}")))),
            Place::Truncated => (None, 0, Some(named("[truncated]"))),
            Place::Unknown => (None, 0, None),
        };
        let frames = frames.unwrap_or_else(|| vec![Frame::default()]);
        let lines = self.lines(&frames);
        let location = (!lines.is_empty()).then_some(self.locations.len());
        if location.is_some() {
            self.locations.push(Location { program, address, lines });
        }
        self.known.insert(place, location);
        location
    }

    fn lines(&mut self, frames: &[Frame]) -> Vec<Line> {
        let fits = self.lines.saturating_add(frames.len()) <= MAX_LINES;
        let kept = if fits { frames } else { frames.last().map(std::slice::from_ref).unwrap_or_default() };
        self.lines = self.lines.saturating_add(kept.len());
        kept.iter().map(|frame| self.line(frame)).collect()
    }

    fn line(&mut self, frame: &Frame) -> Line {
        let name = clean(&frame.function);
        let name = self.strings.intern(if name.is_empty() { "[unknown]" } else { &name });
        let file = self.strings.intern(&clean(&frame.file));
        let (function, _) = self.functions.insert_full(Function { name, file, start_line: frame.start_line });
        Line { function, name, line: frame.line }
    }
}
