//! Sockets by system calls: what only they do.

use gopherix_abi::{MsgFlags, PollEvents, SockAddr, SockFamily, SockType, UnixName};

use super::*;
use crate::syscall::PollRequest;

const NONE: OpenFlags = OpenFlags::empty();

fn path(name: &str) -> SockAddr {
    SockAddr::Unix(UnixName::Path(name.into()))
}

fn loopback(port: u16) -> SockAddr {
    SockAddr::Inet(([127, 0, 0, 1], port).into())
}

fn done<T>(future: impl Future<Output = T>) -> T {
    match Driven::new(future).poll() {
        std::task::Poll::Ready(done) => done,
        std::task::Poll::Pending => panic!("it waits"),
    }
}

impl Rig {
    fn unix(&mut self, kind: SockType) -> Fd {
        self.cx.sys_socket(SockFamily::Unix, kind, 0, NONE).unwrap()
    }

    fn pair(&mut self, kind: SockType) -> (Fd, Fd) {
        self.cx.sys_socketpair(SockFamily::Unix, kind, 0, NONE).unwrap()
    }

    fn send(&mut self, fd: Fd, bytes: &[u8], fds: &[Fd]) -> Result<usize, Errno> {
        let mut bytes = bytes.to_vec();
        let (all, mut mem) = memory(&mut bytes);
        done(self.cx.sys_sendmsg(&mut mem, fd, &[all], None, fds, MsgFlags::empty())).map_err(|e| e.errno)
    }

    fn recv(
        &mut self,
        fd: Fd,
        len: usize,
        fds: usize,
        flags: MsgFlags,
    ) -> Result<(Vec<u8>, crate::syscall::Message), Errno> {
        let mut bytes = vec![0; len];
        let (all, mut mem) = memory(&mut bytes);
        let got = done(self.cx.sys_recvmsg(&mut mem, fd, &[all], fds, flags | MsgFlags::DONTWAIT));
        let got = got.map_err(|e| e.errno)?;
        bytes.truncate(got.len);
        Ok((bytes, got))
    }
}

#[test]
fn a_unix_sockets_file_is_a_socket_and_stays() {
    let mut rig = rig();
    let server = rig.unix(SockType::Stream);
    rig.cx.process.set_umask(Mode(0o022));
    rig.cx.sys_bind(server, &path("/d/s")).unwrap();
    let stat = rig.stat("/d/s");
    assert_eq!((stat.kind, stat.mode), (gopherix_abi::FileType::SocketStream, Mode(0o755)));
    let other = rig.unix(SockType::Stream);
    assert_eq!(errno(rig.cx.sys_bind(other, &path("/d/s"))), Errno::EADDRINUSE);
    assert_eq!(errno(rig.cx.sys_bind(other, &path("/ro/s"))), Errno::EROFS);
    assert_eq!(errno(rig.cx.sys_bind(other, &path("/none/s"))), Errno::ENOENT);
    assert_eq!(errno(rig.cx.sys_bind(server, &path("/d/t"))), Errno::EINVAL);
    assert_eq!(rig.open_at(At::Cwd, "/d/s", NONE, 0), Err(Errno::ENXIO));
    rig.cx.sys_listen(server, 1).unwrap();
    rig.cx.sys_renameat(At::Cwd, b"/d/s", At::Cwd, b"/d/t").unwrap();
    assert_eq!(errno(done(rig.cx.sys_connect(other, &path("/d/s")))), Errno::ENOENT);
    done(rig.cx.sys_connect(other, &path("/d/t"))).unwrap();
    let accepted = done(rig.cx.sys_accept(server, OpenFlags::NONBLOCK)).unwrap();
    assert_eq!(accepted.peer, Some(SockAddr::Unix(UnixName::Unnamed)));
    assert_eq!(rig.cx.sys_getsockname(accepted.fd), Ok(path("/d/s")));
    rig.cx.sys_close(server).unwrap();
    let late = rig.unix(SockType::Stream);
    assert_eq!(errno(done(rig.cx.sys_connect(late, &path("/d/t")))), Errno::ECONNREFUSED);
    rig.create("/d/file", 0o666);
    assert_eq!(errno(done(rig.cx.sys_connect(late, &path("/d/file")))), Errno::ECONNREFUSED);
}

