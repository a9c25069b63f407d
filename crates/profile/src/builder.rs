//! Takes samples while guests run: stacks are numbers here, each kept once, and counted.
//!
//! Key types: [`Builder`]; [`Sample`], what it takes; [`Limits`], what it may hold. Names come later, when
//! [`Builder::profile`] asks a symboliser once for every program counter met. Neighbour: [`crate::profile`], the result.
//! No locks: a home with several threads keeps the builder behind one of its own.

use std::time::Duration;

use indexmap::{Equivalent, IndexMap, IndexSet};

use crate::frame::{Frame, clean};
use crate::profile::Profile;

/// What a profile counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Where processor time goes. A sample stands for `period` of it. As Go's own CPU profiles (`runtime/pprof`), its
    /// values are samples/count and cpu/nanoseconds.
    Cpu {
        /// Time between two samples. Nanoseconds count, from 1 to 2^63-1.
        period: Duration,
    },
    /// Where goroutines are, running or not: goroutine/count, as Go's `goroutine` profile.
    Goroutine,
}

impl Kind {
    /// What one counted sample adds to the value that reports show: nanoseconds, or one.
    pub(crate) fn unit_value(self) -> i64 {
        match self {
            Kind::Cpu { period } => i64::try_from(period.as_nanos()).unwrap_or(i64::MAX).max(1),
            Kind::Goroutine => 1,
        }
    }
}

/// What bounds a builder's memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Frames kept of one stack, innermost first; what is cut off shows as one outermost frame `[truncated]`.
    pub depth: usize,
    /// About how many bytes stacks and counters may take. What would exceed that is dropped and counted.
    pub bytes: usize,
}

impl Default for Limits {
    /// 512 frames, 64 MiB: an hour of stacks that never repeat, 30 deep, at 100 Hz.
    fn default() -> Self {
        Self { depth: 512, bytes: 64 << 20 }
    }
}

/// A program whose processes are sampled, as [`Builder::program`] numbers them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProgramId(pub(crate) usize);

/// Whose sample it is. What is not known stays out of the profile.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Labels {
    /// Process id; label `pid`.
    pub process: Option<u32>,
    /// The process' thread (Go's M); label `thread`.
    pub thread: Option<u32>,
    /// Go's goroutine id; label `goroutine`.
    pub goroutine: Option<u64>,
}

/// One look at a stack.
#[derive(Debug, Clone, Copy)]
pub struct Sample<'a> {
    /// What the process runs.
    pub program: ProgramId,
    /// Program counters, innermost first; callers' in front of the return address, so that they name the call's line
    /// (`gopherix_golang::stack::StackFrame::symbol_pc`).
    pub stack: &'a [u64],
    /// The system call that the host is busy with for the guest, a leaf of its own: `[host].fd_read`.
    pub system_call: Option<&'static str>,
    /// Whose it is.
    pub labels: Labels,
    /// How many samples this stands for: more than one if ticks were late.
    pub count: u64,
}

/// When samples were taken. Zero means that it is not known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Span {
    /// Since the Unix epoch.
    pub started: Duration,
    /// How long.
    pub length: Duration,
}

/// What did not fit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Dropped {
    /// Samples that are not in the profile.
    pub samples: u64,
    /// Stacks, each counted once, that lost their outermost frames.
    pub truncated: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Stack {
    pub(crate) program: ProgramId,
    pub(crate) system_call: Option<&'static str>,
    pub(crate) truncated: bool,
    pub(crate) pcs: Box<[u64]>,
}

/// A [`Stack`] to look up; fields in the same order, so that it hashes alike.
#[derive(Hash)]
struct StackRef<'a> {
    program: ProgramId,
    system_call: Option<&'static str>,
    truncated: bool,
    pcs: &'a [u64],
}

impl Equivalent<Stack> for StackRef<'_> {
    fn equivalent(&self, other: &Stack) -> bool {
        self.program == other.program
            && self.system_call == other.system_call
            && self.truncated == other.truncated
            && *self.pcs == *other.pcs
    }
}

/// A program by its file name and build id.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Program {
    pub(crate) file: String,
    pub(crate) build_id: String,
}

