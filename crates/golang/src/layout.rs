//! Where the Go runtime keeps what it knows of goroutines and threads: offsets in bytes, per Go release.
//!
//! Key type: [`Layout`]; [`of_minor`] finds the row. The numbers are what each release's own compiler reports for
//! GOARCH=wasm (`go tool compile -asmhdr` of package `runtime`), the same for GOOS=wasip1 and GOOS=js. They are never
//! used unchecked: [`crate::runtime`] compares them with the binary's code. All fields are little-endian; pointers and
//! `uintptr` take 64 bits. Meanings: Go's `runtime/runtime2.go`, `runtime/symtab.go`.

/// A goroutine (`runtime.g`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GoroutineLayout {
    /// Lowest address of its stack, u64.
    pub stack_lo: u64,
    /// Address behind its stack, u64.
    pub stack_hi: u64,
    /// What prologues compare SP with, u64; [`STACK_PREEMPT`] asks for preemption.
    pub stackguard0: u64,
    /// Innermost panic, pointer.
    pub panic: u64,
    /// Its thread while it runs, pointer.
    pub m: u64,
    /// SP to resume at, u64; 0 while it runs.
    pub sched_sp: u64,
    /// PC to resume at, u64.
    pub sched_pc: u64,
    /// SP on entry to a system call, u64.
    pub syscallsp: u64,
    /// PC on entry to a system call, u64.
    pub syscallpc: u64,
    /// State, u32.
    pub atomicstatus: u64,
    /// Number, u64.
    pub goid: u64,
    /// When it began to wait, i64, nanoseconds on the runtime's monotonic clock; 0 if not recorded.
    pub waitsince: u64,
    /// Why it waits, u8; see [`crate::wait_reason`].
    pub waitreason: u64,
    /// Preemption is wanted, bool; always set together with `stackguard0`.
    pub preempt: u64,
    /// Its stack must not grow now, bool.
    pub throwsplit: u64,
    /// The thread it is locked to, u64; 0 if none.
    pub lockedm: u64,
    /// The goroutine that started it, u64.
    pub parent_goid: u64,
    /// PC of the `go` statement that started it, u64.
    pub gopc: u64,
    /// PC of its first function, u64.
    pub startpc: u64,
    /// Profiler labels, pointer.
    pub labels: u64,
    /// The synctest bubble (the group, in 1.24) it runs in, pointer. `None` before Go 1.24.
    pub bubble: Option<u64>,
    /// Size of the structure.
    pub size: u64,
}

/// A thread (`runtime.m`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThreadLayout {
    /// Goroutine of the scheduler, pointer.
    pub g0: u64,
    /// Goroutine of signal handlers, pointer.
    pub gsignal: u64,
    /// The user's goroutine that runs, pointer; 0 when none.
    pub curg: u64,
    /// Processor (`runtime.p`), pointer; 0 when none.
    pub p: u64,
    /// Number, i64.
    pub id: u64,
    /// Why it is throwing, i32: 0 not at all, 1 the user's fault, 2 the runtime's.
    pub throwing: u64,
    /// Locks of the runtime it holds, i32; not preemptible unless 0.
    pub locks: u64,
    /// How far it got in dying, i32.
    pub dying: u64,
    /// Sampling rate of the CPU profile, i32.
    pub profilehz: u64,
}

/// A panic (`runtime._panic`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PanicLayout {
    /// The panic's value, an interface of two words.
    pub arg: u64,
    /// The panic that it interrupted, pointer.
    pub link: u64,
    /// It is over, bool.
    pub recovered: u64,
    /// It is a `runtime.Goexit`, bool.
    pub goexit: u64,
}

/// What the linker tells the runtime of the program (`runtime.moduledata`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModuledataLayout {
    /// Header of the function table, pointer.
    pub pc_header: u64,
    /// Function names, slice.
    pub funcnametab: u64,
    /// Names of compilation units' files, slice.
    pub cutab: u64,
    /// File names, slice.
    pub filetab: u64,
    /// PC tables, slice.
    pub pctab: u64,
    /// Function records, slice.
    pub pclntable: u64,
    /// Lowest PC, u64.
    pub minpc: u64,
    /// What functions' data is relative to, pointer (`go:func.*`).
    pub gofunc: u64,
}

