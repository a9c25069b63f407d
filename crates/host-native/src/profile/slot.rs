//! What the signal handler knows of a guest, and what it copies at a tick.
//!
//! A record holds how many samples it stands for, the functions on the native stack as places in the compiled code, and for a Go
//! guest SP, g and the parts of its memory that a walk of the Go stack reads ([`gopherix_golang::stack`]). The walk itself is done
//! later, on another thread.
//!
//! Compiled code keeps frame pointers. Host code does not, so where the host is found at work for the guest it goes differently:
//! a system call is sampled at its end, by itself ([`Slot::end_call`]); for the engine's own helpers (memory.copy) the stack is
//! searched for the frame that called them.

use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use gopherix_golang::layout::Layout;

use crate::remote::{self, Linear};

use super::ring::{Entry, Ring};
use super::signal::Machine;

/// Native frames kept of one stack.
const FRAMES: usize = 64;
/// Bytes of a stack that are searched for compiled code's frame.
const SEARCH: usize = 16 << 10;
/// Bytes read at a time meanwhile; a power of two.
const CHUNK: usize = 1024;
/// No frame of the host's or a guest's is larger.
const FRAME: usize = 1 << 20;
/// Bytes kept of a goroutine's stack, and of the scheduler's, whose bounds Go itself only guesses.
const STACK: u64 = 256 << 10;
const SCHEDULER_STACK: u64 = 16 << 10;
/// Bytes of an `m`: enough for what is read of it in every release.
const M: u64 = 256;
/// Bytes that hold the globals SP, CTXT and g, 16 each.
const GLOBALS: usize = 40;

/// Where a Go guest's state is in this process.
pub(super) struct Go {
    pub(super) memory: Linear,
    /// Its global 0.
    pub(super) globals: usize,
    pub(super) layout: &'static Layout,
}

/// A guest that is being sampled.
pub(super) struct Slot {
    /// Its compiled code in this process, and where in it functions begin, ascending.
    code: Range<usize>,
    starts: Vec<usize>,
    /// Set once it is there; only for Go's.
    pub(super) go: OnceLock<Go>,
    /// It is in a system call; ticks that came meanwhile.
    in_call: AtomicBool,
    late: AtomicU64,
    /// Samples that found no room.
    pub(super) lost: AtomicU64,
    pub(super) ring: Ring,
}

/// Kinds of records.
pub(super) const FROM_CODE: u64 = 0;
pub(super) const FROM_CALL: u64 = 1;
pub(super) const FROM_HELPER: u64 = 2;

/// Return addresses, innermost first; the first is an instruction's.
struct Frames {
    found: [usize; FRAMES],
    count: usize,
}

impl Frames {
    fn push(&mut self, address: usize) -> bool {
        let place = self.found.get_mut(self.count);
        let fits = place.map(|place| *place = address).is_some();
        self.count = self.count.wrapping_add(usize::from(fits));
        fits
    }

    fn found(&self) -> &[usize] {
        self.found.get(..self.count).unwrap_or_default()
    }
}

impl Slot {
    pub(super) fn new(code: Range<usize>, starts: Vec<usize>) -> Self {
        Slot {
            code,
            starts,
            go: OnceLock::new(),
            in_call: AtomicBool::new(false),
            late: AtomicU64::new(0),
            lost: AtomicU64::new(0),
            ring: Ring::new(),
        }
    }

    /// Takes a sample, in the signal handler.
    pub(super) fn tick(&self, machine: &Machine, count: u64) {
        let mut frames = Frames { found: [0; FRAMES], count: 0 };
        let kind = if self.code.contains(&machine.pc) {
            frames.push(machine.pc);
            let (caller, fp) = self.caller(machine);
            if let Some(caller) = caller.filter(|caller| self.code.contains(caller)) {
                frames.push(caller);
            }
            self.climb(fp, &mut frames);
            FROM_CODE
        } else if self.in_call.load(Ordering::Relaxed) {
            self.late.fetch_add(count, Ordering::Relaxed);
            return;
        } else {
            if let Some((caller, fp)) = self.search(machine.sp) {
                frames.push(caller);
                self.climb(fp, &mut frames);
            }
            FROM_HELPER
        };
        let places = frames.found().iter().map(|address| address.wrapping_sub(self.code.start));
        self.record(kind, count, places.map(|place| u64::try_from(place).unwrap_or(u64::MAX)));
    }

    /// The return address where the frame is not yet, or no longer, complete, and where complete frames begin.
    #[cfg(not(target_arch = "aarch64"))]
    fn caller(&self, machine: &Machine) -> (Option<usize>, usize) {
        let next = self.starts.partition_point(|start| *start <= machine.pc);
        let start = next.checked_sub(1).and_then(|last| self.starts.get(last)).copied().unwrap_or(0);
        let mut instruction = [0];
        let returns = remote::read(machine.pc, &mut instruction) && instruction == [0xc3];
        // push rbp; mov rbp, rsp; …; pop rbp; ret.
        let at = match machine.pc.wrapping_sub(start) {
            0 => Some(machine.sp),
            1 => machine.sp.checked_add(8),
            _ if returns => Some(machine.sp),
            _ => None,
        };
        (at.and_then(remote::pointer), machine.fp)
    }

