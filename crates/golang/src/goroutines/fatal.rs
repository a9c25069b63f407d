//! What a program that the Go runtime ended died of, read from its memory.
//!
//! The runtime has said it on stderr already; here it is read for a report. Reference: Go's `runtime/panic.go`. By
//! `preprintpanics` the values of panics that are errors or know how to print themselves are strings.

use super::Dump;
use crate::stack::{self, Memory};

/// Functions that end the program with the message that is their only argument. They hand it on to each other.
const FATAL: [&str; 7] = [
    "runtime.throw",
    "runtime.fatal",
    "sync.throw",
    "sync.fatal",
    "internal/sync.throw",
    "internal/sync.fatal",
    "internal/runtime/maps.fatal",
];
/// Most bytes of a message that are read.
const MESSAGE: u64 = 1 << 16;
/// Where a type has its kind, the bits of it that count, and the kind of strings (`internal/abi/type.go`).
const KIND: u64 = 23;
const KIND_BITS: u8 = 31;
const STRING: u8 = 24;

impl<M: Memory + ?Sized> Dump<'_, M> {
    /// Whether the runtime is about to end the program for a panic that nobody recovered or an error of its own.
    pub fn is_dying(&self) -> bool {
        let runtime = self.program.runtime();
        let dying = runtime.m0.checked_add(runtime.layout.m.dying).and_then(|at| self.memory.u32_at(at));
        dying.is_some_and(|dying| dying != 0)
    }

    /// The first line of what the runtime said, where it can be told: `fatal error: …` or `panic: …`. A panic with a value
    /// that is no string (nor an error) is `panic` alone.
    pub fn dies_of(&self) -> Option<String> {
        let registers = self.registers.as_ref()?;
        let frames = self.interrupted()?.frames;
        let is_fatal = |pc| self.program.table().by_pc(pc).is_some_and(|function| FATAL.contains(&&*function.name()));
        // Arguments are at the caller's SP.
        let thrown = frames.iter().zip(frames.iter().skip(1)).find(|(frame, _)| is_fatal(frame.pc));
        if let Some(text) = thrown.and_then(|(_, caller)| self.string(caller.sp)) {
            return Some(format!("fatal error: {text}"));
        }
        let user = stack::user_goroutine(self.program, self.memory, registers.g).unwrap_or(registers.g);
        let layout = self.program.runtime().layout;
        let panic = self.word(user, layout.g.panic).filter(|&panic| panic != 0)?;
        let value = panic.checked_add(layout.panic.arg)?;
        let ty = self.word(value, 0).filter(|&ty| ty != 0)?;
        let kind = self.memory.byte_at(ty.checked_add(KIND)?)? & KIND_BITS;
        let text = (kind == STRING).then(|| self.string(self.word(value, 8)?)).flatten();
        Some(text.map_or_else(|| "panic".into(), |text| format!("panic: {text}")))
    }

    fn word(&self, structure: u64, offset: u64) -> Option<u64> {
        self.memory.u64_at(structure.checked_add(offset)?)
    }

    fn string(&self, header: u64) -> Option<String> {
        let (start, length) = (self.word(header, 0)?, self.word(header, 8)?.min(MESSAGE));
        let mut bytes = vec![0; usize::try_from(length).ok()?];
        self.memory.read(start, &mut bytes).then(|| String::from_utf8_lossy(&bytes).into_owned())
    }
}
