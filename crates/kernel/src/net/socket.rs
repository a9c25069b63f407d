//! Sockets: what is common to all, and the files they are.
//!
//! A [`Socket`] is a `File`; what its calls do is its [`Protocol`]'s. Handlers find it by [`File::as_socket`].

use std::sync::Arc;

use futures::future::BoxFuture;
use gopherix_abi::sockopt::{SO_ACCEPTCONN, SO_DOMAIN, SO_ERROR, SO_PROTOCOL, SO_TYPE, SOL_SOCKET};
use gopherix_abi::{Errno, FileType, PollEvents, SockAddr, SockFamily, SockHow, SockType, Stat, UnixName};

use super::options::Options;
use super::rights::{Ancillary, Contents, InFlight, Ucred};
use super::unix::NodeKey;
use super::{Net, anonymous_stat, next_ino};
use crate::error::{SysResult, fail};
use crate::file::File;
use crate::sync::Lock;

/// An address as a handler hands it on: names of files are looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// AF_UNSPEC.
    Nowhere,
    /// An internet address.
    Inet(core::net::SocketAddr),
    /// A unix socket's name, and the file it was found to be if it is a path.
    Unix(UnixName, Option<NodeKey>),
}

/// How to receive.
#[derive(Clone, Copy, Debug, Default)]
pub struct RecvHow {
    /// MSG_PEEK.
    pub peek: bool,
}

/// What was received.
#[derive(Default)]
pub struct Received {
    /// Bytes put into the buffer.
    pub n: usize,
    /// Bytes of the message, if it was one; more than `n` if the rest is lost.
    pub message: Option<usize>,
    /// Who sent the datagram.
    pub from: Option<SockAddr>,
    /// Control data.
    pub ancillary: Option<Ancillary>,
}

/// What protocols and files both look at.
pub(super) struct Common {
    pub(super) net: Arc<Net>,
    pub(super) family: SockFamily,
    pub(super) kind: SockType,
    /// Who made it.
    pub(super) owner: Ucred,
    pub(super) options: Lock<Options>,
}

impl Common {
    /// The value of an option.
    pub(super) fn is_on(&self, level: u32, name: u32) -> bool {
        self.options.lock().is_on(level, name)
    }

    /// A size in bytes.
    pub(super) fn size(&self, name: u32) -> usize {
        self.options.lock().size(name)
    }

    pub(super) fn is_v6(&self) -> bool {
        self.family == SockFamily::Inet6
    }
}

/// What the calls on a socket do.
pub(super) trait Protocol: Send + Sync {
    /// bind(2). EINVAL if it is bound.
    fn bind(&self, place: &Place) -> SysResult<()>;

    /// connect(2). EINPROGRESS: `OUT` tells the end, and `take_error` how. EAGAIN: see `wait_for_room`.
    fn connect(&self, place: &Place) -> SysResult<()>;

    /// Ends when a connect that answered EAGAIN may do better.
    fn wait_for_room(&self, place: &Place) -> BoxFuture<'static, ()> {
        let _ = place;
        Box::pin(std::future::ready(()))
    }

    /// listen(2).
    fn listen(&self, backlog: u32) -> SysResult<()> {
        let _ = backlog;
        fail(Errno::ENOTSUP, "this socket has no connections")
    }

    /// accept(2).
    fn accept(&self) -> SysResult<Arc<Socket>> {
        fail(Errno::ENOTSUP, "this socket has no connections")
    }

    /// getsockname(2).
    fn local(&self) -> SysResult<SockAddr>;

    /// getpeername(2).
    fn peer(&self) -> SysResult<SockAddr>;

    /// recvmsg(2).
    fn recv(&self, buf: &mut [u8], how: RecvHow) -> SysResult<Received>;

    /// The address of the queue that a message goes to, and what waits in those of this socket; for passed descriptors.
    fn queue(&self, to: Option<&Place>) -> Option<usize> {
        let _ = to;
        None
    }

    /// See [`Contents`].
    fn contents(&self) -> Contents {
        Contents::default()
    }

    /// sendmsg(2).
    fn send(&self, buf: &[u8], to: Option<&Place>, ancillary: Option<Ancillary>) -> SysResult<usize>;

    /// shutdown(2).
    fn shutdown(&self, how: SockHow) -> SysResult<()>;

    /// SO_ERROR.
    fn take_error(&self) -> Option<Errno>;

    /// SO_ACCEPTCONN.
    fn is_listening(&self) -> bool {
        false
    }

    /// SO_PEERCRED.
    fn peer_credentials(&self) -> Option<Ucred> {
        None
    }

    /// A number option was set.
    fn option_set(&self, level: u32, name: u32, value: i32) -> SysResult<()> {
        let _ = (level, name, value);
        Ok(())
    }

    /// An option that is no number: where it means something to the protocol, whether it was taken.
    fn set_raw(&self, level: u32, name: u32, value: &[u8]) -> SysResult<()> {
        let _ = (level, name, value);
        fail(Errno::ENOPROTOOPT, "this socket has no such option")
    }

    fn available(&self) -> u64;

    fn ready(&self) -> PollEvents;

    fn wait(&self, events: PollEvents) -> BoxFuture<'static, ()>;
}

