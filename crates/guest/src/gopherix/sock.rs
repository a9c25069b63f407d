//! Sockets.

use gopherix_abi::Errno;
use gopherix_kernel::SysResult;
use gopherix_kernel::error::fail;
use gopherix_kernel::memory::GuestMemory;
use gopherix_kernel::task::Cx;

absent! {
    quick sock_open(family: u32, kind: u32, protocol: u32, fd: u32);
    quick sock_pair(family: u32, kind: u32, protocol: u32, fds: u32);
    quick sock_bind(fd: u32, addr: u32, addr_len: u32);
    waits sock_connect(fd: u32, addr: u32, addr_len: u32);
    quick sock_listen(fd: u32, backlog: u32);
    waits sock_accept(fd: u32, flags: u32, opened: u32, addr: u32, addr_len: u32);
    quick sock_name(fd: u32, peer: u32, addr: u32, addr_len: u32);
    quick sock_getopt(fd: u32, level: u32, option: u32, value: u32, value_len: u32);
    quick sock_setopt(fd: u32, level: u32, option: u32, value: u32, value_len: u32);
    waits sock_recv(fd: u32, buf: u32, buf_len: u32, control: u32, control_len: u32, flags: u32, out_flags: u32, addr: u32, addr_len: u32, nread: u32);
    waits sock_send(fd: u32, buf: u32, buf_len: u32, control: u32, control_len: u32, flags: u32, addr: u32, addr_len: u32, nwritten: u32);
    waits sock_resolve(name: u32, name_len: u32, family: u32, buf: u32, buf_len: u32, used: u32);
    quick sock_interfaces(buf: u32, buf_len: u32, used: u32);
}
