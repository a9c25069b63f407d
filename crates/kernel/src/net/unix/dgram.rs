//! Unix sockets with messages: SOCK_DGRAM. They are reliable: a full receiver makes the sender wait.

use std::sync::{Arc, Weak};

use futures::future::BoxFuture;
use gopherix_abi::sockopt::{SO_RCVBUF, SO_SNDBUF, SOL_SOCKET};
use gopherix_abi::{Errno, PollEvents, SockAddr, SockHow, SockType, UnixName};

use super::{Holder, REFUSED, Taken, shown};
use crate::error::{SysError, SysResult, fail};
use crate::net::mailbox::{Letter, Mailbox, Refusal};
use crate::net::rights::{Ancillary, Contents, Ucred};
use crate::net::socket::{Common, Place, Protocol, Received, RecvHow};
use crate::sync::Lock;

/// A unix socket with messages.
pub(in crate::net) struct Dgram {
    common: Arc<Common>,
    mailbox: Arc<Mailbox>,
    state: Lock<State>,
}

#[derive(Default)]
struct State {
    taken: Option<Taken>,
    peer: Option<Peer>,
    /// Whose mailbox the last message found full.
    awaited: Option<Weak<Mailbox>>,
    mute: bool,
}

#[derive(Clone)]
struct Peer {
    name: SockAddr,
    mailbox: Weak<Mailbox>,
    owner: Option<Ucred>,
}

impl Dgram {
    pub(in crate::net) fn new(common: &Arc<Common>) -> Self {
        let mailbox = Mailbox::new(common.size(SO_RCVBUF));
        Dgram { common: common.clone(), mailbox, state: Lock::default() }
    }

    /// Two that are connected.
    pub(in crate::net) fn pair(one: &Arc<Common>, other: &Arc<Common>) -> (Self, Self) {
        let (first, second) = (Dgram::new(one), Dgram::new(other));
        let name = SockAddr::Unix(UnixName::Unnamed);
        for (own, peer) in [(&first, &second), (&second, &first)] {
            let (mailbox, owner) = (Arc::downgrade(&peer.mailbox), Some(peer.common.owner));
            own.state.lock().peer = Some(Peer { name: name.clone(), mailbox, owner });
        }
        (first, second)
    }

    fn find(&self, place: &Place) -> SysResult<Peer> {
        let (name, holder) = self.common.net.unix.find(place, SockType::Dgram)?;
        match holder {
            Holder::Mailbox(mailbox) => Ok(Peer { name: SockAddr::Unix(name), mailbox, owner: None }),
            Holder::Bound | Holder::Listener(_) => Err(REFUSED),
        }
    }

    /// The mailbox that a sender waits for.
    fn awaited(&self) -> Option<Arc<Mailbox>> {
        let state = self.state.lock();
        let awaited = state.awaited.as_ref().or(state.peer.as_ref().map(|peer| &peer.mailbox));
        awaited.and_then(Weak::upgrade)
    }
}

impl Protocol for Dgram {
    fn bind(&self, place: &Place) -> SysResult<()> {
        let mut state = self.state.lock();
        if state.taken.is_some() {
            return fail(Errno::EINVAL, "bound already");
        }
        let holder = Holder::Mailbox(Arc::downgrade(&self.mailbox));
        state.taken = Some(self.common.net.unix.take(place, SockType::Dgram, holder)?);
        Ok(())
    }

    fn connect(&self, place: &Place) -> SysResult<()> {
        let peer = if *place == Place::Nowhere { None } else { Some(self.find(place)?) };
        self.mailbox.set_peer(peer.as_ref().map(|peer| peer.name.clone()));
        self.state.lock().peer = peer;
        self.mailbox.writable.wake_all();
        Ok(())
    }

    fn local(&self) -> SysResult<SockAddr> {
        Ok(shown(self.state.lock().taken.as_ref()))
    }

    fn peer(&self) -> SysResult<SockAddr> {
        let state = self.state.lock();
        state.peer.as_ref().map(|peer| peer.name.clone()).ok_or(SysError::new(Errno::ENOTCONN, "not connected"))
    }

