//! TCP sockets (tcp(7)).
//!
//! A connection is either *inside*, to another socket of this kernel ([`End`]), or *outside*, the host's ([`HostSocket`]). Which it
//! is the address tells and the grants, at bind(2) and connect(2); see the module `route`. A listener may be both.
//!
//! Lock order: a socket's state, then the table of ports or a backlog. Nobody holds two sockets' states.

use core::net::SocketAddr;
use std::sync::Arc;

use futures::future::BoxFuture;
use gopherix_abi::sockopt::{SO_RCVBUF, SO_SNDBUF, SOL_SOCKET};
use gopherix_abi::{Errno, PollEvents, SockAddr, SockHow};

use super::backlog::{Attempt, Backlog, Caller, Joined};
use super::channel::{End, Manner, Sizes, Take};
use super::inet::{self, Claim};
use super::ports::Bound;
use super::rights::Ancillary;
use super::socket::{Common, Place, Protocol, Received, RecvHow, Socket};
use crate::error::{SysResult, fail};
use crate::platform::HostSocket;
use crate::sync::Lock;

/// A TCP socket.
pub(super) struct Tcp {
    common: Arc<Common>,
    state: Lock<State>,
}

#[derive(Default)]
struct State {
    phase: Phase,
    /// What bind(2) took.
    claim: Option<Claim<Backlog>>,
    /// The number of a connection that was not bound before.
    ephemeral: Option<Bound<Backlog>>,
    local: Option<SocketAddr>,
    peer: Option<SocketAddr>,
    /// How a connect ended that did not succeed.
    error: Option<Errno>,
}

#[derive(Clone, Default)]
enum Phase {
    #[default]
    Idle,
    Connecting(Arc<Attempt>),
    Listening(Arc<Backlog>, Option<Arc<dyn HostSocket>>),
    Inside(Arc<End>),
    Outside(Arc<dyn HostSocket>),
}

impl Tcp {
    pub(super) fn new(common: &Arc<Common>) -> Self {
        Tcp { common: common.clone(), state: Lock::default() }
    }

    /// A socket around a listener of the host.
    pub(super) fn of_listener(common: &Arc<Common>, host: Arc<dyn HostSocket>) -> Self {
        let local = host.local().ok();
        let phase = Phase::Listening(Backlog::new(0, sizes(common), common.owner), Some(host));
        Tcp { common: common.clone(), state: Lock::new(State { phase, local, ..State::default() }) }
    }

    /// What it is about now, a connect that has ended meanwhile included.
    fn phase(&self) -> Phase {
        let mut state = self.state.lock();
        state.settle();
        state.phase.clone()
    }

    fn connect_inside(&self, state: &mut State, to: SocketAddr, backlog: &Backlog) -> SysResult<()> {
        let bound = state.claim.as_ref().and_then(|claim| claim.inside.as_ref()).map(|bound| bound.local);
        let source = inet::loopback(to.is_ipv4());
        let (local, ephemeral) = match bound {
            Some(bound) if bound.ip().is_unspecified() => (SocketAddr::new(source, bound.port()), None),
            Some(bound) => (bound, None),
            None => {
                let bound = inet::ephemeral(&self.common.net.tcp, source)?;
                (bound.local, Some(bound))
            }
        };
        let caller = Caller {
            manner: Manner::Tcp,
            sizes: sizes(&self.common),
            local: SockAddr::Inet(local),
            to: SockAddr::Inet(to),
            owner: self.common.owner,
        };
        let joined = backlog.connect(caller)?;
        (state.local, state.peer, state.ephemeral) = (Some(local), Some(to), ephemeral);
        match joined {
            Joined::Now(end) => {
                state.phase = Phase::Inside(Arc::new(end));
                Ok(())
            }
            Joined::Later(attempt) => {
                state.phase = Phase::Connecting(attempt);
                fail(Errno::EINPROGRESS, "the listener's queue is full")
            }
        }
    }

