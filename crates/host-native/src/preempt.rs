//! Ticks at next to no cost to running code: a flag for guests that look at one, and preemption of goroutines (`preemptM`).
//!
//! Every Go function compares SP with its goroutine's stack guard when it is entered. At a tick the running goroutine's guard
//! is overwritten with Go's own mark of preemption, as its `preemptone` does; the next function entered finds no room, and
//! the runtime lets another goroutine run. Neither end needs to agree on a moment: the runtime puts the guard back itself, and
//! a goroutine that has just been switched away keeps a mark that costs it one look.
//!
//! Other guests look at the flag alone, in a memory of their own ([`gopherix_rewrite::interrupt`]).
//!
//! The guest's memory is reached as another process would reach it ([`Linear`]).
//! Only guests that have a turn are marked; [`Marks::tick`] runs on the ticker's thread, which sleeps while none has.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gopherix_golang::layout::{Layout, STACK_PREEMPT};
use gopherix_kernel::task::{GState, ThreadInfo};
use gopherix_rewrite::loops::{FLAG, SET};

use crate::remote::Linear;

/// What has to be known of a Go program.
#[derive(Clone, Copy)]
pub(crate) struct Go {
    /// Address of `runtime.m0` in its memory.
    pub(crate) m0: u64,
    /// Where things are in its runtime's structures.
    pub(crate) layout: &'static Layout,
}

/// A guest that is told of ticks.
struct Marked {
    thread: Arc<ThreadInfo>,
    /// The memory that has the flag; Go's is its only one.
    memory: Linear,
    go: Option<Go>,
    /// Whether a tick has passed since the guest was last asked.
    ticked: AtomicBool,
}

impl Marked {
    /// Sets the flag, and in a Go guest marks the goroutine that runs, unless the scheduler does.
    fn mark(&self) -> Option<()> {
        self.memory.put(0, FLAG, &SET.to_le_bytes())?;
        let go = self.go.as_ref()?;
        let g0 = self.memory.field(go.m0, go.layout.m.g0)?;
        let curg = self.memory.field(go.m0, go.layout.m.curg)?;
        if curg == 0 || curg == g0 {
            return None;
        }
        self.memory.put(curg, go.layout.g.preempt, &[1])?;
        self.memory.put(curg, go.layout.g.stackguard0, &STACK_PREEMPT.to_le_bytes())
    }
}

/// The guests of a host that are told of ticks.
#[derive(Default)]
pub(crate) struct Marks(Mutex<Vec<Arc<Marked>>>);

impl Marks {
    fn guests(&self) -> MutexGuard<'_, Vec<Arc<Marked>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells a guest of ticks from now on, until what this returns is dropped.
    pub(crate) fn add(self: &Arc<Self>, thread: Arc<ThreadInfo>, memory: Linear, go: Option<Go>) -> Preempted {
        let marked = Arc::new(Marked { thread, memory, go, ticked: AtomicBool::new(false) });
        self.guests().push(marked.clone());
        Preempted { marks: self.clone(), marked }
    }

    /// One tick.
    pub(crate) fn tick(&self) {
        for guest in &*self.guests() {
            if guest.thread.state() == GState::Running {
                let _ = guest.mark();
                // Only now: who takes the tick takes the flag back as well.
                guest.ticked.store(true, Ordering::Relaxed);
            }
        }
    }
}

/// A guest that is being told of ticks. It must be dropped before the guest's memory is: whatever is mapped there later is not
/// the guest's. Dropping waits for a tick that is under way.
pub(crate) struct Preempted {
    marks: Arc<Marks>,
    marked: Arc<Marked>,
}

impl Preempted {
    /// Whether a tick has passed since this was last asked; then the flag is taken back.
    pub(crate) fn take_tick(&self) -> bool {
        let ticked = self.marked.ticked.swap(false, Ordering::Relaxed);
        if ticked {
            let _ = self.marked.memory.put(0, FLAG, &[0; 4]);
        }
        ticked
    }
}

impl Drop for Preempted {
    fn drop(&mut self) {
        self.marks.guests().retain(|guest| !Arc::ptr_eq(guest, &self.marked));
    }
}
