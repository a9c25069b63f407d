//! Unix sockets with connections: SOCK_STREAM and SOCK_SEQPACKET.

use std::sync::Arc;

use futures::future::BoxFuture;
use gopherix_abi::sockopt::{SO_RCVBUF, SO_SNDBUF, SOL_SOCKET};
use gopherix_abi::{Errno, PollEvents, SockAddr, SockHow, SockType, UnixName};

use super::{Holder, REFUSED, Taken, shown};
use crate::error::{SysError, SysResult, fail};
use crate::net::backlog::{Backlog, Caller};
use crate::net::channel::{End, Manner, Take, connection};
use crate::net::rights::{Ancillary, Contents, Ucred};
use crate::net::socket::{Common, Place, Protocol, Received, RecvHow, Socket};
use crate::net::tcp::sizes;
use crate::sync::Lock;

/// A unix socket with connections.
pub(in crate::net) struct Stream {
    common: Arc<Common>,
    state: Lock<State>,
}

#[derive(Default)]
struct State {
    phase: Phase,
    taken: Option<Taken>,
    /// Its name, where it has it of its listener.
    local: Option<SockAddr>,
    peer: Option<(SockAddr, Ucred)>,
}

#[derive(Clone, Default)]
enum Phase {
    #[default]
    Idle,
    Listening(Arc<Backlog>),
    Connected(Arc<End>),
}

fn manner(kind: SockType) -> Manner {
    if kind == SockType::SeqPacket { Manner::Packets } else { Manner::Unix }
}

impl Stream {
    pub(in crate::net) fn new(common: &Arc<Common>) -> Self {
        Stream { common: common.clone(), state: Lock::default() }
    }

    /// Two that are connected.
    pub(in crate::net) fn pair(one: &Arc<Common>, other: &Arc<Common>) -> (Self, Self) {
        let (first, second) = connection(manner(one.kind), sizes(one), sizes(other));
        let nobody = SockAddr::Unix(UnixName::Unnamed);
        let make = |common: &Arc<Common>, end, peer: &Common| {
            let peer = Some((nobody.clone(), peer.owner));
            let state = State { phase: Phase::Connected(Arc::new(end)), peer, ..State::default() };
            Stream { common: common.clone(), state: Lock::new(state) }
        };
        (make(one, first, other), make(other, second, one))
    }

    fn phase(&self) -> Phase {
        self.state.lock().phase.clone()
    }

    fn not_connected<T>(&self) -> SysResult<T> {
        let errno = if self.common.kind == SockType::Stream { Errno::EINVAL } else { Errno::ENOTCONN };
        fail(errno, "not connected")
    }
}

impl Protocol for Stream {
    fn bind(&self, place: &Place) -> SysResult<()> {
        let mut state = self.state.lock();
        if state.taken.is_some() {
            return fail(Errno::EINVAL, "bound already");
        }
        state.taken = Some(self.common.net.unix.take(place, self.common.kind, Holder::Bound)?);
        Ok(())
    }

    fn connect(&self, place: &Place) -> SysResult<()> {
        let mut state = self.state.lock();
        match &state.phase {
            Phase::Idle => {}
            Phase::Listening(_) => return fail(Errno::EINVAL, "a listening socket"),
            Phase::Connected(_) => return fail(Errno::EISCONN, "connected already"),
        }
        let (name, holder) = self.common.net.unix.find(place, self.common.kind)?;
        let Holder::Listener(backlog) = holder else { return Err(REFUSED) };
        let backlog = backlog.upgrade().ok_or(REFUSED)?;
        let caller = Caller {
            manner: manner(self.common.kind),
            sizes: sizes(&self.common),
            local: shown(state.taken.as_ref()),
            to: SockAddr::Unix(name.clone()),
            owner: self.common.owner,
        };
        let end = backlog.connect_now(&caller)?;
        state.peer = Some((SockAddr::Unix(name), backlog.owner));
        state.phase = Phase::Connected(Arc::new(end));
        Ok(())
    }