/// A socket.
pub struct Socket {
    common: Arc<Common>,
    ino: u64,
    protocol: Box<dyn Protocol>,
}

impl Socket {
    pub(super) fn new(common: Arc<Common>, protocol: Box<dyn Protocol>) -> Arc<Socket> {
        Arc::new(Socket { common, ino: next_ino(), protocol })
    }

    /// Its family.
    #[must_use]
    pub fn family(&self) -> SockFamily {
        self.common.family
    }

    /// Its type.
    #[must_use]
    pub fn kind(&self) -> SockType {
        self.common.kind
    }

    /// The protocol's number (SO_PROTOCOL).
    fn number(&self) -> i32 {
        match (self.common.family, self.common.kind) {
            (SockFamily::Unix, _) => 0,
            (_, SockType::Stream) => 6,
            _ => 17,
        }
    }

    /// bind(2).
    ///
    /// # Errors
    /// EINVAL if it is bound; EADDRINUSE; EADDRNOTAVAIL; EACCES where the host's network is not granted.
    pub fn bind(&self, place: &Place) -> SysResult<()> {
        self.check_family(place)?;
        self.protocol.bind(place)
    }

    /// Begins connect(2).
    ///
    /// # Errors
    /// EINPROGRESS: readiness to write tells its end, SO_ERROR how it ended. EAGAIN: [`Socket::wait_for_room`]. Else as
    /// connect(2).
    pub fn connect(&self, place: &Place) -> SysResult<()> {
        self.check_family(place)?;
        self.protocol.connect(place)
    }

