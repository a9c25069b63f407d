//! Profiling: samples of the program itself.

use gopherix_abi::Errno;
use gopherix_kernel::SysResult;
use gopherix_kernel::error::fail;
use gopherix_kernel::memory::GuestMemory;
use gopherix_kernel::task::Cx;

absent! {
    quick set_process_cpu_profiler(hz: u32);
    quick set_thread_cpu_profiler(hz: u32);
    quick profile_next(buf: u32, buf_len: u32, used: u32);
}