#[test]
fn descriptors_are_passed_and_share_their_description() {
    let mut rig = rig();
    let (a, b) = rig.pair(SockType::Stream);
    let file = rig.create("/d/f", 0o600);
    rig.send(a, b"before", &[]).unwrap();
    rig.send(a, b"with", &[file, a]).unwrap();
    assert_eq!(rig.send(a, b"x", &[b]), Err(Errno::ENOBUFS), "into its own queue");
    rig.send(a, b"after", &[]).unwrap();
    let (bytes, got) = rig.recv(b, 100, 8, MsgFlags::CMSG_CLOEXEC).unwrap();
    assert_eq!((bytes.as_slice(), got.fds.len(), got.flags), (&b"beforewith"[..], 2, MsgFlags::empty()));
    let fds = rig.process.fds.lock();
    assert!(Arc::ptr_eq(&fds.get(got.fds[0]).unwrap().file, &fds.get(file).unwrap().file));
    assert!(fds.get(got.fds[1]).unwrap().cloexec);
    drop(fds);
    assert_eq!(rig.recv(b, 100, 8, MsgFlags::empty()).unwrap().0, b"after");
}

#[test]
fn no_circle_of_passed_sockets_comes_to_be_and_long_chains_close() {
    let mut rig = rig();
    let (a, b) = rig.pair(SockType::Stream);
    let (c, d) = rig.pair(SockType::Dgram);
    rig.send(a, b"x", &[d]).unwrap();
    assert_eq!(rig.send(c, b"x", &[b]), Err(Errno::ENOBUFS), "d is in b's queue");
    let server = rig.unix(SockType::Stream);
    rig.cx.sys_bind(server, &path("/d/s")).unwrap();
    rig.cx.sys_listen(server, 8).unwrap();
    let client = rig.unix(SockType::Stream);
    done(rig.cx.sys_connect(client, &path("/d/s"))).unwrap();
    assert_eq!(rig.send(client, b"x", &[server]), Err(Errno::ENOBUFS), "the connection waits in its listener");
    let (mut writer, top) = rig.pair(SockType::Stream);
    for _ in 0..8000 {
        let (next, inner) = rig.pair(SockType::Stream);
        rig.send(writer, b"x", &[inner]).unwrap();
        for fd in [writer, inner] {
            rig.cx.sys_close(fd).unwrap();
        }
        writer = next;
    }
    rig.cx.sys_close(top).unwrap();
    assert_eq!(rig.send(writer, b"x", &[]), Err(Errno::EPIPE), "the last of the chain is closed");
}

#[test]
fn descriptors_without_room_are_told_and_closed() {
    let mut rig = rig();
    let (a, b) = rig.pair(SockType::SeqPacket);
    let file = rig.create("/d/f", 0o600);
    rig.send(a, b"x", &[file, file, file]).unwrap();
    let (_, got) = rig.recv(b, 9, 1, MsgFlags::empty()).unwrap();
    assert_eq!((got.fds.len(), got.flags), (1, MsgFlags::CTRUNC | MsgFlags::EOR));
    assert_eq!(rig.send(a, b"x", &[Fd(99)]), Err(Errno::EBADF));
    let tcp = rig.cx.sys_socket(SockFamily::Inet, SockType::Stream, 0, NONE).unwrap();
    assert_eq!(rig.send(tcp, b"x", &[file]), Err(Errno::EINVAL));
}

#[test]
fn records_and_datagrams_tell_that_they_were_cut_off() {
    let mut rig = rig();
    for kind in [SockType::SeqPacket, SockType::Dgram] {
        let (a, b) = rig.pair(kind);
        rig.send(a, b"hello", &[]).unwrap();
        rig.send(a, b"world", &[]).unwrap();
        let (bytes, got) = rig.recv(b, 2, 0, MsgFlags::empty()).unwrap();
        assert_eq!((bytes.as_slice(), got.flags.contains(MsgFlags::TRUNC)), (&b"he"[..], true));
        let (_, got) = rig.recv(b, 2, 0, MsgFlags::TRUNC).unwrap();
        assert_eq!(got.len, 5);
        assert_eq!(rig.recv(b, 2, 0, MsgFlags::empty()).unwrap_err(), Errno::EAGAIN);
        assert_eq!(rig.recv(b, 2, 0, MsgFlags::OOB).unwrap_err(), Errno::EINVAL);
    }
}