/// What a stack takes beside its program counters, and what a counter takes: table entries at their usual load.
const STACK_BYTES: usize = 80;
const COUNTER_BYTES: usize = 96;

/// Collects samples of one kind.
#[derive(Debug, Clone)]
pub struct Builder {
    pub(crate) kind: Kind,
    limits: Limits,
    pub(crate) programs: IndexSet<Program>,
    pub(crate) stacks: IndexSet<Stack>,
    /// By stack, in the order met, so that the same samples make the same profile.
    pub(crate) counters: IndexMap<(usize, Labels), u64>,
    total: u64,
    bytes: usize,
    dropped: Dropped,
}

impl Builder {
    /// An empty one.
    pub fn new(kind: Kind, limits: Limits) -> Self {
        Self {
            kind,
            limits,
            programs: IndexSet::new(),
            stacks: IndexSet::new(),
            counters: IndexMap::new(),
            total: 0,
            bytes: 0,
            dropped: Dropped::default(),
        }
    }

    /// The number of a program, for [`Sample::program`]; the same for the same names. `file` is what reports call it;
    /// `build_id` may be empty. Programs do not count against the limits: there are as many as modules were loaded.
    pub fn program(&mut self, file: &str, build_id: &str) -> ProgramId {
        let program = Program { file: clean(file).into_owned(), build_id: clean(build_id).into_owned() };
        ProgramId(self.programs.insert_full(program).0)
    }

    /// Counts a sample; false if it was dropped, for want of memory or because values would pass 2^63.
    pub fn add(&mut self, sample: &Sample<'_>) -> bool {
        let kept = self.try_add(sample).is_some();
        if !kept {
            self.dropped.samples = self.dropped.samples.saturating_add(sample.count);
        }
        kept
    }

    fn try_add(&mut self, sample: &Sample<'_>) -> Option<()> {
        let total = self.total.checked_add(sample.count)?;
        i64::try_from(total).ok()?.checked_mul(self.kind.unit_value())?;
        if sample.count == 0 {
            return Some(());
        }
        let stack = self.stack(sample)?;
        let key = (stack, sample.labels);
        if !self.counters.contains_key(&key) {
            self.reserve(COUNTER_BYTES)?;
        }
        let count = self.counters.entry(key).or_default();
        *count = count.saturating_add(sample.count);
        self.total = total;
        Some(())
    }

    fn stack(&mut self, sample: &Sample<'_>) -> Option<usize> {
        let pcs = sample.stack.get(..self.limits.depth).unwrap_or(sample.stack);
        let truncated = pcs.len() < sample.stack.len();
        let wanted = StackRef { program: sample.program, system_call: sample.system_call, truncated, pcs };
        if let Some(index) = self.stacks.get_index_of(&wanted) {
            return Some(index);
        }
        self.reserve(size_of_val(pcs).checked_add(STACK_BYTES)?)?;
        self.dropped.truncated = self.dropped.truncated.saturating_add(u64::from(truncated));
        let StackRef { program, system_call, .. } = wanted;
        Some(self.stacks.insert_full(Stack { program, system_call, truncated, pcs: pcs.into() }).0)
    }

    fn reserve(&mut self, bytes: usize) -> Option<()> {
        self.bytes = self.bytes.checked_add(bytes).filter(|&bytes| bytes <= self.limits.bytes)?;
        Some(())
    }

    /// Counts samples that were lost before they came here.
    pub fn lose(&mut self, samples: u64) {
        self.dropped.samples = self.dropped.samples.saturating_add(samples);
    }

    /// Samples counted so far.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// What did not fit so far.
    pub fn dropped(&self) -> Dropped {
        self.dropped
    }

    /// The samples so far with names; the builder can go on counting.
    ///
    /// `symbolise` is asked once for each program counter: for the calls there, innermost first, of which all but the
    /// last are inlined into the last. `None` is for places that nothing is known of; an empty list leaves the place out
    /// of its stacks, as Go leaves out wrappers that its compiler made.
    pub fn profile(&self, span: Span, symbolise: impl FnMut(ProgramId, u64) -> Option<Vec<Frame>>) -> Profile {
        Profile::resolve(self, span, symbolise)
    }
}
