//! Terminals.

use gopherix_abi::Errno;
use gopherix_kernel::SysResult;
use gopherix_kernel::error::fail;
use gopherix_kernel::memory::GuestMemory;
use gopherix_kernel::task::Cx;

absent! {
    quick tty_get(fd: u32, what: u32, buf: u32, buf_len: u32);
    quick tty_set(fd: u32, what: u32, buf: u32, buf_len: u32);
}
