//! Network interfaces of the host.

use std::io;
use std::net::IpAddr;

use gopherix_abi::Interface;
use nix::ifaddrs::{InterfaceAddress, getifaddrs};
use nix::sys::socket::SockaddrStorage;

/// What Ethernet has, where the host does not tell.
const MTU: u32 = 1500;

/// All of them, in the host's order.
///
/// # Errors
/// What getifaddrs(3) answers.
pub(super) fn all() -> io::Result<Vec<Interface>> {
    let mut all: Vec<Interface> = Vec::new();
    for one in getifaddrs()? {
        let known = all.iter().position(|known| known.name == one.interface_name);
        let known = known.unwrap_or_else(|| {
            all.push(interface(&one));
            all.len().saturating_sub(1)
        });
        let Some(known) = all.get_mut(known) else { continue };
        if let Some(ip) = one.address.as_ref().and_then(ip) {
            known.addresses.push((ip, one.netmask.as_ref().and_then(ip_of_mask(ip)).map_or(0, prefix)));
        }
        let link = one.address.as_ref().and_then(|address| address.as_link_addr()?.addr());
        if let Some(link) = link {
            known.hardware = link.to_vec();
        }
    }
    Ok(all)
}

fn interface(one: &InterfaceAddress) -> Interface {
    let name = one.interface_name.clone();
    let mtu = std::fs::read_to_string(format!("/sys/class/net/{name}/mtu"));
    Interface {
        index: nix::net::if_::if_nametoindex(name.as_str()).unwrap_or(0),
        mtu: mtu.ok().and_then(|text| text.trim().parse().ok()).unwrap_or(MTU),
        flags: one.flags.bits().cast_unsigned() & 0xffff,
        name,
        hardware: Vec::new(),
        addresses: Vec::new(),
    }
}

fn ip(address: &SockaddrStorage) -> Option<IpAddr> {
    let v4 = address.as_sockaddr_in().map(|address| IpAddr::V4(address.ip()));
    v4.or_else(|| Some(IpAddr::V6(address.as_sockaddr_in6()?.ip())))
}

/// A mask's own family is not always told.
fn ip_of_mask(of: IpAddr) -> impl Fn(&SockaddrStorage) -> Option<IpAddr> {
    move |mask| ip(mask).filter(|mask| mask.is_ipv4() == of.is_ipv4())
}

fn prefix(mask: IpAddr) -> u32 {
    match mask {
        IpAddr::V4(mask) => u32::from(mask).leading_ones(),
        IpAddr::V6(mask) => u128::from(mask).leading_ones(),
    }
}
