//! Threads (Ms of Go's runtime) as a guest asks for them: mpreinit, minit, unminit, mdestroy, newosproc, exitThread, preemptM of
//! Go's `runtime/os_wasm.go`.
//!
//! None waits. A process has one thread so far: more need a memory that instances share. ENOTSUP says so.

use gopherix_abi::{Errno, Tid};

use crate::error::{SysResult, fail};
use crate::memory::{GuestMemory, UserSlice};
use crate::signal::GsignalStack;
use crate::task::{Cx, ExitStatus};

/// Whether an M could be had with a signal stack of that size. ENOMEM below MINSIGSTKSZ.
pub(crate) fn sys_mpreinit(_cx: &mut Cx, stack_size: u32) -> SysResult<()> {
    if stack_size < GsignalStack::LEAST { fail(Errno::ENOMEM, "a signal stack below MINSIGSTKSZ") } else { Ok(()) }
}

/// The calling M's signal stack is in place (none, if its size is 0); its id. ENOMEM, EINVAL, EFAULT as sigaltstack(2).
pub(crate) fn sys_minit(cx: &mut Cx, mem: &mut dyn GuestMemory, base: u32, size: u32) -> SysResult<Tid> {
    cx.m.gsignal = GsignalStack::check(mem, base, size)?;
    Ok(cx.m.tid)
}

/// Undoes minit.
pub(crate) fn sys_unminit(cx: &mut Cx) -> SysResult<()> {
    cx.m.gsignal = None;
    Ok(())
}

/// Frees what an M that has ended still has. EBUSY while it runs, ESRCH where there is none.
pub(crate) fn sys_mdestroy(cx: &mut Cx, tid: Tid) -> SysResult<()> {
    find(cx, tid)?;
    fail(Errno::EBUSY, "the thread has not ended")
}

/// A new M. ENOTSUP: the memory of this program is its first thread's own.
pub(crate) fn sys_newosproc(_cx: &mut Cx, _start: u32) -> SysResult<Tid> {
    fail(Errno::ENOTSUP, "a second thread needs a memory that is shared, and this program's is not")
}

/// Ends the calling M: clears the word, wakes who waits for it, and ends the process if it was the last.
pub(crate) fn sys_exit_thread(cx: &mut Cx, mem: &mut dyn GuestMemory, word: u32) -> SysResult<()> {
    let addr = u64::from(word);
    if word != 0 {
        if !word.is_multiple_of(4) {
            return fail(Errno::EINVAL, "a futex is a word at a multiple of 4");
        }
        mem.check(UserSlice { ptr: addr, len: 4 })?;
        mem.write(addr, &[0; 4])?;
        cx.process.futexes.wake(addr, u32::MAX);
    }
    if cx.process.threads.lock().keys().all(|tid| *tid == cx.m.tid) {
        cx.process.end(ExitStatus::Exited(0), None);
    }
    Ok(())
}

/// Has the running goroutine of an M give way: at the next tick, as all do that run so long. ESRCH where there is no such M.
pub(crate) fn sys_preempt_m(cx: &mut Cx, tid: Tid) -> SysResult<()> {
    find(cx, tid)
}

fn find(cx: &Cx, tid: Tid) -> SysResult<()> {
    let found = cx.process.threads.lock().contains_key(&tid);
    if found { Ok(()) } else { fail(Errno::ESRCH, "no such thread in this process") }
}
