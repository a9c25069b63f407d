//! Files, where WASI preview 1 falls short: modes and owners, pipes, fifos, duplicates.

use gopherix_abi::Errno;
use gopherix_kernel::SysResult;
use gopherix_kernel::error::fail;
use gopherix_kernel::memory::GuestMemory;
use gopherix_kernel::task::Cx;

absent! {
    quick pipe(fds: u32, flags: u32);
    quick dup(fd: u32, min: u32, to: u32);
    quick access(path: u32, path_len: u32, mode: u32, flags: u32);
    quick stat(flags: u32, path: u32, path_len: u32, stat: u32);
    quick fstat(fd: u32, stat: u32);
    quick chmod(path: u32, path_len: u32, mode: u32);
    quick fchmod(fd: u32, mode: u32);
    quick chown(flags: u32, path: u32, path_len: u32, uid: u32, gid: u32);
    quick fchown(fd: u32, uid: u32, gid: u32);
    quick umask(mask: u32, old: u32);
    quick mkfifo(path: u32, path_len: u32, mode: u32);
}