#[test]
fn a_blocking_connect_waits_for_room_in_the_queue() {
    let mut rig = rig();
    let server = rig.cx.sys_socket(SockFamily::Inet, SockType::Stream, 0, NONE).unwrap();
    rig.cx.sys_bind(server, &loopback(80)).unwrap();
    rig.cx.sys_listen(server, 0).unwrap();
    let sockets: Vec<Fd> =
        (0..2).map(|_| rig.cx.sys_socket(SockFamily::Inet, SockType::Stream, 0, NONE).unwrap()).collect();
    done(rig.cx.sys_connect(sockets[0], &loopback(80))).unwrap();
    let to = loopback(80);
    let mut other = os_wasm::mpreinit(&rig.kernel, &rig.process);
    let mut waiting = Driven::new(other.sys_connect(sockets[1], &to));
    assert!(waiting.poll().is_pending());
    let accepted = done(rig.cx.sys_accept(server, NONE)).unwrap();
    assert!(waiting.is_woken() && accepted.peer.is_some());
}

#[test]
fn readiness_of_sockets_is_polled() {
    let mut rig = rig();
    let (a, b) = rig.pair(SockType::Stream);
    let wanted = [PollRequest { fd: b, events: PollEvents::IN }];
    let idle = done(rig.cx.sys_poll(&wanted, Some(0))).unwrap();
    assert!(idle[0].events.is_empty());
    rig.send(a, b"abc", &[]).unwrap();
    let ready = done(rig.cx.sys_poll(&wanted, None)).unwrap();
    assert_eq!((ready[0].events, ready[0].available), (PollEvents::IN, 3));
    rig.cx.sys_close(a).unwrap();
    let ready = done(rig.cx.sys_poll(&wanted, None)).unwrap();
    assert_eq!(ready[0].events, PollEvents::IN | PollEvents::HUP);
}

#[test]
fn accept_without_a_number_loses_nothing() {
    let mut rig = rig();
    let server = rig.unix(SockType::Stream);
    rig.cx.sys_bind(server, &path("/d/s")).unwrap();
    rig.cx.sys_listen(server, 1).unwrap();
    let client = rig.unix(SockType::Stream);
    done(rig.cx.sys_connect(client, &path("/d/s"))).unwrap();
    let mut all = vec![];
    while let Ok(fd) = rig.cx.sys_socket(SockFamily::Unix, SockType::Stream, 0, NONE) {
        all.push(fd);
    }
    assert_eq!(errno(done(rig.cx.sys_accept(server, NONE))), Errno::EMFILE);
    rig.cx.sys_close(all[0]).unwrap();
    assert!(done(rig.cx.sys_accept(server, NONE)).is_ok());
}

#[test]
fn names_and_interfaces_of_the_kernel_itself() {
    let mut rig = rig();
    let both = done(rig.cx.sys_getaddrinfo(b"LOCALHOST.", None)).unwrap();
    assert_eq!(both.iter().map(ToString::to_string).collect::<Vec<_>>(), ["127.0.0.1", "::1"]);
    assert_eq!(done(rig.cx.sys_getaddrinfo(b"192.0.2.1", Some(SockFamily::Inet))).unwrap().len(), 1);
    assert_eq!(errno(done(rig.cx.sys_getaddrinfo(b"192.0.2.1", Some(SockFamily::Inet6)))), Errno::ENOENT);
    assert_eq!(errno(done(rig.cx.sys_getaddrinfo(b"example.org", None))), Errno::EACCES);
    for bad in [&b""[..], b"a b", b"\xff", b"a/b"] {
        assert_eq!(errno(done(rig.cx.sys_getaddrinfo(bad, None))), Errno::EINVAL);
    }
    let all = rig.cx.sys_getifaddrs().unwrap();
    assert_eq!((all.len(), all[0].name.as_str(), all[0].addresses.len()), (1, "lo", 2));
}