    fn connect_outside(&self, state: &mut State, to: SocketAddr) -> SysResult<()> {
        let host = match state.claim.as_mut().and_then(|claim| claim.outside.take()) {
            Some(host) if host.local().is_ok_and(|local| local.is_ipv4() == to.is_ipv4()) => host,
            _ => inet::open_outside(&self.common, to.is_ipv4())?,
        };
        let begun = host.connect(to);
        match begun {
            Ok(()) => {}
            Err(e) if e.errno == Errno::EINPROGRESS => {}
            Err(e) => return Err(e),
        }
        state.phase = Phase::Outside(host);
        (state.local, state.peer) = (None, Some(to));
        begun
    }

    fn accepted(&self, tcp: State) -> Arc<Socket> {
        let Common { net, family, kind, owner, options } = &*self.common;
        let options = Lock::new(options.lock().clone());
        let common = Arc::new(Common { net: net.clone(), family: *family, kind: *kind, owner: *owner, options });
        Socket::new(common.clone(), Box::new(Tcp { common, state: Lock::new(tcp) }))
    }

    fn accept_outside(&self, host: &Arc<dyn HostSocket>) -> SysResult<Arc<Socket>> {
        let host = host.accept()?;
        let (local, peer) = (host.local().ok(), host.peer().ok());
        Ok(self.accepted(State { phase: Phase::Outside(host), local, peer, ..State::default() }))
    }

    fn shown(&self, addr: SocketAddr) -> SockAddr {
        SockAddr::Inet(inet::shown(addr, self.common.is_v6()))
    }
}

impl State {
    fn settle(&mut self) {
        let Phase::Connecting(attempt) = &self.phase else { return };
        match attempt.take() {
            None => {}
            Some(Ok(end)) => self.phase = Phase::Inside(Arc::new(end)),
            Some(Err(e)) => {
                self.disconnect();
                self.error = Some(e.errno);
            }
        }
    }

    fn disconnect(&mut self) {
        self.phase = Phase::Idle;
        self.local = self.claim.as_ref().map(|claim| claim.local);
        (self.peer, self.ephemeral) = (None, None);
    }

    /// What keeps it from connecting.
    fn check_connectable(&self) -> SysResult<()> {
        match &self.phase {
            Phase::Idle => Ok(()),
            Phase::Connecting(_) => fail(Errno::EALREADY, "it is being connected already"),
            Phase::Listening(..) => fail(Errno::EISCONN, "a listening socket"),
            Phase::Inside(_) => fail(Errno::EISCONN, "connected already"),
            Phase::Outside(host) => match (host.peer(), host.ready().contains(PollEvents::OUT)) {
                (Err(_), false) => fail(Errno::EALREADY, "it is being connected already"),
                _ => fail(Errno::EISCONN, "connected already"),
            },
        }
    }
}

pub(super) fn sizes(common: &Common) -> Sizes {
    Sizes { send: common.size(SO_SNDBUF), receive: common.size(SO_RCVBUF) }
}

impl Protocol for Tcp {
    fn bind(&self, place: &Place) -> SysResult<()> {
        let mut state = self.state.lock();
        if state.claim.is_some() || !matches!(state.phase, Phase::Idle) {
            return fail(Errno::EINVAL, "bound already");
        }
        let claim = inet::claim(&self.common, &self.common.net.tcp, inet::address(place)?)?;
        (state.local, state.claim) = (Some(claim.local), Some(claim));
        Ok(())
    }

    fn connect(&self, place: &Place) -> SysResult<()> {
        let mut state = self.state.lock();
        state.settle();
        state.check_connectable()?;
        if let Some(error) = state.error.take() {
            return fail(error, "the connect before this one");
        }
        let to = inet::destination(&self.common, inet::address(place)?)?;
        if to.ip().is_loopback()
            && let Some(backlog) = self.common.net.tcp.find(to, |_| true)
        {
            return self.connect_inside(&mut state, to, &backlog);
        }
        self.common.net.check_connect(to)?;
        self.connect_outside(&mut state, to)
    }

