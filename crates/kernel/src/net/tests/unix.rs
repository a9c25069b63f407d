//! Unix sockets.

use gopherix_abi::UnixName;
use gopherix_abi::sockopt::{SO_RCVBUF, SO_SNDBUF};

use super::*;
use crate::net::NodeKey;

fn unix(net: &Arc<Net>, kind: SockType) -> Arc<Socket> {
    net.open(SockFamily::Unix, kind, 0, OWNER).unwrap()
}

fn pair(net: &Arc<Net>, kind: SockType) -> (Arc<Socket>, Arc<Socket>) {
    net.pair(SockFamily::Unix, kind, 0, OWNER).unwrap()
}

fn named(name: &str) -> Place {
    Place::Unix(UnixName::Abstract(name.into()), None)
}

fn file(ino: u64) -> Place {
    Place::Unix(UnixName::Path(format!("/s{ino}").into()), Some(NodeKey { dev: 1, ino }))
}

fn bound(net: &Arc<Net>, kind: SockType, place: &Place) -> Arc<Socket> {
    let socket = unix(net, kind);
    socket.bind(place).unwrap();
    socket
}

#[test]
fn connections_by_name() {
    let net = Net::new();
    let listener = bound(&net, SockType::Stream, &file(1));
    let client = unix(&net, SockType::Stream);
    assert_eq!(client.ready(), OUT | HUP);
    assert_eq!(errno(client.connect(&file(1))), Errno::ECONNREFUSED);
    listener.listen(0).unwrap();
    client.connect(&file(1)).unwrap();
    let other = unix(&net, SockType::Stream);
    let mut room = crate::testing::Driven::new(other.wait_for_room(&file(1)));
    assert!(room.poll().is_pending());
    assert_eq!(errno(other.connect(&file(1))), Errno::EAGAIN);
    let server = listener.accept().unwrap();
    assert!(room.is_woken());
    other.connect(&file(1)).unwrap();
    let name = SockAddr::Unix(UnixName::Path(b"/s1".to_vec()));
    let unnamed = SockAddr::Unix(UnixName::Unnamed);
    assert_eq!((server.local().unwrap(), server.peer().unwrap()), (name.clone(), unnamed.clone()));
    assert_eq!((client.local().unwrap(), client.peer().unwrap()), (unnamed, name));
    assert_eq!(client.peer_credentials(), Some(OWNER));
    write(&client, b"hi").unwrap();
    assert_eq!(read(&server, 9).unwrap(), b"hi");
    drop(listener);
    assert_eq!(read(&other, 1), Err(Errno::ECONNRESET));
    assert_eq!(errno(unix(&net, SockType::Stream).connect(&file(1))), Errno::ECONNREFUSED);
}

#[test]
fn names_and_types() {
    let net = Net::new();
    let first = bound(&net, SockType::Stream, &named("a"));
    assert_eq!(errno(unix(&net, SockType::Stream).bind(&named("a"))), Errno::EADDRINUSE);
    assert_eq!(errno(first.bind(&named("b"))), Errno::EINVAL);
    first.listen(1).unwrap();
    assert_eq!(errno(unix(&net, SockType::Dgram).connect(&named("a"))), Errno::EPROTOTYPE);
    assert_eq!(errno(unix(&net, SockType::Stream).connect(&named("b"))), Errno::ECONNREFUSED);
    drop(first);
    bound(&net, SockType::Dgram, &named("a"));
    let auto = bound(&net, SockType::Dgram, &Place::Unix(UnixName::Unnamed, None));
    assert!(matches!(auto.local().unwrap(), SockAddr::Unix(UnixName::Abstract(name)) if name.len() == 5));
}

#[test]
fn a_stream_that_is_not_connected() {
    let net = Net::new();
    let socket = unix(&net, SockType::Stream);
    assert_eq!(read(&socket, 1), Err(Errno::EINVAL));
    assert_eq!(write(&socket, b"x"), Err(Errno::ENOTCONN));
    assert_eq!(errno(socket.listen(1)), Errno::EINVAL);
    assert_eq!(errno(socket.accept()), Errno::EINVAL);
    assert_eq!(errno(net.pair(SockFamily::Inet, SockType::Stream, 0, OWNER)), Errno::ENOTSUP);
}

#[test]
fn closing_with_unread_data_is_epipe_to_writers_and_a_reset_to_readers() {
    let net = Net::new();
    let (a, b) = pair(&net, SockType::Stream);
    write(&b, b"x").unwrap();
    write(&a, b"hello").unwrap();
    drop(a);
    assert_eq!(b.ready(), IN | OUT | ERR | HUP);
    assert_eq!(write(&b, b"x"), Err(Errno::EPIPE));
    assert_eq!(read(&b, 9).unwrap(), b"hello");
    assert_eq!(read(&b, 9), Err(Errno::ECONNRESET));
    assert_eq!(read(&b, 9).unwrap(), b"");
}