    /// Ends when a [`Socket::connect`] that answered EAGAIN may do better. To be asked for before the attempt.
    #[must_use]
    pub fn wait_for_room(&self, place: &Place) -> BoxFuture<'static, ()> {
        self.protocol.wait_for_room(place)
    }

    /// listen(2).
    ///
    /// # Errors
    /// ENOTSUP (EOPNOTSUPP) for datagrams; EINVAL; EADDRINUSE.
    pub fn listen(&self, backlog: u32) -> SysResult<()> {
        self.protocol.listen(backlog)
    }

    /// accept(2).
    ///
    /// # Errors
    /// EAGAIN; EINVAL if it does not listen; ENOTSUP (EOPNOTSUPP) for datagrams.
    pub fn accept(&self) -> SysResult<Arc<Socket>> {
        self.protocol.accept()
    }

    /// getsockname(2).
    ///
    /// # Errors
    /// What a host answers.
    pub fn local(&self) -> SysResult<SockAddr> {
        self.protocol.local()
    }

    /// getpeername(2).
    ///
    /// # Errors
    /// ENOTCONN.
    pub fn peer(&self) -> SysResult<SockAddr> {
        self.protocol.peer()
    }

    /// recvmsg(2) without waiting.
    ///
    /// # Errors
    /// EAGAIN; ENOTCONN; ECONNRESET.
    pub fn recv(&self, buf: &mut [u8], how: RecvHow) -> SysResult<Received> {
        self.protocol.recv(buf, how)
    }

    /// sendmsg(2) without waiting.
    ///
    /// # Errors
    /// EAGAIN; ENOTCONN, EDESTADDRREQ; EPIPE; ECONNRESET; EMSGSIZE.
    pub fn send(&self, buf: &[u8], to: Option<&Place>, ancillary: Option<Ancillary>) -> SysResult<usize> {
        if let Some(place) = to {
            self.check_family(place)?;
        }
        let Some(passed) = ancillary.as_ref().and_then(|ancillary| ancillary.fds.clone()) else {
            return self.protocol.send(buf, to, ancillary);
        };
        if self.common.family != SockFamily::Unix {
            return fail(Errno::EINVAL, "control data is for unix sockets");
        }
        let in_flight = self.common.net.in_flight.clone();
        let linking = in_flight.link();
        if let Some(queue) = self.protocol.queue(to) {
            InFlight::check(&passed, queue)?;
        }
        let sent = self.protocol.send(buf, to, ancillary);
        drop(linking);
        sent
    }

    pub(super) fn contents(&self) -> Contents {
        self.protocol.contents()
    }

    /// shutdown(2).
    ///
    /// # Errors
    /// ENOTCONN.
    pub fn shutdown(&self, how: SockHow) -> SysResult<()> {
        self.protocol.shutdown(how)
    }

    /// SO_ERROR.
    #[must_use]
    pub fn take_error(&self) -> Option<Errno> {
        self.protocol.take_error()
    }

    /// SO_PEERCRED.
    #[must_use]
    pub fn peer_credentials(&self) -> Option<Ucred> {
        self.protocol.peer_credentials()
    }

    /// SO_LINGER: seconds, if it is on.
    #[must_use]
    pub fn linger(&self) -> Option<u32> {
        self.common.options.lock().linger
    }

    /// Sets SO_LINGER.
    ///
    /// # Errors
    /// What a host answers.
    pub fn set_linger(&self, linger: Option<u32>) -> SysResult<()> {
        self.common.options.lock().linger = linger;
        self.protocol.option_set(SOL_SOCKET, gopherix_abi::sockopt::SO_LINGER, 0)
    }

    /// The value of an option with a number for value (getsockopt(2)).
    ///
    /// # Errors
    /// ENOPROTOOPT.
    pub fn option(&self, level: u32, name: u32) -> SysResult<i32> {
        let Common { family, kind, options, .. } = &*self.common;
        let number = |n: u32| i32::try_from(n).unwrap_or(i32::MAX);
        match (level, name) {
            (SOL_SOCKET, SO_TYPE) => Ok(number(kind.number())),
            (SOL_SOCKET, SO_DOMAIN) => Ok(i32::from(family.number())),
            (SOL_SOCKET, SO_PROTOCOL) => Ok(self.number()),
            (SOL_SOCKET, SO_ERROR) => Ok(self.take_error().map_or(0, |error| i32::from(error.wasi()))),
            (SOL_SOCKET, SO_ACCEPTCONN) => Ok(i32::from(self.protocol.is_listening())),
            _ => match options.lock().get(*family, *kind, level, name) {
                Some(value) => Ok(value),
                None => fail(Errno::ENOPROTOOPT, "this socket has no such option"),
            },
        }
    }

    /// Sets an option with a number for value (setsockopt(2)).
    ///
    /// # Errors
    /// ENOPROTOOPT; EINVAL for a value it does not take; what a host answers.
    pub fn set_option(&self, level: u32, name: u32, value: i32) -> SysResult<()> {
        let value = Options::check(self.common.family, self.common.kind, level, name, value)?;
        self.protocol.option_set(level, name, value)?;
        self.common.options.lock().set(level, name, value);
        Ok(())
    }

    /// Sets an option that is no number, such as membership of a group.
    ///
    /// # Errors
    /// ENOPROTOOPT; what a host answers.
    pub fn set_raw_option(&self, level: u32, name: u32, value: &[u8]) -> SysResult<()> {
        self.protocol.set_raw(level, name, value)
    }

    fn check_family(&self, place: &Place) -> SysResult<()> {
        let fits = match (place, self.common.family) {
            (Place::Nowhere, _) => true,
            (Place::Inet(addr), SockFamily::Inet) => addr.is_ipv4(),
            (Place::Inet(addr), SockFamily::Inet6) => addr.is_ipv6(),
            (Place::Unix(..), family) => family == SockFamily::Unix,
            (Place::Inet(_), SockFamily::Unix) => false,
        };
        if fits { Ok(()) } else { fail(Errno::EAFNOSUPPORT, "an address of another family") }
    }
}

impl File for Socket {
    fn stat(&self) -> SysResult<Stat> {
        let kind = if self.common.kind == SockType::Dgram { FileType::SocketDgram } else { FileType::SocketStream };
        Ok(anonymous_stat(kind, self.ino))
    }

    fn read(&self, buf: &mut [u8]) -> SysResult<usize> {
        self.protocol.recv(buf, RecvHow::default()).map(|received| received.n)
    }

    fn write(&self, buf: &[u8]) -> SysResult<usize> {
        self.protocol.send(buf, None, None)
    }

    fn ready(&self) -> PollEvents {
        self.protocol.ready()
    }

    fn wait(&self, events: PollEvents) -> BoxFuture<'static, ()> {
        self.protocol.wait(events)
    }

    fn available(&self) -> u64 {
        self.protocol.available()
    }

    fn as_socket(&self) -> Option<&Socket> {
        Some(self)
    }
}
