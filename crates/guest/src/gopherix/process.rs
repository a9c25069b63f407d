//! Processes: spawn, wait, ids, groups, sessions.

use gopherix_abi::Errno;
use gopherix_kernel::SysResult;
use gopherix_kernel::error::fail;
use gopherix_kernel::memory::GuestMemory;
use gopherix_kernel::task::Cx;

absent! {
    waits spawn(request: u32, request_len: u32, pid: u32);
    waits wait4(pid: u32, options: u32, status: u32, rusage: u32, waited: u32);
    quick pidfd(pid: u32, fd: u32);
    quick getpid(pid: u32);
    quick getppid(pid: u32);
    quick getpgid(pid: u32, pgid: u32);
    quick setpgid(pid: u32, pgid: u32);
    quick getsid(pid: u32, sid: u32);
    quick setsid(sid: u32);
    quick getrusage(who: u32, rusage: u32);
    quick credentials(ids: u32);
    quick exe_path(buf: u32, buf_len: u32, used: u32);
}
