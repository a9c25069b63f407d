//! UDP sockets (udp(7)).
//!
//! A socket has a mailbox inside, and a socket of the host once it is bound or sends there. Datagrams to loopback addresses go to
//! the mailbox bound there; if there is none, to the host where a rule names the address. A mailbox that is full loses what
//! comes, as UDP may.
//!
//! Lock order: a socket's state, then the table of ports, then a mailbox.

use core::net::SocketAddr;
use std::collections::VecDeque;
use std::sync::Arc;

use futures::future::BoxFuture;
use gopherix_abi::sockopt::{
    IP_ADD_MEMBERSHIP, IP_DROP_MEMBERSHIP, IP_MULTICAST_IF, IPV6_ADD_MEMBERSHIP, IPV6_DROP_MEMBERSHIP, SO_BROADCAST,
    SO_RCVBUF, SOL_IP, SOL_IPV6, SOL_SOCKET,
};
use gopherix_abi::{Errno, PollEvents, SockAddr, SockHow};

use super::inet::{self, Claim};
use super::mailbox::{Letter, Mailbox, Refusal};
use super::rights::Ancillary;
use super::socket::{Common, Place, Protocol, Received, RecvHow};
use crate::error::{SysError, SysResult, fail};
use crate::file::WaitQueue;
use crate::platform::HostSocket;
use crate::sync::Lock;

/// Longest datagram: 65535 less the headers of IP and UDP.
const MAX: usize = 65507;
/// Most senders that are remembered, who may be answered without a rule.
const MAX_CALLERS: usize = 256;

/// A UDP socket.
pub(super) struct Udp {
    common: Arc<Common>,
    mailbox: Arc<Mailbox>,
    state: Lock<State>,
    /// A socket of the host came to be.
    changed: Arc<WaitQueue>,
}

#[derive(Default)]
struct State {
    claim: Option<Claim<Mailbox>>,
    /// A socket of the host that was opened to send.
    outside: Option<Arc<dyn HostSocket>>,
    peer: Option<SocketAddr>,
    /// The peer is the host's.
    peer_outside: bool,
    /// The source of what is sent inside, which the peer chose.
    source: Option<SocketAddr>,
    error: Option<Errno>,
    mute: bool,
    /// Who sent something from outside lately.
    callers: VecDeque<SocketAddr>,
}

impl State {
    fn host(&self) -> Option<&Arc<dyn HostSocket>> {
        self.outside.as_ref().or(self.claim.as_ref().and_then(|claim| claim.outside.as_ref()))
    }

    fn remember(&mut self, caller: SocketAddr) {
        if !self.callers.contains(&caller) {
            self.callers.truncate(MAX_CALLERS.saturating_sub(1));
            self.callers.push_front(caller);
        }
    }

    fn local(&self) -> Option<SocketAddr> {
        self.source.or(self.claim.as_ref().map(|claim| claim.local))
    }
}

impl Udp {
    pub(super) fn new(common: &Arc<Common>) -> Self {
        let mailbox = Mailbox::new(common.size(SO_RCVBUF));
        Udp { common: common.clone(), mailbox, state: Lock::default(), changed: Arc::default() }
    }

    /// Binds to "any" what was not bound before it sends.
    fn claim(&self, state: &mut State) -> SysResult<()> {
        if state.claim.is_none() {
            let any = gopherix_abi::unbound(self.common.is_v6());
            let inside = inet::claim_inside(&self.common, &self.common.net.udp, any)?;
            state.claim = Some(inside);
            self.publish(state)?;
        }
        Ok(())
    }

    fn publish(&self, state: &State) -> SysResult<()> {
        match state.claim.as_ref().and_then(|claim| claim.inside.as_ref()) {
            Some(inside) => inside.take(&self.mailbox),
            None => Ok(()),
        }
    }

    /// Who is inside at an address, and takes what comes from `source`.
    fn find(&self, to: SocketAddr, source: SocketAddr) -> Option<Arc<Mailbox>> {
        let from = SockAddr::Inet(source);
        if to.ip().is_loopback() { self.common.net.udp.find(to, |mailbox| mailbox.takes_from(&from)) } else { None }
    }

    /// The address that a datagram to `to` comes from, inside.
    fn source(state: &State, to: SocketAddr) -> Option<SocketAddr> {
        let local = state.claim.as_ref()?.local;
        Some(if local.ip().is_unspecified() {
            SocketAddr::new(inet::loopback(to.is_ipv4()), local.port())
        } else {
            SocketAddr::new(local.ip().to_canonical(), local.port())
        })
    }