    fn listen(&self, backlog: u32) -> SysResult<()> {
        let mut state = self.state.lock();
        match &state.phase {
            Phase::Idle => {}
            Phase::Listening(queue, outside) => {
                queue.set_limit(backlog);
                return outside.as_ref().map_or(Ok(()), |host| host.listen(backlog));
            }
            _ => return fail(Errno::EINVAL, "connected already"),
        }
        if state.claim.is_none() {
            let any = gopherix_abi::unbound(self.common.is_v6());
            let claim = inet::claim(&self.common, &self.common.net.tcp, any)?;
            (state.local, state.claim) = (Some(claim.local), Some(claim));
        }
        let Some(claim) = &state.claim else { return Ok(()) };
        let queue = Backlog::new(backlog, sizes(&self.common), self.common.owner);
        if let Some(inside) = &claim.inside {
            inside.take(&queue)?;
        }
        let outside = claim.outside.clone();
        if let Some(host) = &outside {
            host.listen(backlog)?;
        }
        state.phase = Phase::Listening(queue, outside);
        Ok(())
    }

    fn accept(&self) -> SysResult<Arc<Socket>> {
        let Phase::Listening(queue, outside) = self.phase() else {
            return fail(Errno::EINVAL, "not listening");
        };
        if let Some(arrived) = queue.accept() {
            let address = |addr| if let SockAddr::Inet(addr) = addr { Some(addr) } else { None };
            let (local, peer) = (address(arrived.local), address(arrived.peer));
            let phase = Phase::Inside(Arc::new(arrived.end));
            return Ok(self.accepted(State { phase, local, peer, ..State::default() }));
        }
        match &outside {
            Some(host) => self.accept_outside(host),
            None => fail(Errno::EAGAIN, "no connection waits"),
        }
    }

    fn local(&self) -> SysResult<SockAddr> {
        let mut state = self.state.lock();
        state.settle();
        if let (Phase::Outside(host), None) = (&state.phase, state.local) {
            return Ok(self.shown(host.local()?));
        }
        Ok(self.shown(state.local.unwrap_or(gopherix_abi::unbound(self.common.is_v6()))))
    }

    fn peer(&self) -> SysResult<SockAddr> {
        let mut state = self.state.lock();
        state.settle();
        let connected = match &state.phase {
            Phase::Inside(end) => end.open() != (false, false),
            Phase::Outside(host) => return Ok(self.shown(host.peer()?)),
            Phase::Idle | Phase::Connecting(_) | Phase::Listening(..) => false,
        };
        match state.peer.filter(|_| connected) {
            Some(peer) => Ok(self.shown(peer)),
            None => fail(Errno::ENOTCONN, "not connected"),
        }
    }

    fn recv(&self, buf: &mut [u8], how: RecvHow) -> SysResult<Received> {
        match self.phase() {
            Phase::Inside(end) => {
                let taken = end.read(buf, Take { peek: how.peek })?;
                Ok(Received { n: taken.n, ..Received::default() })
            }
            Phase::Outside(host) => Ok(Received { n: host.recv(buf, how.peek)?.n, ..Received::default() }),
            Phase::Connecting(_) => fail(Errno::EAGAIN, "not connected yet"),
            Phase::Idle | Phase::Listening(..) => match self.take_error() {
                Some(error) => fail(error, "the connect failed"),
                None => fail(Errno::ENOTCONN, "not connected"),
            },
        }
    }

    fn send(&self, buf: &[u8], _to: Option<&Place>, _ancillary: Option<Ancillary>) -> SysResult<usize> {
        match self.phase() {
            Phase::Inside(end) => end.write(buf, None),
            Phase::Outside(host) => host.send(buf, None),
            Phase::Connecting(_) => fail(Errno::EAGAIN, "not connected yet"),
            Phase::Idle | Phase::Listening(..) => match self.take_error() {
                Some(error) => fail(error, "the connect failed"),
                None => fail(Errno::EPIPE, "not connected"),
            },
        }
    }