    fn wait_for_room(&self, place: &Place) -> BoxFuture<'static, ()> {
        let listener = match self.common.net.unix.find(place, self.common.kind) {
            Ok((_, Holder::Listener(backlog))) => backlog.upgrade(),
            _ => None,
        };
        match listener {
            Some(backlog) => backlog.room.wait(),
            None => Box::pin(std::future::ready(())),
        }
    }

    fn listen(&self, backlog: u32) -> SysResult<()> {
        let mut state = self.state.lock();
        match &state.phase {
            Phase::Idle => {}
            Phase::Listening(queue) => {
                queue.set_limit(backlog);
                return Ok(());
            }
            Phase::Connected(_) => return fail(Errno::EINVAL, "connected already"),
        }
        let Some(taken) = &state.taken else { return fail(Errno::EINVAL, "not bound") };
        let queue = Backlog::new(backlog, sizes(&self.common), self.common.owner);
        taken.hold(Holder::Listener(Arc::downgrade(&queue)));
        state.phase = Phase::Listening(queue);
        Ok(())
    }

    fn accept(&self) -> SysResult<Arc<Socket>> {
        let Phase::Listening(queue) = self.phase() else { return fail(Errno::EINVAL, "not listening") };
        let Some(arrived) = queue.accept() else { return fail(Errno::EAGAIN, "no connection waits") };
        let Common { net, family, kind, owner, options } = &*self.common;
        let options = Lock::new(options.lock().clone());
        let common = Arc::new(Common { net: net.clone(), family: *family, kind: *kind, owner: *owner, options });
        let state = State {
            phase: Phase::Connected(Arc::new(arrived.end)),
            taken: None,
            local: Some(arrived.local),
            peer: Some((arrived.peer, arrived.owner)),
        };
        Ok(Socket::new(common.clone(), Box::new(Stream { common, state: Lock::new(state) })))
    }

    fn local(&self) -> SysResult<SockAddr> {
        let state = self.state.lock();
        Ok(state.local.clone().unwrap_or_else(|| shown(state.taken.as_ref())))
    }

    fn peer(&self) -> SysResult<SockAddr> {
        let state = self.state.lock();
        state.peer.as_ref().map(|(peer, _)| peer.clone()).ok_or(SysError::new(Errno::ENOTCONN, "not connected"))
    }

    fn recv(&self, buf: &mut [u8], how: RecvHow) -> SysResult<Received> {
        let Phase::Connected(end) = self.phase() else { return self.not_connected() };
        let taken = end.read(buf, Take { peek: how.peek })?;
        Ok(Received { n: taken.n, message: taken.record, from: None, ancillary: taken.ancillary })
    }

    fn queue(&self, _to: Option<&Place>) -> Option<usize> {
        if let Phase::Connected(end) = self.phase() { Some(end.sends_to()) } else { None }
    }

    fn contents(&self) -> Contents {
        let mut contents = Contents::default();
        match self.phase() {
            Phase::Idle => {}
            Phase::Listening(queue) => queue.add_contents(&mut contents),
            Phase::Connected(end) => end.add_contents(&mut contents),
        }
        contents
    }

    fn send(&self, buf: &[u8], to: Option<&Place>, ancillary: Option<Ancillary>) -> SysResult<usize> {
        match (self.phase(), to) {
            (Phase::Connected(_), Some(_)) => fail(Errno::EISCONN, "connected, so an address has no meaning"),
            (Phase::Connected(end), None) => end.write(buf, ancillary),
            _ => fail(Errno::ENOTCONN, "not connected"),
        }
    }

    fn shutdown(&self, how: SockHow) -> SysResult<()> {
        match self.phase() {
            Phase::Connected(end) => {
                if how.contains(SockHow::RD) {
                    end.end_reading();
                }
                if how.contains(SockHow::WR) {
                    end.end_writing();
                }
            }
            Phase::Listening(queue) if how.contains(SockHow::RD) => queue.close(),
            Phase::Listening(_) | Phase::Idle => {}
        }
        Ok(())
    }

    fn take_error(&self) -> Option<Errno> {
        match self.phase() {
            Phase::Connected(end) => end.take_error(),
            Phase::Idle | Phase::Listening(_) => None,
        }
    }

    fn is_listening(&self) -> bool {
        matches!(self.phase(), Phase::Listening(_))
    }

    fn peer_credentials(&self) -> Option<Ucred> {
        self.state.lock().peer.as_ref().map(|(_, owner)| *owner)
    }

    fn option_set(&self, level: u32, name: u32, value: i32) -> SysResult<()> {
        if let (Phase::Connected(end), SOL_SOCKET, SO_SNDBUF | SO_RCVBUF) = (self.phase(), level, name) {
            let (mut sizes, size) = (sizes(&self.common), usize::try_from(value).unwrap_or(0));
            if name == SO_SNDBUF {
                sizes.send = size
            } else {
                sizes.receive = size
            }
            end.set_sizes(sizes);
        }
        Ok(())
    }

    fn available(&self) -> u64 {
        match self.phase() {
            Phase::Connected(end) => u64::try_from(end.available()).unwrap_or(u64::MAX),
            Phase::Listening(_) => 1,
            Phase::Idle => 0,
        }
    }

    fn ready(&self) -> PollEvents {
        match self.phase() {
            Phase::Connected(end) => end.ready(),
            Phase::Listening(queue) if queue.has_some() => PollEvents::IN,
            Phase::Listening(_) => PollEvents::empty(),
            Phase::Idle => PollEvents::OUT | PollEvents::HUP,
        }
    }

    fn wait(&self, events: PollEvents) -> BoxFuture<'static, ()> {
        match self.phase() {
            Phase::Connected(end) => end.wait(events),
            Phase::Listening(queue) => queue.readable.wait(),
            Phase::Idle => Box::pin(std::future::pending()),
        }
    }
}

impl Drop for Stream {
    /// What waits to be accepted is reset, also if somebody is waiting for it just now.
    fn drop(&mut self) {
        if let Phase::Listening(queue) = self.phase() {
            queue.close();
        }
    }
}