    fn recv(&self, buf: &mut [u8], how: RecvHow) -> SysResult<Received> {
        let mut received = self.mailbox.take(buf, how)?;
        received.from = received.from.filter(|from| *from != SockAddr::Unix(UnixName::Unnamed));
        Ok(received)
    }

    fn queue(&self, to: Option<&Place>) -> Option<usize> {
        let peer = match to {
            Some(place) => self.find(place).ok(),
            None => self.state.lock().peer.clone(),
        };
        Some(Arc::as_ptr(&peer?.mailbox.upgrade()?).addr())
    }

    fn contents(&self) -> Contents {
        let mut contents = Contents::default();
        self.mailbox.add_contents(&mut contents);
        contents
    }

    fn send(&self, buf: &[u8], to: Option<&Place>, ancillary: Option<Ancillary>) -> SysResult<usize> {
        let to = to.map(|place| self.find(place)).transpose()?;
        let mut state = self.state.lock();
        if state.mute {
            return fail(Errno::EPIPE, "it no longer sends");
        }
        let Some(peer) = to.or_else(|| state.peer.clone()) else {
            return fail(Errno::ENOTCONN, "neither connected nor told where to");
        };
        let mailbox = peer.mailbox.upgrade().ok_or(REFUSED)?;
        if buf.len() > self.common.size(SO_SNDBUF) {
            return fail(Errno::EMSGSIZE, "the message is larger than the buffer");
        }
        let letter = Letter { data: buf.into(), from: shown(state.taken.as_ref()), ancillary };
        state.awaited = None;
        match mailbox.deliver(letter) {
            Ok(()) => Ok(buf.len()),
            Err(Refusal::Full) => {
                state.awaited = Some(Arc::downgrade(&mailbox));
                fail(Errno::EAGAIN, "the receiver's buffer is full")
            }
            Err(Refusal::TooLong) => fail(Errno::EMSGSIZE, "the message is larger than the receiver's buffer"),
            Err(Refusal::Gone) => Err(REFUSED),
            Err(Refusal::Foreign) => fail(Errno::EPERM, "the receiver is connected to another"),
        }
    }

    fn shutdown(&self, how: SockHow) -> SysResult<()> {
        if self.state.lock().peer.is_none() {
            return fail(Errno::ENOTCONN, "not connected");
        }
        if how.contains(SockHow::RD) {
            self.mailbox.close();
        }
        if how.contains(SockHow::WR) {
            self.state.lock().mute = true;
        }
        Ok(())
    }

    fn take_error(&self) -> Option<Errno> {
        None
    }

    fn peer_credentials(&self) -> Option<Ucred> {
        self.state.lock().peer.as_ref().and_then(|peer| peer.owner)
    }

    fn option_set(&self, level: u32, name: u32, value: i32) -> SysResult<()> {
        if (level, name) == (SOL_SOCKET, SO_RCVBUF) {
            self.mailbox.set_capacity(usize::try_from(value).unwrap_or(0));
        }
        Ok(())
    }

    fn available(&self) -> u64 {
        self.mailbox.first_len().map_or(0, |len| u64::try_from(len).unwrap_or(u64::MAX))
    }

    fn ready(&self) -> PollEvents {
        let mut ready = PollEvents::empty();
        ready.set(PollEvents::IN, self.mailbox.first_len().is_some() || self.mailbox.is_closed());
        ready.set(PollEvents::OUT, self.awaited().is_none_or(|mailbox| mailbox.is_writable()));
        ready
    }

    fn wait(&self, events: PollEvents) -> BoxFuture<'static, ()> {
        let readable = self.mailbox.readable.wait();
        match self.awaited() {
            Some(mailbox) if events == PollEvents::OUT => mailbox.writable.wait(),
            Some(mailbox) => crate::net::either(readable, mailbox.writable.wait()),
            None => readable,
        }
    }
}

impl Drop for Dgram {
    fn drop(&mut self) {
        self.mailbox.discard();
    }
}
