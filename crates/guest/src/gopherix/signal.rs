//! Signals.

use gopherix_abi::Errno;
use gopherix_kernel::SysResult;
use gopherix_kernel::error::fail;
use gopherix_kernel::memory::GuestMemory;
use gopherix_kernel::task::Cx;

absent! {
    quick initsig();
    quick sigenable(sig: u32);
    quick sigdisable(sig: u32);
    quick sigignore(sig: u32);
    quick sigsave(mask: u32);
    quick msigrestore(mask: u64);
    quick sigblock(exiting: u32);
    quick clear_signal_handlers();
    quick sig_next(sig: u32);
    quick kill(pid: u32, sig: u32);
    quick raise(sig: u32);
    quick setitimer(which: u32, interval_ns: u64, value_ns: u64, old: u32);
}