    fn shutdown(&self, how: SockHow) -> SysResult<()> {
        match self.phase() {
            Phase::Inside(end) => {
                if how.contains(SockHow::RD) {
                    end.end_reading();
                }
                if how.contains(SockHow::WR) {
                    end.end_writing();
                }
            }
            Phase::Outside(host) => host.shutdown(how)?,
            Phase::Listening(..) if !how.contains(SockHow::RD) => {}
            Phase::Listening(queue, _) => {
                queue.close();
                self.state.lock().disconnect();
            }
            Phase::Connecting(_) => self.state.lock().disconnect(),
            Phase::Idle => return fail(Errno::ENOTCONN, "not connected"),
        }
        Ok(())
    }

    fn take_error(&self) -> Option<Errno> {
        match self.phase() {
            Phase::Inside(end) => end.take_error(),
            Phase::Outside(host) => host.take_error(),
            Phase::Idle | Phase::Connecting(_) | Phase::Listening(..) => self.state.lock().error.take(),
        }
    }

    fn is_listening(&self) -> bool {
        matches!(self.phase(), Phase::Listening(..))
    }

    fn option_set(&self, level: u32, name: u32, value: i32) -> SysResult<()> {
        let state = self.state.lock();
        let bound = state.claim.as_ref().and_then(|claim| claim.outside.as_ref());
        match &state.phase {
            Phase::Inside(end) if level == SOL_SOCKET && matches!(name, SO_SNDBUF | SO_RCVBUF) => {
                let size = usize::try_from(value).unwrap_or(0);
                let mut sizes = sizes(&self.common);
                if name == SO_SNDBUF {
                    sizes.send = size
                } else {
                    sizes.receive = size
                }
                end.set_sizes(sizes);
                Ok(())
            }
            Phase::Outside(host) | Phase::Listening(_, Some(host)) => {
                inet::tell_option(&self.common, &**host, (level, name, value))
            }
            _ => bound.map_or(Ok(()), |host| inet::tell_option(&self.common, &**host, (level, name, value))),
        }
    }

    fn available(&self) -> u64 {
        match self.phase() {
            Phase::Inside(end) => u64::try_from(end.available()).unwrap_or(u64::MAX),
            Phase::Outside(host) => host.available(),
            Phase::Listening(..) => 1,
            Phase::Idle | Phase::Connecting(_) => 0,
        }
    }

    fn ready(&self) -> PollEvents {
        match self.phase() {
            Phase::Inside(end) => end.ready(),
            Phase::Outside(host) => host.ready(),
            Phase::Connecting(_) => PollEvents::empty(),
            Phase::Listening(queue, outside) => {
                let outside = outside.is_some_and(|host| host.ready().contains(PollEvents::IN));
                if outside || queue.has_some() { PollEvents::IN } else { PollEvents::empty() }
            }
            Phase::Idle => {
                let mut ready = PollEvents::OUT | PollEvents::HUP;
                ready.set(PollEvents::IN | PollEvents::ERR, self.state.lock().error.is_some());
                ready
            }
        }
    }

    fn wait(&self, events: PollEvents) -> BoxFuture<'static, ()> {
        match self.phase() {
            Phase::Inside(end) => end.wait(events),
            Phase::Outside(host) => host.wait(events),
            Phase::Connecting(attempt) => attempt.changed.wait(),
            Phase::Listening(queue, None) => queue.readable.wait(),
            Phase::Listening(queue, Some(host)) => super::either(queue.readable.wait(), host.wait(PollEvents::IN)),
            Phase::Idle => Box::pin(std::future::pending()),
        }
    }
}

impl Drop for Tcp {
    /// SO_LINGER with no time to linger resets the connection. A listener's connections go with its backlog.
    fn drop(&mut self) {
        let state = self.state.lock();
        let abrupt = self.common.options.lock().linger == Some(0);
        match &state.phase {
            Phase::Inside(end) if abrupt => end.reset(),
            Phase::Listening(queue, _) => queue.close(),
            _ => {}
        }
    }
}
