//! All goroutines of a guest, and their traceback in the words of Go's own.
//!
//! Key types: [`Goroutine`], one of them as its structure says, and [`Dump`], which prints them. Argument words are left
//! out: `main.f(...)`. Reference: Go's `runtime/traceback.go` (`goroutineheader`, `traceback2`, `tracebackothers`).
//! Neighbours: [`crate::stack`] walks, [`crate::program`] names. What is printed comes from the guest's file: a terminal's
//! printer must escape control characters.

use crate::program::Program;
use crate::stack::{self, Memory, Registers, Walk};
use crate::wait_reason;
use crate::work::Budget;

mod fatal;
mod names;
mod print;

pub use print::Calls;

use names::Names;

/// How many goroutines are listed.
pub const MAX_GOROUTINES: usize = 1 << 20;

/// Numbers of `g.atomicstatus` (Go's `runtime/runtime2.go`).
mod number {
    pub(super) const RUNNING: u32 = 2;
    pub(super) const SYSCALL: u32 = 3;
    pub(super) const WAITING: u32 = 4;
    pub(super) const DEAD: u32 = 6;
    pub(super) const LEAKED: u32 = 10;
    pub(super) const DEAD_EXTRA: u32 = 11;
    pub(super) const SCAN: u32 = 0x1000;
}

/// The state of a goroutine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status(u32);

impl Status {
    /// It runs, or is where the scheduler works for it.
    pub fn is_running(self) -> bool {
        self.base() == number::RUNNING
    }

    /// It is in a system call.
    pub fn is_syscall(self) -> bool {
        self.base() == number::SYSCALL
    }

    /// It waits for something.
    pub fn is_waiting(self) -> bool {
        self.base() == number::WAITING
    }

    /// The structure is free for another.
    pub fn is_dead(self) -> bool {
        matches!(self.base(), number::DEAD | number::DEAD_EXTRA)
    }

    /// The collector found that nothing can ever wake it (Go 1.26).
    pub fn is_leaked(self) -> bool {
        self.base() == number::LEAKED
    }

    /// The collector looks at its stack.
    pub fn is_scanned(self) -> bool {
        self.0 & number::SCAN != 0
    }

    /// In Go's words.
    pub fn text(self) -> &'static str {
        match self.base() {
            0 => "idle",
            1 => "runnable",
            number::RUNNING => "running",
            number::SYSCALL => "syscall",
            number::WAITING => "waiting",
            number::DEAD => "dead",
            8 => "copystack",
            9 => "preempted",
            number::LEAKED => "leaked",
            number::DEAD_EXTRA => "waiting for cgo callback",
            _ => "???",
        }
    }

    fn base(self) -> u32 {
        self.0 & !number::SCAN
    }
}

/// One goroutine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Goroutine {
    /// Address of its structure.
    pub address: u64,
    /// Its number.
    pub id: u64,
    /// Its state.
    pub status: Status,
    /// Why it waits; `None` unless it does, or if the number is not known.
    pub wait_reason: Option<&'static str>,
    /// When it began to wait, in nanoseconds on the guest's monotonic clock; 0 if not recorded.
    pub wait_since: i64,
    /// It is locked to its thread.
    pub locked: bool,
    /// The goroutine that started it; 0 if none.
    pub parent: u64,
    /// PC of the `go` statement; 0 if none.
    pub created_at: u64,
    /// PC of its first function.
    pub starts_at: u64,
    /// Number of the synctest bubble it runs in; `None` outside of one, and before Go 1.25.
    pub bubble: Option<u64>,
}