#[test]
fn who_reads_no_more_cannot_be_written_to() {
    let net = Net::new();
    let (a, b) = pair(&net, SockType::Stream);
    shut(&a, SockHow::RD);
    assert_eq!(write(&b, b"x"), Err(Errno::EPIPE));
    assert_eq!((a.ready(), read(&a, 1).unwrap()), (IN | OUT, vec![]));
    write(&a, b"q").unwrap();
    assert_eq!(read(&b, 1).unwrap(), b"q");
    drop(a);
    assert_eq!((b.ready(), read(&b, 1).unwrap()), (IN | OUT | HUP, vec![]));
}

#[test]
fn records_keep_their_limits() {
    let net = Net::new();
    let (a, b) = pair(&net, SockType::SeqPacket);
    assert_eq!(write(&a, b"abc"), Ok(3));
    assert_eq!(write(&a, b""), Ok(0));
    assert_eq!(write(&a, b"de"), Ok(2));
    let mut buf = [0; 2];
    let first = b.recv(&mut buf, RecvHow { peek: true }).unwrap();
    assert_eq!((first.n, first.message, &buf), (2, Some(3), b"ab"));
    assert_eq!(read(&b, 2).unwrap(), b"ab");
    assert_eq!(b.recv(&mut buf, RecvHow::default()).unwrap().message, Some(0));
    assert_eq!(read(&b, 9).unwrap(), b"de");
    assert_eq!(read(&b, 9), Err(Errno::EAGAIN));
    a.set_option(SOL_SOCKET, SO_SNDBUF, 0).unwrap();
    b.set_option(SOL_SOCKET, SO_RCVBUF, 0).unwrap();
    assert_eq!(write(&a, &[0; 8000]), Err(Errno::EMSGSIZE));
    write(&a, &[0; 5000]).unwrap();
    assert_eq!(write(&a, &[0; 3000]), Err(Errno::EAGAIN));
    assert!(!a.ready().contains(OUT));
    read(&b, 1).unwrap();
    assert!(a.ready().contains(OUT));
    drop(a);
    assert_eq!(read(&b, 1).unwrap(), b"");
}

#[test]
fn datagrams_are_whole_and_tell_their_sender() {
    let net = Net::new();
    let server = bound(&net, SockType::Dgram, &named("s"));
    let client = unix(&net, SockType::Dgram);
    assert_eq!(write(&client, b"x"), Err(Errno::ENOTCONN));
    client.send(b"anonymous", Some(&named("s")), None).unwrap();
    client.bind(&named("c")).unwrap();
    client.connect(&named("s")).unwrap();
    write(&client, b"").unwrap();
    assert_eq!(server.ready(), IN | OUT);
    let mut buf = [0; 3];
    let first = server.recv(&mut buf, RecvHow::default()).unwrap();
    assert_eq!((first.n, first.message, first.from), (3, Some(9), None));
    let second = server.recv(&mut buf, RecvHow::default()).unwrap();
    assert_eq!((second.n, second.from), (0, Some(client.local().unwrap())));
    assert_eq!(read(&server, 1), Err(Errno::EAGAIN));
    let foreign = unix(&net, SockType::Dgram);
    assert_eq!(errno(foreign.send(b"x", Some(&named("c")), None)), Errno::EPERM);
    drop(server);
    assert_eq!(write(&client, b"x"), Err(Errno::ECONNREFUSED));
}

#[test]
fn a_full_mailbox_holds_the_sender_back() {
    let net = Net::new();
    let (a, b) = pair(&net, SockType::Dgram);
    b.set_option(SOL_SOCKET, SO_RCVBUF, 0).unwrap();
    let sent = (0..100).take_while(|_| write(&a, b"x").is_ok()).count();
    assert_eq!(sent, 2304 / 257);
    assert_eq!((write(&a, b"x"), a.ready()), (Err(Errno::EAGAIN), PollEvents::empty()));
    let mut wait = crate::testing::Driven::new(a.wait(OUT));
    assert!(wait.poll().is_pending());
    read(&b, 1).unwrap();
    read(&b, 1).unwrap();
    assert!(wait.is_woken());
    assert_eq!((a.ready(), write(&a, b"x")), (OUT, Ok(1)));
    assert_eq!(write(&a, &[0; 4000]), Err(Errno::EMSGSIZE));
}