    /// As above: the return address is in a register until the frame is complete.
    #[cfg(target_arch = "aarch64")]
    fn caller(&self, machine: &Machine) -> (Option<usize>, usize) {
        const RET: [u8; 4] = 0xd65f_03c0_u32.to_le_bytes();
        let next = self.starts.partition_point(|start| *start <= machine.pc);
        let start = next.checked_sub(1).and_then(|last| self.starts.get(last)).copied().unwrap_or(0);
        let mut instruction = [0; 4];
        let returns = remote::read(machine.pc, &mut instruction) && instruction == RET;
        let incomplete = machine.pc.wrapping_sub(start) < 8 || returns;
        (machine.link.filter(|_| incomplete), machine.fp)
    }

    /// Follows frame pointers as long as they lead through the guest's code.
    fn climb(&self, mut fp: usize, frames: &mut Frames) {
        loop {
            let mut frame = [0; 16];
            if !remote::read(fp, &mut frame) {
                return;
            }
            let [up, back] = halves(frame);
            if !self.code.contains(&back) || !frames.push(back) || up <= fp || up.wrapping_sub(fp) > FRAME {
                return;
            }
            fp = up;
        }
    }

    /// The innermost frame of compiled code on a stack on which the host's are on top: its return address, and the frame
    /// pointer below which it is.
    fn search(&self, sp: usize) -> Option<(usize, usize)> {
        let mut bytes = [0; CHUNK];
        let (mut start, mut below) = (sp & !7, 0usize);
        while start.wrapping_sub(sp & !7) < SEARCH {
            // Never beyond a page: behind the stack's last there may be nothing.
            let length = CHUNK.wrapping_sub(start & CHUNK.wrapping_sub(1));
            let part = bytes.get_mut(..length)?;
            if !remote::read(start, part) {
                return None;
            }
            for (word, at) in part.chunks_exact(8).zip((start..).step_by(8)) {
                let word = word.try_into().map_or(0, usize::from_le_bytes);
                let frame = below.checked_sub(at).is_some_and(|size| size <= FRAME);
                if frame && self.code.contains(&word) {
                    return Some((word, below));
                }
                below = word;
            }
            start = start.checked_add(length)?;
        }
        None
    }

    /// Writes a record; not in the handler and elsewhere at a time.
    fn record(&self, kind: u64, count: u64, frames: impl Iterator<Item = u64> + Clone) {
        let mut entry = self.ring.begin();
        entry.push(kind);
        entry.push(count);
        entry.push(u64::try_from(frames.clone().count()).unwrap_or(0));
        frames.for_each(|frame| entry.push(frame));
        if let Some(go) = self.go.get() {
            go.record(&mut entry);
        }
        if !entry.commit() {
            self.lost.fetch_add(count, Ordering::Relaxed);
        }
    }

    /// A system call begins; whether another was under way, from within which the guest was called back.
    pub(super) fn begin_call(&self) -> bool {
        self.in_call.swap(true, Ordering::Relaxed)
    }

    /// It ends. `frames` are asked for if there were ticks: function indices and places in the module.
    pub(super) fn end_call(&self, outer: bool, name: impl FnOnce() -> u64, frames: impl FnOnce() -> Vec<(u32, u32)>) {
        let count = self.late.swap(0, Ordering::Relaxed);
        if count > 0 {
            let frames = frames();
            let places = frames.iter().map(|&(function, place)| u64::from(function) << 32 | u64::from(place));
            self.record(FROM_CALL | name() << 8, count, places);
        }
        self.in_call.store(outer, Ordering::Relaxed);
    }
}

fn halves(frame: [u8; 16]) -> [usize; 2] {
    let word = |bytes: &[u8]| bytes.try_into().map_or(0, usize::from_le_bytes);
    let (low, high) = frame.split_at(8);
    [word(low), word(high)]
}

impl Go {
    fn copy(&self, entry: &mut Entry<'_>, address: u64, length: u64) {
        if let (Some(from), Ok(length)) = (self.memory.place(address), usize::try_from(length & !7)) {
            entry.memory(address, from, length);
        }
    }

    fn copy_stack(&self, entry: &mut Entry<'_>, goroutine: u64, sp: u64) {
        let top = self.memory.field(goroutine, self.layout.g.stack_hi).unwrap_or(0);
        self.copy(entry, sp, top.saturating_sub(sp).min(STACK));
    }

    /// SP, g, and the memory that a walk from there reads.
    fn record(&self, entry: &mut Entry<'_>) {
        let mut globals = [0; GLOBALS];
        if !remote::read(self.globals, &mut globals) {
            return;
        }
        let word = |at: usize| {
            let bytes = globals.get(at..at.wrapping_add(8)).and_then(|bytes| bytes.try_into().ok());
            bytes.map_or(0, u64::from_le_bytes)
        };
        let (sp, g) = (word(0) & u64::from(u32::MAX), word(32));
        entry.push(sp);
        entry.push(g);
        self.copy(entry, g, self.layout.g.size);
        let Some(m) = self.memory.field(g, self.layout.g.m) else { return };
        self.copy(entry, m, M);
        if self.memory.field(m, self.layout.m.g0) != Some(g) {
            return self.copy_stack(entry, g, sp);
        }
        self.copy(entry, sp, SCHEDULER_STACK);
        let Some(user) = self.memory.field(m, self.layout.m.curg).filter(|user| *user != 0) else { return };
        self.copy(entry, user, self.layout.g.size);
        if let Some(saved) = self.memory.field(user, self.layout.g.sched_sp) {
            self.copy_stack(entry, user, saved);
        }
    }
}
