//! A runtime's life: start, threads, yielding, sleeping, futexes.

use gopherix_abi::Errno;
use gopherix_kernel::SysResult;
use gopherix_kernel::error::fail;
use gopherix_kernel::memory::GuestMemory;
use gopherix_kernel::task::Cx;

absent! {
    quick abi_v1();
    quick osinit(info: u32);
    quick mpreinit(stack_size: u32);
    quick minit(sigstack: u32, sigstack_len: u32, tid: u32);
    quick unminit();
    quick mdestroy(tid: u32);
    quick newosproc(start: u32, tid: u32);
    quick exit_thread(word: u32);
    waits osyield();
    waits usleep(us: u64);
    waits futex_wait(addr: u32, expected: u32, timeout_ns: u64);
    quick futex_wake(addr: u32, count: u32, woken: u32);
    quick preempt_m(tid: u32);
    quick cputicks(ticks: u32);
}
