//! Names and interfaces of the network: getaddrinfo(3), getifaddrs(3).
//!
//! `localhost` and names of addresses are the kernel's to tell; others the host's, as far as --net rules name them (EACCES).

use core::net::IpAddr;

use gopherix_abi::{Interface, SockFamily};

use crate::error::SysResult;
use crate::task::Cx;

/// getaddrinfo(3): the addresses of a name, of one family or of both. ENOENT if there are none.
pub(crate) async fn sys_getaddrinfo(cx: &mut Cx, name: &[u8], family: Option<SockFamily>) -> SysResult<Vec<IpAddr>> {
    let net = cx.kernel.net().clone();
    cx.park(async move { net.resolve(name, family).await }).await?
}

/// getifaddrs(3).
pub(crate) fn sys_getifaddrs(cx: &mut Cx) -> SysResult<Vec<Interface>> {
    cx.kernel.net().interfaces()
}