    /// The host's socket to send to an address by.
    fn outside(&self, state: &mut State, to: SocketAddr) -> SysResult<Arc<dyn HostSocket>> {
        if !state.callers.contains(&to) {
            self.common.net.check_connect(to)?;
        }
        if let Some(host) = state.host()
            && (host.local()?.is_ipv4() == to.is_ipv4())
        {
            return Ok(host.clone());
        }
        let host = inet::open_outside(&self.common, to.is_ipv4())?;
        state.outside = Some(host.clone());
        self.changed.wake_all();
        Ok(host)
    }

    fn send_to(&self, state: &mut State, buf: &[u8], to: SocketAddr) -> SysResult<usize> {
        if to.port() == 0 {
            return fail(Errno::EINVAL, "port 0");
        }
        self.claim(state)?;
        let source = Udp::source(state, to).unwrap_or(to);
        if let Some(mailbox) = self.find(to, source) {
            let letter = Letter { data: buf.into(), from: SockAddr::Inet(source), ancillary: None };
            return match mailbox.deliver(letter) {
                Ok(()) | Err(Refusal::Full | Refusal::TooLong) => Ok(buf.len()),
                Err(Refusal::Gone | Refusal::Foreign) => self.unreachable(state, to, buf.len()),
            };
        }
        match self.outside(state, to) {
            Ok(host) => {
                let is_connected = state.peer_outside && state.peer == Some(to);
                host.send(buf, if is_connected { None } else { Some(to) })
            }
            Err(e) if e.errno == Errno::ECONNREFUSED => self.unreachable(state, to, buf.len()),
            Err(e) => Err(e),
        }
    }

    /// Nobody is there: who is connected there is told by the next call.
    fn unreachable(&self, state: &mut State, to: SocketAddr, len: usize) -> SysResult<usize> {
        if state.peer == Some(to) {
            state.error = Some(Errno::ECONNREFUSED);
            self.mailbox.readable.wake_all();
        }
        Ok(len)
    }

    fn check_broadcast(&self, to: SocketAddr) -> SysResult<()> {
        let is_broadcast = matches!(to.ip(), core::net::IpAddr::V4(ip) if ip.is_broadcast());
        if is_broadcast && !self.common.is_on(SOL_SOCKET, SO_BROADCAST) {
            return fail(Errno::EACCES, "a broadcast without SO_BROADCAST");
        }
        Ok(())
    }

    fn shown(&self, addr: SocketAddr) -> SockAddr {
        SockAddr::Inet(inet::shown(addr, self.common.is_v6()))
    }

    fn receive(&self, buf: &mut [u8], how: RecvHow) -> SysResult<Received> {
        let inside = self.mailbox.take(buf, how);
        let host = self.state.lock().host().cloned();
        match (inside, host) {
            (Err(e), Some(host)) if e.errno == Errno::EAGAIN => {
                let got = host.recv(buf, how.peek)?;
                if let Some(from) = got.from {
                    self.state.lock().remember(SocketAddr::new(from.ip().to_canonical(), from.port()));
                }
                let from = got.from.map(SockAddr::Inet);
                Ok(Received { n: got.n, message: Some(got.len), from, ancillary: None })
            }
            (inside, _) => inside,
        }
    }
}

impl Protocol for Udp {
    fn bind(&self, place: &Place) -> SysResult<()> {
        let mut state = self.state.lock();
        if state.claim.is_some() {
            return fail(Errno::EINVAL, "bound already");
        }
        state.claim = Some(inet::claim(&self.common, &self.common.net.udp, inet::address(place)?)?);
        if let Err(e) = self.publish(&state) {
            state.claim = None;
            return Err(e);
        }
        self.changed.wake_all();
        Ok(())
    }

    fn connect(&self, place: &Place) -> SysResult<()> {
        let mut state = self.state.lock();
        if *place == Place::Nowhere {
            (state.peer, state.source, state.peer_outside, state.outside) = (None, None, false, None);
            self.mailbox.set_peer(None);
            return Ok(());
        }
        let to = inet::destination(&self.common, inet::address(place)?)?;
        self.check_broadcast(to)?;
        self.claim(&mut state)?;
        let source = Udp::source(&state, to);
        let is_inside = source.is_some_and(|source| self.find(to, source).is_some());
        let outside = if is_inside { None } else { Some(self.outside(&mut state, to)) };
        match outside {
            Some(Ok(host)) => {
                host.connect(to)?;
                (state.peer_outside, state.source) = (true, host.local().ok());
            }
            // Nobody is there yet; somebody may be when something is sent.
            Some(Err(e)) if e.errno != Errno::ECONNREFUSED => return Err(e),
            Some(Err(_)) | None => (state.peer_outside, state.source) = (false, source),
        }
        self.mailbox.set_peer(Some(SockAddr::Inet(to)));
        state.peer = Some(to);
        Ok(())
    }