/// One release's offsets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// `runtime.g`.
    pub g: GoroutineLayout,
    /// `runtime.m`.
    pub m: ThreadLayout,
    /// `runtime._panic`.
    pub panic: PanicLayout,
    /// `runtime.moduledata`.
    pub moduledata: ModuledataLayout,
    /// Where a synctest bubble (`runtime.synctestBubble`) has its number, u64. `None` before Go 1.25.
    pub bubble_id: Option<u64>,
    /// Number that marks functions which the compiler made to wrap another (`FuncIDWrapper`).
    pub wrapper_id: u8,
}

/// The value of `stackguard0` that asks for preemption (`stackPreempt` in Go's `runtime/stack.go`).
pub const STACK_PREEMPT: u64 = 0xffff_ffff_ffff_fade;

const GO121: Layout = Layout {
    g: GoroutineLayout {
        stack_lo: 0,
        stack_hi: 8,
        stackguard0: 16,
        panic: 32,
        m: 48,
        sched_sp: 56,
        sched_pc: 64,
        syscallsp: 112,
        syscallpc: 120,
        atomicstatus: 144,
        goid: 152,
        waitsince: 168,
        waitreason: 176,
        preempt: 177,
        throwsplit: 183,
        lockedm: 208,
        parent_goid: 272,
        gopc: 280,
        startpc: 296,
        labels: 344,
        bubble: None,
        size: 408,
    },
    m: ThreadLayout {
        g0: 0,
        gsignal: 80,
        curg: 144,
        p: 160,
        id: 184,
        throwing: 196,
        locks: 216,
        dying: 220,
        profilehz: 224,
    },
    panic: PanicLayout { arg: 8, link: 24, recovered: 48, goexit: 50 },
    moduledata: ModuledataLayout {
        pc_header: 0,
        funcnametab: 8,
        cutab: 32,
        filetab: 56,
        pctab: 80,
        pclntable: 104,
        minpc: 160,
        gofunc: 320,
    },
    bubble_id: None,
    wrapper_id: 21,
};

const GO122: Layout = Layout {
    g: GoroutineLayout { size: 424, ..GO121.g },
    panic: PanicLayout { recovered: 96, goexit: 97, ..GO121.panic },
    wrapper_id: 22,
    ..GO121
};

const GO123: Layout = Layout {
    g: GoroutineLayout {
        atomicstatus: 152,
        goid: 160,
        waitsince: 176,
        waitreason: 184,
        preempt: 185,
        throwsplit: 191,
        lockedm: 216,
        parent_goid: 280,
        gopc: 288,
        startpc: 304,
        labels: 352,
        size: 432,
        ..GO122.g
    },
    ..GO122
};

const GO124: Layout = Layout { g: GoroutineLayout { bubble: Some(392), size: 440, ..GO123.g }, ..GO123 };

const GO125: Layout = Layout {
    g: GoroutineLayout { syscallsp: 104, syscallpc: 112, bubble: Some(384), size: 440, ..GO121.g },
    m: ThreadLayout {
        gsignal: 72,
        curg: 136,
        p: 152,
        id: 176,
        throwing: 188,
        locks: 208,
        dying: 212,
        profilehz: 216,
        ..GO121.m
    },
    panic: PanicLayout { recovered: 96, goexit: 98, ..GO121.panic },
    bubble_id: Some(72),
    wrapper_id: 23,
    ..GO121
};

const GO126: Layout = Layout {
    g: GoroutineLayout {
        parent_goid: 280,
        gopc: 288,
        startpc: 304,
        labels: 352,
        bubble: Some(392),
        size: 448,
        ..GO125.g
    },
    m: ThreadLayout { gsignal: 72, curg: 136, ..GO121.m },
    panic: PanicLayout { arg: 0, link: 16, recovered: 88, goexit: 90 },
    ..GO125
};

const GO127: Layout = Layout { moduledata: ModuledataLayout { gofunc: 344, ..GO126.moduledata }, ..GO126 };

/// The offsets of Go 1.`minor`.
pub fn of_minor(minor: u32) -> Option<&'static Layout> {
    match minor {
        21 => Some(&GO121),
        22 => Some(&GO122),
        23 => Some(&GO123),
        24 => Some(&GO124),
        25 => Some(&GO125),
        26 => Some(&GO126),
        27 => Some(&GO127),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::release::RELEASES;

    #[test]
    fn every_release_has_a_row() {
        for release in RELEASES {
            assert!(of_minor(release.minor).is_some(), "1.{}", release.minor);
        }
        assert!(of_minor(20).is_none() && of_minor(28).is_none());
    }
}
