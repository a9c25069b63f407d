//! Preemption of goroutines at no cost to running code (`preemptM`).
//!
//! Every Go function compares SP with its goroutine's stack guard when it is entered. At a tick the running goroutine's guard
//! is overwritten with Go's own mark of preemption, as its `preemptone` does; the next function entered finds no room, and
//! the runtime lets another goroutine run. Neither end needs to agree on a moment: the runtime puts the guard back itself, and
//! a goroutine that has just been switched away keeps a mark that costs it one look.
//!
//! The guest's memory is reached as another process would reach it, by process_vm_readv(2) and process_vm_writev(2): what is
//! not there (yet, or any more) is an error and no fault, and no reference of ours is ever at odds with the guest's writes. All addresses
//! but the memory's own come from the guest, so they are taken below 4 GiB, which the engine reserves.
//! Only guests that have a turn are marked; [`Marks::tick`] runs on the ticker's thread, which sleeps while none has.

use std::io::{IoSlice, IoSliceMut};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gopherix_golang::layout::{Layout, STACK_PREEMPT};
use gopherix_kernel::task::{GState, ThreadInfo};
use gopherix_rewrite::loops::{FLAG, SET};
use nix::sys::uio::{RemoteIoVec, process_vm_readv, process_vm_writev};
use nix::unistd::Pid;

/// What has to be known of a Go program.
#[derive(Clone, Copy)]
pub(crate) struct Go {
    /// Address of `runtime.m0` in its memory.
    pub(crate) m0: u64,
    /// Where things are in its runtime's structures.
    pub(crate) layout: &'static Layout,
}

/// A Go guest whose goroutines are preempted.
struct Marked {
    thread: Arc<ThreadInfo>,
    /// Where its memory is in this process.
    memory: usize,
    go: Go,
    /// Whether a tick has passed since the guest was last asked.
    ticked: AtomicBool,
}

impl Marked {
    /// Sets the flag that loops look at, and marks the goroutine that runs, unless the scheduler does.
    fn mark(&self) -> Option<()> {
        self.put(0, FLAG, &SET.to_le_bytes())?;
        let g0 = self.word(self.go.m0, self.go.layout.m.g0)?;
        let curg = self.word(self.go.m0, self.go.layout.m.curg)?;
        if curg == 0 || curg == g0 {
            return None;
        }
        self.put(curg, self.go.layout.g.preempt, &[1])?;
        self.put(curg, self.go.layout.g.stackguard0, &STACK_PREEMPT.to_le_bytes())
    }

    /// Where a structure's field is in this process.
    fn place(&self, structure: u64, field: u64, len: usize) -> Option<RemoteIoVec> {
        let offset = u32::try_from(structure.checked_add(field)?).ok()?;
        let base = self.memory.checked_add(usize::try_from(offset).ok()?)?;
        Some(RemoteIoVec { base, len })
    }

    fn word(&self, structure: u64, field: u64) -> Option<u64> {
        let mut word = [0; 8];
        let place = self.place(structure, field, word.len())?;
        let read = process_vm_readv(Pid::this(), &mut [IoSliceMut::new(&mut word)], &[place]).ok()?;
        (read == word.len()).then(|| u64::from_le_bytes(word))
    }

    fn put(&self, structure: u64, field: u64, bytes: &[u8]) -> Option<()> {
        let place = self.place(structure, field, bytes.len())?;
        process_vm_writev(Pid::this(), &[IoSlice::new(bytes)], &[place]).ok().map(drop)
    }
}

/// The Go guests of a host.
#[derive(Default)]
pub(crate) struct Marks(Mutex<Vec<Arc<Marked>>>);

impl Marks {
    fn guests(&self) -> MutexGuard<'_, Vec<Arc<Marked>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Preempts a guest's goroutines from now on, until what this returns is dropped.
    pub(crate) fn add(self: &Arc<Self>, thread: Arc<ThreadInfo>, memory: usize, go: Go) -> Preempted {
        let marked = Arc::new(Marked { thread, memory, go, ticked: AtomicBool::new(false) });
        self.guests().push(marked.clone());
        Preempted { marks: self.clone(), marked }
    }

    /// One tick.
    pub(crate) fn tick(&self) {
        for guest in &*self.guests() {
            if guest.thread.state() == GState::Running {
                guest.ticked.store(true, Ordering::Relaxed);
                let _ = guest.mark();
            }
        }
    }
}

/// A guest that is being preempted. It must be dropped before the guest's memory is: whatever is mapped there later is not
/// the guest's. Dropping waits for a tick that is under way.
pub(crate) struct Preempted {
    marks: Arc<Marks>,
    marked: Arc<Marked>,
}

impl Preempted {
    /// Whether a tick has passed since this was last asked.
    pub(crate) fn take_tick(&self) -> bool {
        self.marked.ticked.swap(false, Ordering::Relaxed)
    }
}

impl Drop for Preempted {
    fn drop(&mut self) {
        self.marks.guests().retain(|guest| !Arc::ptr_eq(guest, &self.marked));
    }
}