impl Goroutine {
    /// Reads the structure at `address`; `None` if it does not lie in the memory.
    pub fn read(program: &Program, memory: &(impl Memory + ?Sized), address: u64) -> Option<Self> {
        let layout = &program.runtime().layout.g;
        let field = |offset: u64| memory.u64_at(address.checked_add(offset)?);
        let status = Status(memory.u32_at(address.checked_add(layout.atomicstatus)?)?);
        let reason = memory.byte_at(address.checked_add(layout.waitreason)?)?;
        let waits = (status.is_waiting() || status.is_leaked()) && reason != 0;
        let minor = program.runtime().release.minor;
        Some(Self {
            address,
            id: field(layout.goid)?,
            status,
            wait_reason: waits.then(|| wait_reason::text(minor, reason)).flatten(),
            wait_since: field(layout.waitsince)?.cast_signed(),
            locked: field(layout.lockedm)? != 0,
            parent: field(layout.parent_goid)?,
            created_at: field(layout.gopc)?,
            starts_at: field(layout.startpc)?,
            bubble: bubble(program, memory, address),
        })
    }

    /// Its stack. `registers` is the state of a guest that was interrupted while it ran; without it a running goroutine
    /// has no frames.
    pub fn stack(&self, program: &Program, memory: &(impl Memory + ?Sized), registers: Option<&Registers<'_>>) -> Walk {
        self.stack_within(program, memory, registers, &Budget::new(stack::WALK_STEPS))
    }

    /// [`Goroutine::stack`], as far as the budget goes: for who walks many, since together they may be immense.
    pub fn stack_within(
        &self,
        program: &Program,
        memory: &(impl Memory + ?Sized),
        registers: Option<&Registers<'_>>,
        budget: &Budget,
    ) -> Walk {
        let is_current = |registers: &&Registers<'_>| {
            registers.g == self.address || stack::user_goroutine(program, memory, registers.g) == Some(self.address)
        };
        match registers.filter(is_current) {
            Some(registers) => stack::running_within(program, memory, registers, budget),
            None if self.status.is_running() => Walk::default(),
            None => stack::parked_within(program, memory, self.address, budget),
        }
    }
}

/// Go 1.24 has groups without a number in place of bubbles.
fn bubble(program: &Program, memory: &(impl Memory + ?Sized), goroutine: u64) -> Option<u64> {
    let layout = program.runtime().layout;
    let bubble = memory.u64_at(goroutine.checked_add(layout.g.bubble?)?).filter(|&bubble| bubble != 0)?;
    memory.u64_at(bubble.checked_add(layout.bubble_id?)?)
}

/// All goroutines that are not dead, in the order of their structures. Those of the runtime itself are among them.
pub fn all(program: &Program, memory: &(impl Memory + ?Sized)) -> Vec<Goroutine> {
    let allgs = program.runtime().allgs;
    let slice = memory.u64_at(allgs).zip(allgs.checked_add(8).and_then(|length| memory.u64_at(length)));
    let Some((array, length)) = slice else { return Vec::new() };
    let addresses = (0..length).map_while(|index| memory.u64_at(array.checked_add(index.checked_mul(8)?)?));
    let goroutines = addresses.take(MAX_GOROUTINES).filter_map(|address| Goroutine::read(program, memory, address));
    goroutines.filter(|goroutine| !goroutine.status.is_dead()).collect()
}

/// What a traceback is made of.
#[derive(Debug)]
pub struct Dump<'a, M: ?Sized> {
    program: &'a Program,
    memory: &'a M,
    registers: Option<Registers<'a>>,
    now: Option<i64>,
    names: Names<'a>,
}

impl<'a, M: Memory + ?Sized> Dump<'a, M> {
    /// Of a program and its memory. `registers` is its state, if it was interrupted while it ran, `now` the time on the
    /// guest's monotonic clock in nanoseconds, if known: for how long goroutines have been waiting.
    pub fn new(program: &'a Program, memory: &'a M, registers: Option<Registers<'a>>, now: Option<i64>) -> Self {
        Self { program, memory, registers, now, names: Names::new(program) }
    }

    /// The stack of the guest that was interrupted.
    pub fn interrupted(&self) -> Option<Walk> {
        self.registers.as_ref().map(|registers| stack::running(self.program, self.memory, registers))
    }
}