    fn local(&self) -> SysResult<SockAddr> {
        Ok(self.shown(self.state.lock().local().unwrap_or(gopherix_abi::unbound(self.common.is_v6()))))
    }

    fn peer(&self) -> SysResult<SockAddr> {
        let peer = self.state.lock().peer;
        peer.map(|peer| self.shown(peer)).ok_or(SysError::new(Errno::ENOTCONN, "not connected"))
    }

    fn recv(&self, buf: &mut [u8], how: RecvHow) -> SysResult<Received> {
        if let Some(error) = self.state.lock().error.take() {
            return fail(error, "nobody is where something was sent");
        }
        let mut received = self.receive(buf, how)?;
        if let Some(SockAddr::Inet(from)) = received.from {
            received.from = Some(self.shown(from));
        }
        Ok(received)
    }

    fn send(&self, buf: &[u8], to: Option<&Place>, _ancillary: Option<Ancillary>) -> SysResult<usize> {
        let to = match to {
            Some(place) => Some(inet::destination(&self.common, inet::address(place)?)?),
            None => None,
        };
        let mut state = self.state.lock();
        if let Some(error) = state.error.take() {
            return fail(error, "nobody is where something was sent");
        }
        if state.mute {
            return fail(Errno::EPIPE, "it no longer sends");
        }
        let Some(to) = to.or(state.peer) else {
            return fail(Errno::EDESTADDRREQ, "neither connected nor told where to");
        };
        if buf.len() > MAX {
            return fail(Errno::EMSGSIZE, "longer than any datagram");
        }
        self.check_broadcast(to)?;
        self.send_to(&mut state, buf, to)
    }

    fn shutdown(&self, how: SockHow) -> SysResult<()> {
        let mut state = self.state.lock();
        if state.peer.is_none() {
            return fail(Errno::ENOTCONN, "not connected");
        }
        if how.contains(SockHow::RD) {
            self.mailbox.close();
        }
        state.mute |= how.contains(SockHow::WR);
        state.host().map_or(Ok(()), |host| host.shutdown(how))
    }

    fn take_error(&self) -> Option<Errno> {
        let mut state = self.state.lock();
        state.error.take().or_else(|| state.host()?.take_error())
    }

    fn option_set(&self, level: u32, name: u32, value: i32) -> SysResult<()> {
        if (level, name) == (SOL_SOCKET, SO_RCVBUF) {
            self.mailbox.set_capacity(usize::try_from(value).unwrap_or(0));
        }
        let host = self.state.lock().host().cloned();
        host.map_or(Ok(()), |host| inet::tell_option(&self.common, &*host, (level, name, value)))
    }

    fn set_raw(&self, level: u32, name: u32, value: &[u8]) -> SysResult<()> {
        let known = matches!((level, name), (SOL_IP, IP_ADD_MEMBERSHIP | IP_DROP_MEMBERSHIP | IP_MULTICAST_IF))
            || matches!((level, name), (SOL_IPV6, IPV6_ADD_MEMBERSHIP | IPV6_DROP_MEMBERSHIP));
        match self.state.lock().host().cloned() {
            _ if !known => fail(Errno::ENOPROTOOPT, "this socket has no such option"),
            Some(host) => host.set_option(level, name, value),
            None => fail(Errno::ENODEV, "no interface of the kernel's own network has groups"),
        }
    }

    fn available(&self) -> u64 {
        let inside = self.mailbox.first_len().map(|len| u64::try_from(len).unwrap_or(u64::MAX));
        inside.or_else(|| Some(self.state.lock().host()?.available())).unwrap_or(0)
    }

    fn ready(&self) -> PollEvents {
        let state = self.state.lock();
        let mut ready = PollEvents::OUT;
        ready.set(PollEvents::IN, self.mailbox.first_len().is_some() || self.mailbox.is_closed());
        ready.set(PollEvents::ERR, state.error.is_some());
        match state.host() {
            Some(host) => {
                let theirs = host.ready();
                ready.set(PollEvents::OUT, theirs.contains(PollEvents::OUT));
                ready | (theirs & (PollEvents::IN | PollEvents::ERR))
            }
            None => ready,
        }
    }

    fn wait(&self, events: PollEvents) -> BoxFuture<'static, ()> {
        let inside = super::either(self.mailbox.readable.wait(), self.changed.wait());
        match self.state.lock().host() {
            Some(host) => super::either(inside, host.wait(events)),
            None => inside,
        }
    }
}

impl Drop for Udp {
    fn drop(&mut self) {
        self.mailbox.discard();
    }
}
